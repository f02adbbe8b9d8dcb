#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/stage_spec.hpp"

namespace etl {

/// A column behind a projection: one of the input that is passed on, or the value of an expression.
struct ProjectedColumn {
    Field field;
    std::int32_t passed = -1;  // the input's column; -1: `value`
    ExprPtr value;
};

/// The columns of `schema`, each passed on as it is.
std::vector<ProjectedColumn> pass_all(const Schema& schema);
/// A column whose value is an expression; one that is a bare column of `schema` is passed on.
ProjectedColumn projected(const Schema& schema, const BoundAssign& assign);

/// The row-wise stage that makes these columns of each batch: map, set, cast, drop, rename and cleanse are no more.
/// Values are evaluated in order, over the incoming row; a row for which one fails is rejected by it.
BoundStage make_projection(const StageArguments& arguments, std::vector<ProjectedColumn> columns);

}  // namespace etl
