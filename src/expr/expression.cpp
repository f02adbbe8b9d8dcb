#include "expr/expression.hpp"

#include <cassert>

namespace etl {

ExprPtr constant_expr(Value value, SourceSpan span) {
    auto expr = std::make_shared<BoundExpr>();
    expr->kind = ExprKind::constant;
    expr->type = value.type;
    expr->span = span;
    expr->constant = std::move(value);
    return expr;
}

ExprPtr column_expr(const Schema& schema, std::uint32_t number, SourceSpan span) {
    assert(number < schema.size());
    const Field& field = schema.fields[number];
    auto expr = std::make_shared<BoundExpr>();
    expr->kind = ExprKind::column;
    expr->type = field.type;
    expr->span = span;
    expr->column = number;
    expr->name = field.qualifier.empty() ? field.name : field.qualifier + "." + field.name;
    expr->is_private = field.is_private;
    return expr;
}

void mark_columns(const BoundExpr& expr, std::vector<bool>& used) {
    if (expr.kind == ExprKind::column) used[expr.column] = true;
    for (const ExprPtr& arg : expr.args) mark_columns(*arg, used);
}

std::int64_t bare_column(const BoundExpr& expr) {
    return expr.kind == ExprKind::column ? std::int64_t{expr.column} : -1;
}

std::string first_column_name(const BoundExpr& expr) {
    if (expr.kind == ExprKind::column) return expr.name;
    for (const ExprPtr& arg : expr.args) {
        std::string name = first_column_name(*arg);
        if (!name.empty()) return name;
    }
    return {};
}

}  // namespace etl
