#pragma once

#include <string>
#include <string_view>

namespace etl {

/// What rejects are counted by: "validate: amount: must be positive". Messages of one kind come together, for the value
/// that stands in them in backquotes is no part of it.
std::string reject_cause(std::string_view stage, std::string_view column, std::string_view value,
                         std::string_view reason);

}  // namespace etl
