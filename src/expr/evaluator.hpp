#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.hpp"
#include "expr/expression.hpp"

namespace etl {

/// What meta.run and meta.time are, and where meta.file finds its names.
struct EvaluationContext {
    std::string run_id;
    std::int64_t time_us = 0;
    std::uint64_t seed = 0;
    std::string (*file_name)(const void* names, std::uint32_t source, std::uint32_t file) = nullptr;
    const void* names = nullptr;
};

/// A row that failed: which node refused it, why, and the value that it was given.
struct FailedRow {
    std::uint32_t row;
    RowError error;
    const BoundExpr* node;
    std::string value;
};

/// Is told the value of every node of an expression as it is evaluated, innermost first; a bare column that is taken as
/// it stands is not evaluated. Rows are those of the batch that has not failed before.
class EvaluationObserver {
  public:
    virtual ~EvaluationObserver() = default;
    virtual void evaluated(const BoundExpr& expr, const Batch& batch, Selection rows, const Column& value) = 0;
    /// Of an `and` or `or` that picks rows: `good` of them are those for which it is true.
    virtual void selected(const BoundExpr& condition, const Batch& batch, Selection rows, Selection good) = 0;
};

/// Evaluates bound expressions over batches. One a slot; not thread-safe.
class Evaluator {
  public:
    Evaluator(Memory& memory, EvaluationContext context);
    ~Evaluator();

    /// The expression over the selected rows. A bare column comes back as it stands, raw included, if `raw_allowed`,
    /// else unpacked. Columns unpacked once are put back into batch.columns, so that nobody unpacks them again. Rows
    /// that fail are added to failures() and hold anything in the result. The result lives in arena().
    Column evaluate(const BoundExpr& expr, Batch& batch, Selection rows, bool raw_allowed = false);

    /// The selected rows for which a condition is true (null counts as false), ascending; rows live in arena().
    Selection select(const BoundExpr& condition, Batch& batch, Selection rows);

    std::vector<FailedRow>& failures() { return failures_; }
    /// Turns the failures into batch.rejects of that stage, takes their rows out of batch.selected and clears them.
    /// Of several failures of a row the first counts. `column`: of the target that is assigned, "" to take the node's.
    void reject_failures(Batch& batch, std::uint32_t stage, const std::string& column = {});
    /// Takes rows (ascending) out of a selection; the result lives in arena().
    Selection without(Selection rows, const std::vector<std::uint32_t>& taken);

    /// nullptr: nobody looks.
    void observe(EvaluationObserver* observer);

    Arena& arena() { return arena_; }
    /// Keeps what was evaluated alive with the batch. Call before the batch is pushed on.
    void hand_over(Batch& batch) { arena_.hand_over(batch.keep); }

  private:
    struct State;
    Arena arena_;
    EvaluationContext context_;
    std::vector<FailedRow> failures_;
    std::unique_ptr<State> state_;
};

/// "`abc` is no number", "division by zero": the reason of a Reject.
std::string error_text(const FailedRow& failed);

}  // namespace etl
