#pragma once

#include "data/batch.hpp"

namespace etl {

/// The column of a batch as flat or constant values: raw ones are unpacked for the selected rows (their texts were
/// checked when they were read), dictionaries are spread out.
Column flat_column(const Batch& batch, const Column& column, Arena& arena);

}  // namespace etl
