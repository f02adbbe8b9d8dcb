#pragma once

#include <vector>

#include "runtime/trace.hpp"

namespace etl {

/// A value as the evaluator told of it.
struct EvaluatedValue {
    const BoundExpr* expr;  // may be a copy that the stage made
    SourceSpan span;
    Cell cell;
};
using EvaluatedValues = std::vector<EvaluatedValue>;

/// The expressions of a stage as it was written, each with its label: "total" of `total = a * b`, "" of a condition.
struct StageExpr {
    std::string label;
    PartKind kind;
    ExprPtr expr;
    SourceSpan aggregate = {};  // whose argument it is
};
std::vector<StageExpr> expressions_of(const BoundNode& node);

/// Of what was evaluated, what stands in the stage's expressions: innermost first, nothing twice.
std::vector<TraceValue> values_of(const BoundNode& node, const EvaluatedValues& evaluated);

}  // namespace etl
