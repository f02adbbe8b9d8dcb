#include "expr/resolution.hpp"
#include "expr/resolve.hpp"

namespace etl {

namespace {

std::shared_ptr<BoundExpr> make_node(ExprKind kind, const DataType* type, std::vector<ExprPtr> args, SourceSpan span) {
    auto node = std::make_shared<BoundExpr>();
    node->kind = kind;
    node->type = type;
    node->span = span;
    for (const ExprPtr& arg : args) node->is_private = node->is_private || arg->is_private;
    node->args = std::move(args);
    return node;
}

/// A condition; the literal null is one that is never true. nullptr after a diagnostic.
ExprPtr as_condition(ExprPtr value, std::string_view place, Diagnostics& diagnostics) {
    if (value->type->is(TypeKind::boolean)) return value;
    if (value->type->is(TypeKind::null)) return constant_expr({simple_type(TypeKind::boolean, true), {}}, value->span);
    diagnostics.error("E205", value->span, std::string(place) + " takes a condition, found " + to_string(value->type));
    return nullptr;
}

const DataType* unify_or_report(std::vector<ExprPtr>& values, SourceSpan span, std::string_view what,
                                PrepareContext& context, Diagnostics& diagnostics) {
    bool failed = false;
    const DataType* type = unify(values, context, diagnostics, failed);
    if (type == nullptr && !failed)
        diagnostics.error("E205", span, std::string(what) + " differ in type: " + list_types(values), {},
                          type_hints({}, values));
    return type;
}

}  // namespace

ExprPtr resolve_logic(ExprKind kind, ExprPtr left, ExprPtr right, SourceSpan span, Diagnostics& diagnostics) {
    if (left == nullptr || right == nullptr) return nullptr;
    const std::string_view place = kind == ExprKind::logic_and ? "`and`" : "`or`";
    left = as_condition(std::move(left), place, diagnostics);
    right = as_condition(std::move(right), place, diagnostics);
    if (left == nullptr || right == nullptr) return nullptr;
    const DataType* type = simple_type(TypeKind::boolean, left->type->nullable || right->type->nullable);
    return fold(make_node(kind, type, {std::move(left), std::move(right)}, span), diagnostics);
}

ExprPtr resolve_coalesce(ExprPtr left, ExprPtr right, SourceSpan span, PrepareContext& context,
                         Diagnostics& diagnostics, std::string_view what) {
    if (left == nullptr || right == nullptr) return nullptr;
    std::vector<ExprPtr> sides = {std::move(left), std::move(right)};
    const DataType* type = unify_or_report(sides, span, what, context, diagnostics);
    if (type == nullptr) return nullptr;
    if (!sides[0]->type->nullable) return sides[0];
    if (is_null_constant(sides[0])) return sides[1];
    type = with_nullable(type, sides[1]->type->nullable);
    return fold(make_node(ExprKind::coalesce, type, std::move(sides), span), diagnostics);
}

ExprPtr resolve_attempt(ExprPtr value, SourceSpan span) {
    if (value == nullptr || is_constant(value)) return value;
    const DataType* type = with_nullable(value->type, true);
    Diagnostics none;
    return fold(make_node(ExprKind::attempt, type, {std::move(value)}, span), none);
}

ExprPtr resolve_choose(std::vector<ExprPtr> branches, SourceSpan span, PrepareContext& context,
                       Diagnostics& diagnostics) {
    // The last is there for a `match` without else, too: a null.
    if (branches.size() % 2 == 0) branches.push_back(nullptr);
    if (branches.back() == nullptr) branches.back() = constant_expr({simple_type(TypeKind::null), {}}, span);
    std::vector<ExprPtr> conditions, values;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        if (branches[i] == nullptr) return nullptr;
        const bool is_condition = i % 2 == 0 && i + 1 < branches.size();
        if (is_condition)
            conditions.push_back(as_condition(std::move(branches[i]), "`if`", diagnostics));
        else
            values.push_back(std::move(branches[i]));
        if (is_condition && conditions.back() == nullptr) return nullptr;
    }
    const DataType* type = unify_or_report(values, span, "the branches", context, diagnostics);
    if (type == nullptr) return nullptr;
    std::vector<ExprPtr> args;
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        const bool* known = is_constant(conditions[i]) ? std::get_if<bool>(&conditions[i]->constant.data) : nullptr;
        if (is_constant(conditions[i]) && (known == nullptr || !*known)) continue;
        if (known != nullptr) {
            args.push_back(values[i]);
            break;
        }
        args.push_back(std::move(conditions[i]));
        args.push_back(values[i]);
    }
    if (args.size() % 2 == 0) args.push_back(values.back());
    if (args.size() == 1) return args[0];
    return fold(make_node(ExprKind::choose, type, std::move(args), span), diagnostics);
}

ExprPtr resolve_list(std::vector<ExprPtr> items, SourceSpan span, PrepareContext& context, Diagnostics& diagnostics) {
    for (const ExprPtr& item : items)
        if (item == nullptr) return nullptr;
    const DataType* element = simple_type(TypeKind::text);
    if (!items.empty()) element = unify_or_report(items, span, "the items of the list", context, diagnostics);
    if (element == nullptr) return nullptr;
    return fold(make_node(ExprKind::list, list_type(element), std::move(items), span), diagnostics);
}

ExprPtr resolve_record(std::vector<std::string> names, std::vector<ExprPtr> values, SourceSpan span,
                       Diagnostics& diagnostics) {
    std::vector<RecordField> fields;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] == nullptr) return nullptr;
        const DataType* type = values[i]->type;
        if (type->is(TypeKind::null)) {
            type = simple_type(TypeKind::text, true);
            values[i] = constant_expr({type, {}}, values[i]->span);
        }
        fields.push_back({names[i], type});
    }
    return fold(make_node(ExprKind::record, record_type(std::move(fields)), std::move(values), span), diagnostics);
}

}  // namespace etl
