#include "expr/conversion.hpp"
#include "expr/lift.hpp"
#include "expr/resolution.hpp"
#include "expr/resolve.hpp"

namespace etl {

namespace {

void refuse(const ExprPtr& value, const DataType* to, Diagnostics& diagnostics) {
    const ExprPtr wanted[] = {value, constant_expr({to, {}}, value->span)};
    diagnostics.error("E205", value->span, "expected " + to_string(to) + ", found " + list_types({wanted, 1}), {},
                      type_hints({}, wanted));
}

/// Whether a value of the type may become one of the other without being asked for. Rows that do not fit are refused.
bool widens(const ExprPtr& value, const DataType* to) {
    const DataType* from = value->type;
    if (from->is(TypeKind::integer)) return to->is(TypeKind::decimal) || to->is(TypeKind::floating);
    if (from->is(TypeKind::decimal)) return to->is(TypeKind::decimal);
    if (from->is(TypeKind::date)) return to->is(TypeKind::timestamp);
    if (is_text_constant(value)) return to->is(TypeKind::date) || to->is(TypeKind::timestamp);
    return false;
}

ExprPtr retyped(const BoundExpr& node, const DataType* to, std::vector<ExprPtr> args, Diagnostics& diagnostics) {
    auto out = std::make_shared<BoundExpr>(node);
    out->type = to;
    out->args = std::move(args);
    return fold(std::move(out), diagnostics);
}

/// A list or record, written item by item or constant.
ExprPtr widen_items(const ExprPtr& value, const DataType* to, PrepareContext& context, Diagnostics& diagnostics) {
    const bool is_list = to->is(TypeKind::list);
    const auto type_of = [&](std::size_t i) { return is_list ? to->element : to->fields[i].type; };
    if (!is_list && value->type->fields.size() != to->fields.size()) return refuse(value, to, diagnostics), nullptr;
    std::vector<ExprPtr> items;
    if (const auto* values = std::get_if<std::vector<Value>>(&value->constant.data); is_constant(value) && values) {
        for (const Value& item : *values) items.push_back(constant_expr(item, value->span));
    } else if (value->kind == ExprKind::list || value->kind == ExprKind::record) {
        items = value->args;
    } else {
        return refuse(value, to, diagnostics), nullptr;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i] = widen(items[i], type_of(i), context, diagnostics);
        if (items[i] == nullptr) return nullptr;
    }
    BoundExpr node;
    node.kind = is_list ? ExprKind::list : ExprKind::record;
    node.span = value->span;
    node.is_private = value->is_private;
    return retyped(node, with_nullable(to, false), std::move(items), diagnostics);
}

}  // namespace

ExprPtr widen(ExprPtr value, const DataType* to, PrepareContext& context, Diagnostics& diagnostics) {
    if (value == nullptr) return nullptr;
    if (is_null_constant(value)) {
        if (to->nullable || to->is(TypeKind::null)) return constant_expr({to, {}}, value->span);
        diagnostics.error("E209", value->span, "a null where " + to_string(to) + " is wanted", {},
                          {"write " + to_string(to) + "? where the type is declared, or a value"});
        return nullptr;
    }
    if (value->type->nullable && !to->nullable) {
        diagnostics.error("E209", value->span, "this can be null, " + to_string(to) + " cannot",
                          "of type " + to_string(value->type),
                          {"give nulls a value: x ?? …", "or take them out before: filter x is not null"});
        return nullptr;
    }
    const DataType* plain = with_nullable(to, false);
    const DataType* from = with_nullable(value->type, false);
    if (from == plain) return value;
    if (from->is(plain->kind) && (plain->is(TypeKind::list) || plain->is(TypeKind::record)))
        return widen_items(value, to, context, diagnostics);
    if (!widens(value, plain)) return refuse(value, to, diagnostics), nullptr;
    return conversion_expr(value, plain, {}, value->span, context, diagnostics);
}

namespace {

std::string_view conversion_name(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean: return "bool";
        case TypeKind::integer: return "int";
        case TypeKind::floating: return "float";
        case TypeKind::decimal: return "decimal";
        case TypeKind::text: return "text";
        case TypeKind::date: return "date";
        case TypeKind::timestamp: return "timestamp";
        default: return {};
    }
}

}  // namespace

std::vector<std::string> spelling_notes(const DataType* type) {
    switch (type->kind) {
        case TypeKind::boolean: return {"write true or false"};
        case TypeKind::date: return {"write 2024-01-31"};
        case TypeKind::timestamp: return {"write 2024-01-31T10:00:00Z"};
        default: return {};
    }
}

ExprPtr conversion_expr(ExprPtr value, const DataType* to, Conversion conversion, SourceSpan span,
                        PrepareContext& context, Diagnostics& diagnostics) {
    const DataType* plain = with_nullable(to, false);
    const Kernel kernel = conversion_kernel(value->type, plain);
    if (kernel == nullptr) {
        diagnostics.error("E205", value->span, to_string(value->type) + " does not become " + to_string(plain));
        return nullptr;
    }
    conversion.format.zone = TimeZone::find(context.timezone()).value_or(TimeZone());
    const bool nullable = conversion.empty_is_null && value->type->is(TypeKind::text);
    CallParts parts;
    parts.function = Registry<FunctionSpec>::find(conversion_name(plain->kind));
    parts.kernel = kernel;
    parts.type = with_nullable(plain, nullable);
    parts.args = {std::move(value)};
    parts.prepared = std::make_shared<Conversion>(std::move(conversion));
    return make_call(std::move(parts), span, diagnostics);
}

ExprPtr read_as(ExprPtr value, const DataType* to, const std::vector<std::string>& formats, bool empty_is_null,
                SourceSpan span, PrepareContext& context, Diagnostics& diagnostics) {
    const DataType* plain = with_nullable(to, false);
    if (is_null_constant(value)) return constant_expr({with_nullable(to, true), {}}, value->span);
    if (with_nullable(value->type, false) == plain && formats.empty()) return value;
    Conversion conversion;
    conversion.empty_is_null = empty_is_null && !plain->is(TypeKind::text);
    if (!formats.empty()) {
        std::string error;
        if (!value->type->is(TypeKind::text))
            error = "only a text is read with a format, not " + to_string(value->type);
        auto format = error.empty() ? compile_column_format(plain, formats, TimeZone(), error) : std::nullopt;
        if (!format.has_value()) {
            diagnostics.error("E206", span, error);
            return nullptr;
        }
        conversion.format = std::move(*format);
    }
    return conversion_expr(std::move(value), plain, std::move(conversion), span, context, diagnostics);
}

ExprPtr convert(ExprPtr value, const DataType* to, const std::vector<std::string>& formats, SourceSpan span,
                PrepareContext& context, Diagnostics& diagnostics) {
    if (value == nullptr) return nullptr;
    if (is_null_constant(value)) return widen(std::move(value), to, context, diagnostics);
    if (value->type->nullable && !to->nullable) {
        diagnostics.error("E209", span, "this can be null, " + to_string(to) + " cannot",
                          "of type " + to_string(value->type), {"write " + to_string(to) + "?"});
        return nullptr;
    }
    return read_as(std::move(value), to, formats, to->nullable, span, context, diagnostics);
}

}  // namespace etl
