#include <algorithm>

#include "expr/conversion.hpp"
#include "expr/operands.hpp"
#include "expr/resolution.hpp"
#include "expr/resolve.hpp"

namespace etl {

namespace {

const DataType* without_null(const DataType* type) { return with_nullable(type, false); }

const DataType* common_decimal(DecimalShape a, DecimalShape b) {
    return decimal_of(std::max(a.whole(), b.whole()), std::max(a.scale, b.scale));
}

/// Of two arguments: a constant int has its own digits.
const DataType* common_of(const Argument& a, const Argument& b) {
    const bool decimals = a.type->is(TypeKind::decimal) || b.type->is(TypeKind::decimal);
    const auto exact = [](const DataType* type) { return type->is(TypeKind::decimal) || type->is(TypeKind::integer); };
    if (decimals && exact(a.type) && exact(b.type))
        return with_nullable(common_decimal(decimal_shape(a), decimal_shape(b)), a.type->nullable || b.type->nullable);
    return common_type(a.type, b.type);
}

const DataType* common_list(const DataType* a, const DataType* b) {
    const DataType* element = common_type(a->element, b->element);
    return element == nullptr ? nullptr : list_type(element);
}

const DataType* common_record(const DataType* a, const DataType* b) {
    if (a->fields.size() != b->fields.size()) return nullptr;
    std::vector<RecordField> fields;
    for (std::size_t i = 0; i < a->fields.size(); ++i) {
        if (a->fields[i].name != b->fields[i].name) return nullptr;
        const DataType* type = common_type(a->fields[i].type, b->fields[i].type);
        if (type == nullptr) return nullptr;
        fields.push_back({a->fields[i].name, type});
    }
    return record_type(std::move(fields));
}

const DataType* common_kind(const DataType* a, const DataType* b) {
    if (a == b) return a;
    if (a->is(TypeKind::null)) return b;
    if (b->is(TypeKind::null)) return a;
    if (a->is(b->kind)) {
        if (a->is(TypeKind::decimal)) return common_decimal({a->precision, a->scale}, {b->precision, b->scale});
        if (a->is(TypeKind::list)) return common_list(a, b);
        return a->is(TypeKind::record) ? common_record(a, b) : nullptr;
    }
    if (a->is(TypeKind::integer) && b->is(TypeKind::decimal))
        return common_decimal({kIntDigits, 0}, {b->precision, b->scale});
    if (b->is(TypeKind::integer) && a->is(TypeKind::decimal)) return common_kind(b, a);
    const auto pair = [&](TypeKind one, TypeKind other) {
        return (a->is(one) && b->is(other)) || (a->is(other) && b->is(one));
    };
    if (pair(TypeKind::integer, TypeKind::floating)) return simple_type(TypeKind::floating);
    if (pair(TypeKind::date, TypeKind::timestamp)) return simple_type(TypeKind::timestamp);
    return nullptr;
}

/// Of two constant ints the one with more digits; nullptr: one is not constant.
const Value* longer(const Argument& a, const Argument& b) {
    if (a.constant == nullptr || b.constant == nullptr || !a.type->is(TypeKind::integer)) return nullptr;
    return decimal_shape(a).precision >= decimal_shape(b).precision ? a.constant : b.constant;
}

bool is_time(const DataType* type) { return type->is(TypeKind::date) || type->is(TypeKind::timestamp); }

}  // namespace

const DataType* common_type(const DataType* a, const DataType* b) {
    const DataType* common = common_kind(without_null(a), without_null(b));
    if (common == nullptr) return nullptr;
    const bool nullable = a->nullable || b->nullable || a->is(TypeKind::null) || b->is(TypeKind::null);
    return with_nullable(common, nullable);
}

const DataType* unify(std::vector<ExprPtr>& values, PrepareContext& context, Diagnostics& diagnostics, bool& failed) {
    failed = false;
    // Text literals come last: beside a date they are dates.
    std::vector<Argument> found = describe(values);
    std::stable_partition(found.begin(), found.end(),
                          [](const Argument& a) { return !a.type->is(TypeKind::text) || a.constant == nullptr; });
    Argument common{simple_type(TypeKind::null), nullptr, {}};
    bool nullable = false;
    for (const Argument& argument : found) {
        nullable = nullable || argument.type->nullable || argument.type->is(TypeKind::null);
        if (common.type->is(TypeKind::null)) {
            common = argument;
            continue;
        }
        if (argument.type->is(TypeKind::null)) continue;
        if (is_time(common.type) && argument.type->is(TypeKind::text) && argument.constant != nullptr) continue;
        const DataType* both = common_of(common, argument);
        if (both == nullptr) return nullptr;
        if (both != common.type)
            common = {both, nullptr, argument.span};
        else
            common.constant = longer(common, argument);
    }
    const DataType* type = with_nullable(common.type, nullable);
    if (type->is(TypeKind::null)) type = simple_type(TypeKind::text, true);
    std::vector<ExprPtr> converted;
    for (const ExprPtr& value : values) {
        converted.push_back(widen(value, with_nullable(type, true), context, diagnostics));
        if (converted.back() == nullptr) failed = true;
    }
    if (failed) return nullptr;
    values = std::move(converted);
    return type;
}

std::string list_types(std::span<const ExprPtr> values) {
    std::string out;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += i + 1 == values.size() ? " and " : ", ";
        out += values[i]->type->is(TypeKind::null) ? "null" : to_string(values[i]->type);
    }
    return out;
}

std::vector<std::string> type_hints(std::string_view function, std::span<const ExprPtr> values) {
    const auto has = [&](auto&& wanted) { return std::any_of(values.begin(), values.end(), wanted); };
    const auto of = [](TypeKind kind) { return [kind](const ExprPtr& value) { return value->type->is(kind); }; };
    const auto exact = [](const ExprPtr& value) {
        return value->type->is(TypeKind::integer) || value->type->is(TypeKind::decimal);
    };
    std::vector<std::string> hints;
    if (has(of(TypeKind::decimal)) && has(of(TypeKind::floating)))
        hints.emplace_back("a float is not exact: write float(x) for the decimal, or decimal(x, 12, 2) for the float");
    const bool has_text = has(of(TypeKind::text));
    if (has_text && (has(exact) || has(of(TypeKind::floating))))
        hints.emplace_back("a text does not become a number by itself: write int(x), decimal(x, 12, 2) or float(x)");
    if (has_text && has(of(TypeKind::date)))
        hints.emplace_back(R"(a text does not become a date by itself: write date(x) or date(x, "%d.%m.%Y"))");
    else if (has_text && has(of(TypeKind::timestamp)))
        hints.emplace_back("a text does not become a timestamp by itself: write timestamp(x) or timestamp(x, FORMAT)");
    if (function == "+" && has_text && !has([](const ExprPtr& value) { return !value->type->is(TypeKind::text); }))
        hints.emplace_back(R"(texts are joined in an f-string: f"{a} {b}")");
    const bool has_number = has(exact) || has(of(TypeKind::floating));
    const bool sums = function == "+" || function == "-";
    if (sums && has_number && has(of(TypeKind::date)))
        hints.emplace_back("to a date a duration of days is added: day + 1d, or add_days(day, n)");
    else if (sums && has_number && has(of(TypeKind::timestamp)))
        hints.emplace_back("to a timestamp a duration is added: t + 1h, t + n * 1h");
    if (function.find_first_of("+-*/%<>=!") == 0 && has_number && has(of(TypeKind::boolean)))
        hints.emplace_back("a bool becomes a number by int(x)");
    if (function == "-x" && has_text)
        hints.emplace_back("a text becomes a number by int(x), decimal(x, 12, 2) or float(x)");
    if (function == "[]" && !values.front()->type->is(TypeKind::list))
        hints.emplace_back("only lists have items; a character of a text is substring(x, 1, 1)");
    return hints;
}

}  // namespace etl
