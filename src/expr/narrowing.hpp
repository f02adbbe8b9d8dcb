#pragma once

#include <cstdint>
#include <vector>

#include "expr/expression.hpp"

namespace etl {

/// What a condition came out as.
enum class Outcome : std::uint8_t {
    is_true,   // behind `filter`, in the `then` of an `if`, right of `and`
    not_true,  // false or null: in the `else`, right of `or`
};

/// The columns that cannot be null in a row for which the condition came out so: ascending, each once.
std::vector<std::uint32_t> proven_not_null(const BoundExpr& condition, Outcome outcome = Outcome::is_true);

}  // namespace etl
