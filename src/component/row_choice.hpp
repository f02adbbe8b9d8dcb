#pragma once

#include <string>
#include <vector>

#include "component/stage_spec.hpp"

namespace etl {

/// Which of the rows of one key a stage keeps: the first in source order, or the one with the greatest or least value
/// (nulls lose, of equals the first wins).
enum class RowChoice : std::uint8_t { first, latest, earliest };

/// The blocking stage that keeps one whole row of each key, in the place of the key's first appearance; the others are
/// merged: distinct and dedupe. Columns stay raw. value: nullptr for RowChoice::first.
BoundStage make_row_choice(const StageArguments& arguments, std::string label, std::vector<ExprPtr> keys,
                           RowChoice choice, ExprPtr value);

}  // namespace etl
