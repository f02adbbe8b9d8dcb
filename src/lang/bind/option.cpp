#include "lang/bind/option.hpp"

#include <charconv>

#include "data/decimal.hpp"
#include "lang/bind/expression.hpp"

namespace etl::bind {

namespace {

GivenValue given_literal(const ast::Literal& literal) {
    GivenValue given;
    given.span = literal.span;
    given.integer = literal.value;
    switch (literal.kind) {
        case ast::LiteralKind::boolean: given.kind = GivenValue::Kind::boolean; break;
        case ast::LiteralKind::integer:
            given.kind = GivenValue::Kind::integer;
            std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), given.integer);
            break;
        case ast::LiteralKind::duration: given.kind = GivenValue::Kind::duration; break;
        case ast::LiteralKind::size: given.kind = GivenValue::Kind::size; break;
        case ast::LiteralKind::range:
            given.kind = GivenValue::Kind::range;
            given.range_end = literal.range_end;
            break;
        case ast::LiteralKind::share:
        case ast::LiteralKind::decimal:
        case ast::LiteralKind::floating:
            std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), given.number);
            given.kind = GivenValue::Kind::number;
            if (literal.kind == ast::LiteralKind::share) {
                given.kind = GivenValue::Kind::share;
                given.number /= 100;
            }
            break;
        case ast::LiteralKind::text:
        case ast::LiteralKind::null: given.text = literal.text; break;
    }
    return given;
}

std::optional<GivenValue> given_list(const ast::List& list, SourceSpan span, Context& context) {
    GivenValue given;
    given.kind = GivenValue::Kind::texts;
    given.span = span;
    for (const ast::ExprPtr& item : list.items) {
        std::optional<std::string> text = constant_text(*item, "an item of this list", context);
        if (!text) return std::nullopt;
        given.texts.push_back(std::move(*text));
    }
    return given;
}

std::optional<GivenValue> given_constant(const ast::Expr& expr, Context& context) {
    const std::optional<Value> value = constant_value(expr, "an option", context);
    if (!value) return std::nullopt;
    GivenValue given;
    given.span = expr.span;
    if (const auto* text = std::get_if<std::string>(&value->data)) {
        given.text = *text;
        return given;
    }
    if (const auto* flag = std::get_if<bool>(&value->data)) {
        given.kind = GivenValue::Kind::boolean;
        given.integer = *flag ? 1 : 0;
        return given;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&value->data)) {
        if (value->type->is(TypeKind::integer) || value->type->is(TypeKind::duration)) {
            const bool duration = value->type->is(TypeKind::duration);
            given.kind = duration ? GivenValue::Kind::duration : GivenValue::Kind::integer;
            given.integer = duration ? *whole / 1000 : *whole;
            return given;
        }
    } else if (const auto* number = std::get_if<double>(&value->data)) {
        given.kind = GivenValue::Kind::number;
        given.number = *number;
        return given;
    } else if (const auto* decimal = std::get_if<Int128>(&value->data)) {
        given.kind = GivenValue::Kind::number;
        given.number = decimal_to_double(*decimal, value->type->scale);
        return given;
    }
    context.diagnostics.error("E303", expr.span, "this is no value of an option",
                              value->is_null() ? "this is null" : "this is " + to_string(value->type));
    return std::nullopt;
}

}  // namespace

std::optional<GivenValue> given_value(const ast::Expr& expr, Context& context) {
    if (const auto* literal = expr.as<ast::Literal>(); literal != nullptr && literal->kind != ast::LiteralKind::null)
        return given_literal(*literal);
    if (const auto* list = expr.as<ast::List>()) return given_list(*list, expr.span, context);
    if (const auto* record = expr.as<ast::Record>()) {
        GivenValue given;
        given.kind = GivenValue::Kind::record;
        given.span = expr.span;
        if (!given_options(record->fields.items, given.fields, context)) return std::nullopt;
        return given;
    }
    if (const auto* name = expr.as<ast::Reference>()) {
        GivenValue given;
        given.kind = GivenValue::Kind::word;
        given.text = name->name.text;
        given.span = expr.span;
        return given;
    }
    return given_constant(expr, context);
}

bool given_options(const std::vector<ast::Assign>& assigns, std::vector<GivenOption>& options, Context& context) {
    bool good = true;
    for (const ast::Assign& assign : assigns) {
        std::optional<GivenValue> value = given_value(*assign.value, context);
        good = good && value.has_value();
        if (value) options.push_back({assign.name.text, assign.name.span, std::move(*value)});
    }
    return good;
}

bool given_options(const std::vector<ast::Argument>& arguments, std::size_t positional,
                   std::vector<GivenOption>& options, Context& context) {
    bool good = true;
    for (std::size_t i = positional; i < arguments.size(); ++i) {
        const ast::Argument& argument = arguments[i];
        if (!argument.name) {
            context.diagnostics.error("E303", argument.span, "this argument needs a name", "which option is this?",
                                      {"write `name = value`"});
            good = false;
            continue;
        }
        std::optional<GivenValue> value = given_value(*argument.value, context);
        good = good && value.has_value();
        if (value) options.push_back({argument.name->text, argument.name->span, std::move(*value)});
    }
    return good;
}

bool resolve_environment(std::vector<GivenOption>& options, Context& context) {
    bool good = true;
    for (GivenOption& option : options) {
        GivenValue& value = option.value;
        const bool secret = value.kind == GivenValue::Kind::secret;
        if (!secret && value.kind != GivenValue::Kind::environment) continue;
        std::optional<std::string> found =
            secret ? context.secrets.secret(value.text) : context.secrets.environment(value.text);
        if (!found && !context.options.offline) {
            const std::string variable = secret ? Secrets::variable_of_secret(value.text) : value.text;
            context.diagnostics.error("E219", value.span, "the environment has no `" + variable + "`", "not set",
                                      {"set the variable " + variable + " before the run"});
            good = false;
        }
        value.kind = GivenValue::Kind::text;
        value.text = found.value_or("");
    }
    return good;
}

}  // namespace etl::bind
