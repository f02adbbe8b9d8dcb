#pragma once

#include <span>

#include "base/options.hpp"

namespace etl {

/// The settings of `pipeline { }`, in order of name, for checks and reference pages. `workers` takes a count or a
/// range, `max_rejects` a count or a share, `rejects` a target's name or address, `retry` a record.
std::span<const OptionSpec> setting_specs();

/// The fields of `retry`.
std::span<const OptionSpec> retry_specs();

}  // namespace etl
