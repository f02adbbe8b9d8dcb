#pragma once

#include "component/stage.hpp"
#include "expr/evaluator.hpp"

namespace etl {

/// What expressions may know of the run. `run` must outlive it.
EvaluationContext evaluation_context(const RunContext& run);

/// A slot that evaluates expressions.
struct EvaluatorSlot : Slot {
    Evaluator evaluator;
    explicit EvaluatorSlot(RunContext& run) : evaluator(run.memory, evaluation_context(run)) {}
};

}  // namespace etl
