#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "expr/evaluator.hpp"

namespace etl {

/// Walks an expression over one batch. Rows that failed are left out of everything that is evaluated behind them.
class NodeEvaluator {
  public:
    NodeEvaluator(Arena& arena, const EvaluationContext& context, std::vector<FailedRow>& failures)
        : arena_(arena), context_(context), failures_(failures) {}

    /// Before each expression: nothing has failed yet.
    void begin(Batch& batch);
    Column evaluate(const BoundExpr& expr, Selection rows);
    Selection select(const BoundExpr& condition, Selection rows);
    void observe(EvaluationObserver* observer) { observer_ = observer; }

    /// Flat or constant, in `storage` or in the batch.
    const Column& column(std::uint32_t number, const BoundExpr& expr, Selection rows, Column& storage);
    Arena& arena() { return arena_; }
    Batch& batch() { return *batch_; }

    /// False: the row failed before.
    bool note_failure(std::uint32_t row);
    /// Outside of any `try`: failures are listed.
    bool lists_failures() const { return attempts_ == 0; }
    void list_failure(FailedRow failed) { failures_.push_back(std::move(failed)); }

  private:
    Column evaluate_node(const BoundExpr& expr, Selection rows);
    Column evaluate_call(const BoundExpr& expr, Selection rows);
    Column call_kernel(const BoundExpr& expr, std::span<const Column* const> in, Selection rows);
    Column call_once(const BoundExpr& expr, std::span<const Column* const> in, Selection rows);
    Column evaluate_logic(const BoundExpr& expr, Selection rows);
    Column evaluate_coalesce(const BoundExpr& expr, Selection rows);
    Column evaluate_choose(const BoundExpr& expr, Selection rows);
    Column evaluate_attempt(const BoundExpr& expr, Selection rows);
    Column evaluate_meta(const BoundExpr& expr, Selection rows);
    Column evaluate_field(const BoundExpr& expr, Selection rows);
    Column evaluate_record(const BoundExpr& expr, Selection rows);
    Column evaluate_list(const BoundExpr& expr, Selection rows);
    const Column& argument(const BoundExpr& expr, Selection rows, Column& storage);
    /// Into the batch, or, for some rows only, into `out`.
    void unpack_column(const BoundExpr& expr, Column& raw, Selection rows, Column& out);
    Selection select_logic(const BoundExpr& condition, Selection rows);

    /// What is left of the rows if any has failed since `before`.
    Selection still_good(Selection rows, std::uint32_t before);

    Arena& arena_;
    const EvaluationContext& context_;
    std::vector<FailedRow>& failures_;
    EvaluationObserver* observer_ = nullptr;
    Batch* batch_ = nullptr;
    std::uint64_t* failed_ = nullptr;  // by row; nullptr: none yet
    std::uint32_t failed_count_ = 0;
    std::uint32_t attempts_ = 0;  // how many `try` stand around
};

// Parts of the walk that know nothing of nodes. Bitmaps and row lists lie in the arena.

/// The rows whose bit is set; the rows themselves where that is all of them.
Selection rows_with_bit(Selection rows, const std::uint64_t* bits, Arena& arena);
/// The rows whose bit is not set.
Selection rows_without_bit(Selection rows, const std::uint64_t* bits, Arena& arena);
/// The rows where a bool column, flat or constant, is true.
Selection rows_where_true(Selection rows, const Column& column, Arena& arena);
/// `rows` without `taken`, and both together. Ascending.
Selection rows_except(Selection rows, Selection taken, Arena& arena);
Selection rows_merged(Selection a, Selection b, Arena& arena);

/// A column that is put together from values for different rows. Rows that no part has are null or hold anything.
class PatchedColumn {
  public:
    /// A scalar type, not list or record.
    PatchedColumn(const DataType* type, std::uint32_t row_count, Arena& arena);
    void put(const Column& part, Selection rows);
    /// Without its nulls, which other parts are put over.
    void put_values(const Column& part, Selection rows);
    Column finish();

  private:
    void put_valid(const Column& part, Selection rows);
    const DataType* type_;
    std::uint32_t row_count_;
    Arena& arena_;
    void* values_;
    std::uint64_t* valid_ = nullptr;
};

}  // namespace etl
