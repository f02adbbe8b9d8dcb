#include "runtime/trace_values.hpp"

#include <algorithm>

namespace etl {

namespace {

class Expressions {
  public:
    explicit Expressions(std::vector<StageExpr>& found) : found_(found) {}

    void add(PartKind kind, const BoundPart& part) {
        kind_ = kind;
        std::visit([&](const auto& value) { take(value); }, part);
    }

  private:
    void put(std::string label, const ExprPtr& expr) {
        if (expr != nullptr) found_.push_back({std::move(label), kind_, expr, {}});
    }
    void take(const ExprPtr& expr) { put("", expr); }
    void take(const std::vector<BoundAssign>& assigns) {
        for (const BoundAssign& assign : assigns) put(assign.name, assign.value);
    }
    void take(const std::vector<BoundSortKey>& keys) {
        for (const BoundSortKey& key : keys) put("", key.value);
    }
    void take(const std::vector<BoundCheck>& checks) {
        for (const BoundCheck& check : checks) put("", check.condition);
    }
    void take(const std::vector<BoundBranch>& branches) {
        for (const BoundBranch& branch : branches) put(branch.name, branch.condition);
    }
    void take(const BoundKeep& keep) { put("", keep.value); }
    void take(const BoundAggregates& block) {
        for (const BoundAggregate& aggregate : block.aggregates)
            for (const ExprPtr& argument : aggregate.args) found_.push_back({"", kind_, argument, aggregate.span});
    }
    template <typename Other>
    void take(const Other& /*names*/) {}

    std::vector<StageExpr>& found_;
    PartKind kind_ = PartKind::expr;
};

const EvaluatedValue* find(const BoundExpr& expr, const EvaluatedValues& evaluated) {
    const auto exact = std::find_if(evaluated.begin(), evaluated.end(),
                                    [&](const EvaluatedValue& value) { return value.expr == &expr; });
    if (exact != evaluated.end()) return &*exact;
    // A join renumbers the columns of what it evaluates: its copies stand where the expression does.
    const auto copy = std::find_if(evaluated.begin(), evaluated.end(), [&](const EvaluatedValue& value) {
        return value.span == expr.span && value.expr->kind == expr.kind && value.expr->type == expr.type &&
               value.expr->function == expr.function && value.expr->name == expr.name;
    });
    return copy != evaluated.end() ? &*copy : nullptr;
}

void collect(const BoundExpr& expr, const EvaluatedValues& evaluated, std::vector<TraceValue>& values) {
    for (const ExprPtr& arg : expr.args) collect(*arg, evaluated, values);
    const bool known =
        std::any_of(values.begin(), values.end(), [&](const TraceValue& value) { return value.expr == &expr; });
    if (known || expr.kind == ExprKind::constant) return;
    if (const EvaluatedValue* found = find(expr, evaluated); found != nullptr) values.push_back({&expr, found->cell});
}

}  // namespace

std::vector<StageExpr> expressions_of(const BoundNode& node) {
    std::vector<StageExpr> found;
    if (node.stage.parts == nullptr || node.stage_spec == nullptr) return found;
    Expressions expressions(found);
    const auto& parts = *node.stage.parts;
    for (std::size_t i = 0; i < parts.size() && i < node.stage_spec->parts.size(); ++i)
        expressions.add(node.stage_spec->parts[i].kind, parts[i]);
    return found;
}

std::vector<TraceValue> values_of(const BoundNode& node, const EvaluatedValues& evaluated) {
    std::vector<TraceValue> values;
    for (const StageExpr& each : expressions_of(node)) collect(*each.expr, evaluated, values);
    return values;
}

}  // namespace etl
