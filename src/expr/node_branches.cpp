#include <cstring>

#include "data/gather.hpp"
#include "expr/node_evaluator.hpp"

// Nodes that evaluate some arguments for some rows only.

namespace etl {

namespace {

constexpr std::uint8_t kNull = 2;

/// false 0, true 1, null 2.
std::uint8_t state_at(const Column& column, std::uint32_t row) {
    return column.is_valid(row) ? column.data<std::uint8_t>()[column.index_of(row)] : kNull;
}

/// Lists and records: row by row from the part that has it.
class PatchedRows {
  public:
    explicit PatchedRows(std::uint32_t row_count) : part_of_(row_count, 0) {}
    void put(Column part, Selection rows) {
        parts_.push_back(std::move(part));
        for_each_row(rows, [&](std::uint32_t row) { part_of_[row] = static_cast<std::uint32_t>(parts_.size()); });
    }
    Column finish(const DataType* type, Arena& arena) {
        ColumnBuilder builder(with_nullable(type, true), arena.memory());
        for (std::uint32_t row = 0; row < part_of_.size(); ++row) {
            if (part_of_[row] == 0)
                builder.append_null();
            else
                builder.append_row(parts_[part_of_[row] - 1], row);
        }
        std::vector<BufferRef> keep;
        Column out = builder.finish(keep);
        arena.keep(std::move(keep));
        out.type = type;
        return out;
    }

  private:
    std::vector<Column> parts_;
    std::vector<std::uint32_t> part_of_;  // by row: the part's number from 1
};

bool is_nested(const DataType* type) { return type->is(TypeKind::list) || type->is(TypeKind::record); }

}  // namespace

Column NodeEvaluator::evaluate_logic(const BoundExpr& expr, Selection rows) {
    const bool is_and = expr.kind == ExprKind::logic_and;
    const std::uint8_t decided = is_and ? 0 : 1;
    const std::uint32_t before = failed_count_;
    Column left_storage, right_storage;
    const Column& left = argument(*expr.args[0], rows, left_storage);
    rows = still_good(rows, before);

    const std::uint32_t row_count = batch_->rows;
    auto* values = arena_.array<std::uint8_t>(row_count);
    auto* open = arena_.array<std::uint32_t>(std::size_t{rows.size} + 1);
    std::uint32_t open_count = 0;
    for_each_row(rows, [&](std::uint32_t row) {
        values[row] = state_at(left, row);
        open[open_count] = row;
        open_count += values[row] != decided ? 1 : 0;
    });
    const std::uint32_t after_left = failed_count_;
    Selection rest{open, open_count};
    const Column& right = argument(*expr.args[1], rest, right_storage);
    rest = still_good(rest, after_left);
    for_each_row(rest, [&](std::uint32_t row) {
        const std::uint8_t state = state_at(right, row);
        values[row] = state == decided ? decided : (values[row] == kNull || state == kNull ? kNull : state);
    });

    Column out;
    out.type = expr.type;
    out.values = values;
    std::uint64_t* valid = nullptr;
    for_each_row(still_good(rows, before), [&](std::uint32_t row) {
        if (values[row] != kNull) return;
        if (valid == nullptr) {
            valid = arena_.array<std::uint64_t>(bitmap_words(row_count));
            std::memset(valid, 0xFF, bitmap_words(row_count) * sizeof(std::uint64_t));
        }
        values[row] = 0;
        valid[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
    });
    out.valid = valid;
    return out;
}

Column NodeEvaluator::evaluate_coalesce(const BoundExpr& expr, Selection rows) {
    const std::uint32_t before = failed_count_;
    Column left_storage;
    const Column& left = argument(*expr.args[0], rows, left_storage);
    rows = still_good(rows, before);
    if (left.encoding == Encoding::constant) {
        if (left.is_valid(0)) return left;
        return evaluate(*expr.args[1], rows);
    }
    const Selection missing = left.valid == nullptr ? Selection{} : rows_without_bit(rows, left.valid, arena_);
    if (missing.size == 0) {
        Column out = left;
        out.type = expr.type;
        if (!expr.type->nullable) out.valid = nullptr;
        return out;
    }
    const Column right = evaluate(*expr.args[1], missing);
    if (is_nested(expr.type)) {
        PatchedRows patched(batch_->rows);
        patched.put(left, rows);
        patched.put(right, missing);
        return patched.finish(expr.type, arena_);
    }
    PatchedColumn patched(expr.type, batch_->rows, arena_);
    patched.put_values(left, rows);
    patched.put(right, still_good(missing, before));
    return patched.finish();
}

Column NodeEvaluator::evaluate_choose(const BoundExpr& expr, Selection rows) {
    const bool nested = is_nested(expr.type);
    PatchedColumn scalars(nested ? simple_type(TypeKind::boolean) : expr.type, batch_->rows, arena_);
    PatchedRows lists(nested ? batch_->rows : 0);
    const std::size_t branches = expr.args.size() / 2;
    const Selection all = rows;
    for (std::size_t i = 0; i <= branches; ++i) {
        const bool is_otherwise = i == branches;
        const std::uint32_t before = failed_count_;
        const Selection chosen = is_otherwise ? rows : select(*expr.args[2 * i], rows);
        if (!is_otherwise) rows = still_good(rows_except(rows, chosen, arena_), before);
        if (chosen.size == 0) continue;
        Column value = evaluate(*expr.args[is_otherwise ? 2 * i : 2 * i + 1], chosen);
        if (chosen.size == all.size) {
            value.type = expr.type;
            return value;
        }
        if (nested)
            lists.put(std::move(value), still_good(chosen, before));
        else
            scalars.put(value, still_good(chosen, before));
    }
    return nested ? lists.finish(expr.type, arena_) : scalars.finish();
}

Column NodeEvaluator::evaluate_attempt(const BoundExpr& expr, Selection rows) {
    std::uint64_t* const outer_failed = std::exchange(failed_, nullptr);
    const std::uint32_t outer_count = std::exchange(failed_count_, 0);
    const std::size_t listed = failures_.size();
    ++attempts_;
    Column out = evaluate(*expr.args[0], rows);
    --attempts_;
    std::uint64_t* const failed = std::exchange(failed_, outer_failed);
    failed_count_ = outer_count;
    // Fields of the source that did not fit were listed all the same.
    for (std::size_t i = listed; i < failures_.size(); ++i) note_failure(failures_[i].row);
    out.type = expr.type;
    if (failed == nullptr) return out;
    if (out.encoding != Encoding::flat) out = flatten(out, batch_->rows, arena_);
    auto* valid = arena_.array<std::uint64_t>(bitmap_words(batch_->rows));
    for (std::size_t i = 0; i < bitmap_words(batch_->rows); ++i)
        valid[i] = (out.valid == nullptr ? UINT64_MAX : out.valid[i]) & ~failed[i];
    out.valid = valid;
    return out;
}

}  // namespace etl
