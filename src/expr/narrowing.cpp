#include "expr/narrowing.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace etl {
namespace {

using Columns = std::vector<std::uint32_t>;  // ascending

/// What is known where an expression came out as false, true or null; nothing where it cannot come out so.
enum : std::size_t { kFalse, kTrue, kNull };
using Facts = std::array<std::optional<Columns>, 3>;

Columns both(const Columns& a, const Columns& b) {
    Columns out;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
    return out;
}

void either(std::optional<Columns>& known, const Columns& other) {
    if (!known.has_value()) {
        known = other;
        return;
    }
    Columns out;
    std::set_intersection(known->begin(), known->end(), other.begin(), other.end(), std::back_inserter(out));
    known = std::move(out);
}

/// The columns that must be there for a value that is not null.
Columns needed_columns(const BoundExpr& expr) {
    if (expr.kind == ExprKind::column) return {expr.column};
    Columns out;
    if ((expr.kind == ExprKind::call && expr.propagates_nulls) || expr.kind == ExprKind::field ||
        expr.kind == ExprKind::attempt)
        for (const ExprPtr& arg : expr.args) out = both(out, needed_columns(*arg));
    return out;
}

bool is_call(const BoundExpr& expr, std::string_view name) {
    return expr.kind == ExprKind::call && expr.function != nullptr && expr.function->name == name;
}

std::size_t conjunction(std::size_t a, std::size_t b) {
    if (a == kFalse || b == kFalse) return kFalse;
    return a == kTrue && b == kTrue ? kTrue : kNull;
}
std::size_t negation(std::size_t a) { return a == kNull ? kNull : (a == kTrue ? kFalse : kTrue); }

Facts facts(const BoundExpr& expr);

Facts facts_of_logic(const BoundExpr& expr) {
    const Facts left = facts(*expr.args[0]);
    const Facts right = facts(*expr.args[1]);
    const bool is_and = expr.kind == ExprKind::logic_and;
    Facts out;
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b) {
            if (!left[a].has_value() || !right[b].has_value()) continue;
            const std::size_t result = is_and ? conjunction(a, b) : negation(conjunction(negation(a), negation(b)));
            either(out[result], both(*left[a], *right[b]));
        }
    return out;
}

Facts facts(const BoundExpr& expr) {
    Facts out;
    if (expr.kind == ExprKind::constant) {
        const bool* value = std::get_if<bool>(&expr.constant.data);
        out[value == nullptr ? kNull : (*value ? kTrue : kFalse)] = Columns();
        return out;
    }
    if (expr.kind == ExprKind::logic_and || expr.kind == ExprKind::logic_or) return facts_of_logic(expr);
    if (is_call(expr, "not")) {
        Facts inner = facts(*expr.args[0]);
        std::swap(inner[kFalse], inner[kTrue]);
        return inner;
    }
    if (is_call(expr, "is null") || is_call(expr, "is not null")) {
        const bool negated = is_call(expr, "is not null");
        out[negated ? kTrue : kFalse] = needed_columns(*expr.args[0]);
        out[negated ? kFalse : kTrue] = Columns();
        return out;
    }
    out[kTrue] = needed_columns(expr);
    out[kFalse] = out[kTrue];
    out[kNull] = Columns();
    return out;
}

}  // namespace

std::vector<std::uint32_t> proven_not_null(const BoundExpr& condition, Outcome outcome) {
    const Facts known = facts(condition);
    if (outcome == Outcome::is_true) return known[kTrue].value_or(Columns());
    std::optional<Columns> out = known[kFalse];
    if (known[kNull].has_value()) either(out, *known[kNull]);
    return out.value_or(Columns());
}

}  // namespace etl
