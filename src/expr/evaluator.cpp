#include "expr/evaluator.hpp"

#include <algorithm>

#include "data/text_parse.hpp"
#include "expr/node_evaluator.hpp"
#include "expr/row_origins.hpp"

namespace etl {

struct Evaluator::State {
    NodeEvaluator nodes;
};

Evaluator::Evaluator(Memory& memory, EvaluationContext context)
    : arena_(memory),
      context_(std::move(context)),
      state_(std::make_unique<State>(State{NodeEvaluator(arena_, context_, failures_)})) {}

Evaluator::~Evaluator() = default;

Column Evaluator::evaluate(const BoundExpr& expr, Batch& batch, Selection rows, bool raw_allowed) {
    const std::int64_t bare = bare_column(expr);
    if (bare >= 0 && raw_allowed) return batch.columns[static_cast<std::size_t>(bare)];
    state_->nodes.begin(batch);
    return state_->nodes.evaluate(expr, rows);
}

Selection Evaluator::select(const BoundExpr& condition, Batch& batch, Selection rows) {
    state_->nodes.begin(batch);
    return state_->nodes.select(condition, rows);
}

void Evaluator::observe(EvaluationObserver* observer) { state_->nodes.observe(observer); }

Selection Evaluator::without(Selection rows, const std::vector<std::uint32_t>& taken) {
    return rows_except(rows, {taken.data(), static_cast<std::uint32_t>(taken.size())}, arena_);
}

void Evaluator::reject_failures(Batch& batch, std::uint32_t stage, const std::string& column) {
    if (failures_.empty()) return;
    std::stable_sort(failures_.begin(), failures_.end(),
                     [](const FailedRow& a, const FailedRow& b) { return a.row < b.row; });
    RowOrigins origins(batch);
    std::vector<std::uint32_t> rows;
    for (FailedRow& failed : failures_) {
        if (!rows.empty() && rows.back() == failed.row) continue;
        rows.push_back(failed.row);
        Reject reject;
        reject.stage = stage;
        reject.span = failed.node->span;
        reject.column = column.empty() ? first_column_name(*failed.node) : column;
        reject.reason = error_text(failed);
        reject.value = failed.node->is_private ? "***" : std::move(failed.value);
        reject.origin = origins.at(failed.row);
        reject.record_number = batch.record_number(failed.row);
        batch.keep_row(failed.row, reject);
        batch.rejects.push_back(std::move(reject));
    }
    failures_.clear();
    batch.selected = without(batch.selected, rows);
}

std::string error_text(const FailedRow& failed) {
    const DataType* type = with_nullable(failed.node->type, false);
    switch (failed.error) {
        case RowError::not_a_number:
        case RowError::not_a_date:
        case RowError::not_a_timestamp:
        case RowError::not_a_boolean: return parse_reason(ParseResult::malformed, type);
        case RowError::out_of_range:
            return type->is(TypeKind::text) ? "out of range" : parse_reason(ParseResult::out_of_range, type);
        case RowError::too_many_places:
            return type->is(TypeKind::integer) ? "not a whole number"
                                               : parse_reason(ParseResult::too_many_places, type);
        case RowError::no_such_local_time: return parse_reason(ParseResult::no_such_instant, type);
        case RowError::overflow: return "overflow";
        case RowError::division_by_zero: return "division by zero";
        case RowError::index_out_of_range: return "index out of range";
        case RowError::unexpected_null: return "a null where none is allowed";
        case RowError::empty_argument: return "an argument is empty";
        case RowError::no_whole_days: return "not a whole number of days";
    }
    return {};
}

}  // namespace etl
