#include "expr/node_evaluator.hpp"

#include <array>
#include <cassert>
#include <cstring>

#include "data/gather.hpp"
#include "data/print.hpp"
#include "data/unpack.hpp"
#include "expr/conversion.hpp"

namespace etl {

namespace {

/// The failures of one kernel: what they were given is looked up here, where the arguments are at hand.
class CallFailures final : public RowErrors {
  public:
    CallFailures(NodeEvaluator& owner, const BoundExpr& node, std::span<const Column* const> in)
        : owner_(owner), node_(node), in_(in) {}

    void fail(std::uint32_t row, RowError error) override {
        if (!owner_.note_failure(row) || !owner_.lists_failures()) return;
        owner_.list_failure({row, error, &node_, values_at(row)});
    }

  private:
    /// The arguments that are no constants of the pipeline, one after the other; of constants only: all.
    std::string values_at(std::uint32_t row) const {
        std::string out;
        for (const bool constants : {false, true}) {
            for (std::size_t i = 0; i < in_.size(); ++i) {
                if ((node_.args[i]->kind == ExprKind::constant) != constants) continue;
                if (!out.empty()) out += ", ";
                append_text(out, *in_[i], row);
            }
            if (!out.empty()) break;
        }
        return out;
    }
    NodeEvaluator& owner_;
    const BoundExpr& node_;
    std::span<const Column* const> in_;
};

/// A kernel called for one row that stands for all: a failure is every row's.
class SharedFailure final : public RowErrors {
  public:
    SharedFailure(RowErrors& each, Selection rows) : each_(each), rows_(rows) {}
    void fail(std::uint32_t /*row*/, RowError error) override {
        for_each_row(rows_, [&](std::uint32_t row) { each_.fail(row, error); });
    }

  private:
    RowErrors& each_;
    Selection rows_;
};

const std::uint64_t* both_valid(const std::uint64_t* a, const std::uint64_t* b, std::uint32_t rows, Arena& arena) {
    if (a == nullptr || a == b) return b;
    if (b == nullptr) return a;
    auto* both = arena.array<std::uint64_t>(bitmap_words(rows));
    for (std::size_t i = 0; i < bitmap_words(rows); ++i) both[i] = a[i] & b[i];
    return both;
}

}  // namespace

void NodeEvaluator::begin(Batch& batch) {
    batch_ = &batch;
    failed_ = nullptr;
    failed_count_ = 0;
    attempts_ = 0;
}

bool NodeEvaluator::note_failure(std::uint32_t row) {
    if (failed_ == nullptr) {
        const std::size_t words = bitmap_words(batch_->rows);
        failed_ = arena_.array<std::uint64_t>(words);
        std::memset(failed_, 0, words * sizeof(std::uint64_t));
    }
    const std::uint64_t bit = std::uint64_t{1} << (row & 63);
    if ((failed_[row >> 6] & bit) != 0) return false;
    failed_[row >> 6] |= bit;
    ++failed_count_;
    return true;
}

Selection NodeEvaluator::still_good(Selection rows, std::uint32_t before) {
    return failed_count_ == before ? rows : rows_without_bit(rows, failed_, arena_);
}

Column NodeEvaluator::evaluate(const BoundExpr& expr, Selection rows) {
    if (observer_ == nullptr) return evaluate_node(expr, rows);
    const std::uint32_t before = failed_count_;
    Column out = evaluate_node(expr, rows);
    observer_->evaluated(expr, *batch_, still_good(rows, before), out);
    return out;
}

Column NodeEvaluator::evaluate_node(const BoundExpr& expr, Selection rows) {
    switch (expr.kind) {
        case ExprKind::column: {
            Column storage;
            const Column& found = column(expr.column, expr, rows, storage);
            if (&found != &storage) return found;
            return storage;
        }
        case ExprKind::constant: return constant_column(expr.constant, arena_);
        case ExprKind::call: return evaluate_call(expr, rows);
        case ExprKind::choose: return evaluate_choose(expr, rows);
        case ExprKind::logic_and:
        case ExprKind::logic_or: return evaluate_logic(expr, rows);
        case ExprKind::coalesce: return evaluate_coalesce(expr, rows);
        case ExprKind::attempt: return evaluate_attempt(expr, rows);
        case ExprKind::meta: return evaluate_meta(expr, rows);
        case ExprKind::field: return evaluate_field(expr, rows);
        case ExprKind::record: return evaluate_record(expr, rows);
        case ExprKind::list: return evaluate_list(expr, rows);
    }
    assert(false);
    return {};
}

const Column& NodeEvaluator::argument(const BoundExpr& expr, Selection rows, Column& storage) {
    if (expr.kind == ExprKind::column && observer_ == nullptr) return column(expr.column, expr, rows, storage);
    storage = evaluate(expr, rows);
    return storage;
}

const Column& NodeEvaluator::column(std::uint32_t number, const BoundExpr& expr, Selection rows, Column& storage) {
    Column& found = batch_->columns[number];
    if (found.encoding == Encoding::raw) {
        unpack_column(expr, found, rows, storage);
        return found.encoding == Encoding::raw ? storage : found;
    }
    if (found.encoding == Encoding::dictionary) {
        storage = flatten(found, batch_->rows, arena_);
        return storage;
    }
    return found;
}

void NodeEvaluator::unpack_column(const BoundExpr& expr, Column& raw, Selection rows, Column& out) {
    static const ColumnFormat kPlain;
    const ColumnFormat& format = raw.format == nullptr ? kPlain : *raw.format;
    std::vector<ParseFailure> failures;
    RawRows records{batch_->records, batch_->record_of, batch_->rows, batch_->selected};
    // Most of the rows that are left: all of them, so that nobody unpacks the column again.
    if (rows.size * std::uint64_t{4} >= batch_->selected.size) {
        unpack(raw, records, format, arena_, out, failures);
        if (failures.empty()) {
            raw = std::move(out);
            return;
        }
        failures.clear();
        out = {};
    }
    records.selected = rows;
    unpack(raw, records, format, arena_, out, failures);
    // A field that does not fit is no failure of an expression: a `try` around it does not cover it.
    for (const ParseFailure& failure : failures) {
        note_failure(failure.row);
        const std::string_view field = batch_->records->field(batch_->record_number(failure.row), raw.raw_field);
        list_failure({failure.row, row_error(failure.why, raw.type->kind), &expr, std::string(field)});
    }
}

Column NodeEvaluator::evaluate_call(const BoundExpr& expr, Selection rows) {
    constexpr std::size_t kFew = 4;
    const std::size_t count = expr.args.size();
    std::array<Column, kFew> few;
    std::array<const Column*, kFew> few_in{};
    std::vector<Column> many(count > kFew ? count : 0);
    std::vector<const Column*> many_in(count > kFew ? count : 0);
    Column* storage = count > kFew ? many.data() : few.data();
    const Column** in = count > kFew ? many_in.data() : few_in.data();

    const std::uint32_t before = failed_count_;
    const std::uint64_t* valid = nullptr;
    bool constant = true;
    for (std::size_t i = 0; i < count; ++i) {
        in[i] = &argument(*expr.args[i], still_good(rows, before), storage[i]);
        const bool flat = in[i]->encoding != Encoding::constant;
        constant = constant && !flat;
        if (!expr.propagates_nulls || in[i]->valid == nullptr) continue;
        if (flat)
            valid = both_valid(valid, in[i]->valid, batch_->rows, arena_);
        else if (!in[i]->is_valid(0))
            return null_column(with_nullable(expr.type, true), arena_);
    }
    rows = still_good(rows, before);
    const std::span<const Column* const> arguments{in, count};
    if (constant) return call_once(expr, arguments, rows);
    if (valid != nullptr) rows = rows_with_bit(rows, valid, arena_);
    Column out = call_kernel(expr, arguments, rows);
    out.valid = both_valid(valid, out.valid, batch_->rows, arena_);
    return out;
}

Column NodeEvaluator::call_kernel(const BoundExpr& expr, std::span<const Column* const> in, Selection rows) {
    CallFailures failures(*this, expr, in);
    Column out;
    out.type = expr.type;
    expr.kernel({in, rows, batch_->rows, arena_, failures, expr.prepared.get(), expr.type}, out);
    return out;
}

Column NodeEvaluator::call_once(const BoundExpr& expr, std::span<const Column* const> in, Selection rows) {
    if (rows.size == 0) return null_column(with_nullable(expr.type, true), arena_);
    CallFailures failures(*this, expr, in);
    SharedFailure shared(failures, rows);
    Column out;
    out.type = expr.type;
    expr.kernel({in, {nullptr, 1}, 1, arena_, shared, expr.prepared.get(), expr.type}, out);
    if (out.encoding == Encoding::flat) out.encoding = Encoding::constant;
    return out;
}

Selection NodeEvaluator::select(const BoundExpr& condition, Selection rows) {
    if (rows.size == 0) return rows;
    const std::uint32_t before = failed_count_;
    if (condition.kind == ExprKind::logic_and || condition.kind == ExprKind::logic_or) {
        const Selection good = select_logic(condition, rows);
        if (observer_ != nullptr) observer_->selected(condition, *batch_, still_good(rows, before), good);
        return good;
    }
    Column storage;
    const Column& result = argument(condition, rows, storage);
    return rows_where_true(still_good(rows, before), result, arena_);
}

Selection NodeEvaluator::select_logic(const BoundExpr& condition, Selection rows) {
    const std::uint32_t before = failed_count_;
    const Selection left = select(*condition.args[0], rows);
    if (condition.kind == ExprKind::logic_and) return select(*condition.args[1], left);
    const Selection rest = still_good(rows_except(rows, left, arena_), before);
    return rows_merged(left, select(*condition.args[1], rest), arena_);
}

}  // namespace etl
