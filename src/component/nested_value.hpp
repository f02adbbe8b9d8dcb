#pragma once

#include <cstdint>

#include "data/column.hpp"
#include "data/gather.hpp"

namespace etl {

// Lists and records as bytes without addresses, for rows that a stage keeps. The column of any encoding but raw.

/// How many bytes a value takes.
std::uint64_t nested_bytes(const Column& column, std::uint32_t row);
/// Writes it and returns the end.
char* write_nested(const Column& column, std::uint32_t row, char* to);
/// Appends what was written to a builder of its type and returns the end.
const char* read_nested(const char* from, ColumnBuilder& builder);

}  // namespace etl
