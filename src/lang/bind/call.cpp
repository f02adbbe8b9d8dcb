#include <algorithm>

#include "lang/bind/expression.hpp"

namespace etl::bind {

namespace {

/// The argument of env("X") and secret("x"): a text as it is written.
const ast::Literal* literal_text(const ast::Call& call) {
    if (call.object != nullptr || call.arguments.size() != 1 || call.arguments[0].name) return nullptr;
    const auto* literal = call.arguments[0].value->as<ast::Literal>();
    return literal != nullptr && literal->kind == ast::LiteralKind::text ? literal : nullptr;
}

std::vector<std::string> function_names(const Functions& functions, bool aggregates) {
    std::vector<std::string> names = functions.names();
    for (const FunctionSpec* spec : Registry<FunctionSpec>::all())
        if (spec->category != "operator") names.emplace_back(spec->name);
    if (aggregates)
        for (const AggregateSpec* spec : Registry<AggregateSpec>::all()) names.emplace_back(spec->name);
    names.insert(names.end(), {"try", "now", "env", "secret"});
    return names;
}

}  // namespace

bool ExpressionBinder::arguments(const std::vector<ast::Argument>& written, std::vector<BoundArgument>& bound) {
    bool good = true;
    for (const ast::Argument& argument : written) {
        BoundArgument made;
        if (argument.name) {
            made.name = argument.name->text;
            made.name_span = argument.name->span;
        }
        made.value = bind(*argument.value);
        good = good && made.value != nullptr;
        bound.push_back(std::move(made));
    }
    return good;
}

ExprPtr ExpressionBinder::call(const ast::Call& call, SourceSpan span) {
    const std::string& name = call.name.text;
    const bool written = context_.functions.find(name, standard_) != nullptr;
    if (!written) {
        bool is_constant = false;
        ExprPtr constant = constant_of_run(call, span, is_constant);
        if (is_constant) return constant;
        if (is_aggregate(name)) return aggregate(call, span);
        if (!knows_function(name)) {
            const std::string near =
                did_you_mean(name, function_names(context_.functions, scope_.aggregates != nullptr));
            return error("E204", call.name.span, "unknown function `" + name + "`", "there is no function of this name",
                         near.empty() ? std::vector<std::string>() : std::vector<std::string>{near});
        }
    }
    std::vector<BoundArgument> bound;
    bool good = true;
    if (call.object != nullptr) {
        bound.push_back({{}, {}, bind(*call.object)});
        good = bound.back().value != nullptr;
    }
    good = arguments(call.arguments, bound) && good;
    return good ? this->call(call.name, std::move(bound), span) : nullptr;
}

ExprPtr ExpressionBinder::call(const ast::Name& name, std::vector<BoundArgument> arguments, SourceSpan span) {
    if (const WrittenFunction* function = context_.functions.find(name.text, standard_); function != nullptr)
        return context_.functions.expand(*function, std::move(arguments), span, context_, diagnostics_);
    for (const BoundArgument& argument : arguments)
        if (argument.value == nullptr) return nullptr;
    if (name.text == "try" && arguments.size() == 1) return resolve_attempt(arguments[0].value, span);
    if (is_aggregate(name.text)) return misplaced_aggregate(name);
    if (!knows_function(name.text)) {
        const std::string near = did_you_mean(name.text, function_names(context_.functions, false));
        return error("E204", name.span, "unknown function `" + name.text + "`", "there is no function of this name",
                     near.empty() ? std::vector<std::string>() : std::vector<std::string>{near});
    }
    return resolve_call(name.text, std::move(arguments), span, name.span, context_.tables, diagnostics_);
}

bool ExpressionBinder::knows_function(const std::string& name) const {
    const FunctionSpec* spec = Registry<FunctionSpec>::find(name);
    return name == "try" || (spec != nullptr && spec->category != "operator");
}

/// try, now, env and secret, which are no functions over columns. is_one: false for another call.
ExprPtr ExpressionBinder::constant_of_run(const ast::Call& call, SourceSpan span, bool& is_one) {
    const std::string& name = call.name.text;
    is_one = name == "now" || name == "env" || name == "secret" || name == "try";
    if (!is_one) return nullptr;
    if (name == "try") {
        if (call.arguments.size() + (call.object != nullptr ? 1 : 0) != 1)
            return error("E205", call.arguments_span, "`try` takes one expression", "what to try?",
                         {"write `try(int(raw)) ?? 0`"});
        return attempt(call.object != nullptr ? *call.object : *call.arguments[0].value, span);
    }
    if (name == "now") {
        if (call.object != nullptr || !call.arguments.empty())
            return error("E205", call.arguments_span, "`now` takes nothing", "write `now()`");
        return constant_expr({simple_type(TypeKind::timestamp), context_.start_us}, span);
    }
    return from_environment(call, span);
}

ExprPtr ExpressionBinder::attempt(const ast::Expr& expr, SourceSpan span) {
    // A constant that cannot be computed is what `try` is for.
    Diagnostics inner;
    std::swap(inner, diagnostics_);
    ExprPtr value = bind(expr);
    std::swap(inner, diagnostics_);
    for (Diagnostic& found : inner.sorted())
        if (found.code != "E206" || value == nullptr) diagnostics_.add(std::move(found));
    return resolve_attempt(std::move(value), span);
}

ExprPtr ExpressionBinder::from_environment(const ast::Call& call, SourceSpan span) {
    const std::string& name = call.name.text;
    const ast::Literal* literal = literal_text(call);
    if (literal == nullptr)
        return error("E205", call.arguments_span, "`" + name + "` takes one text as it stands", "not a text in quotes",
                     {"write `" + name + "(\"NAME\")`"});
    const bool secret = name == "secret";
    std::optional<std::string> value =
        secret ? context_.secrets.secret(literal->text) : context_.secrets.environment(literal->text);
    if (!value && context_.options.offline) value = "";
    if (!value) {
        const std::string variable = secret ? Secrets::variable_of_secret(literal->text) : literal->text;
        return error("E219", literal->span,
                     secret ? "unknown secret `" + literal->text + "`" : "the environment has no `" + variable + "`",
                     "not set", {"set the variable " + variable + " before the run"});
    }
    auto made = std::make_shared<BoundExpr>(*constant_expr({simple_type(TypeKind::text), *value}, span));
    made->is_private = true;
    return made;
}

ExprPtr ExpressionBinder::misplaced_aggregate(const ast::Name& name) {
    if (within_aggregate_)
        return error("E214", name.span, "an aggregate within an aggregate", "of each row there is one value only",
                     {"put `" + name.text + "(...)` into a `group` before"});
    return error("E214", name.span, "`" + name.text + "` is an aggregate", "it stands in the block of a `group` only",
                 {"write `group { x = " + name.text + "(...) }` before"});
}

ExprPtr ExpressionBinder::aggregate(const ast::Call& call, SourceSpan span) {
    AggregateScope* aggregates = scope_.aggregates;
    if (aggregates == nullptr) return misplaced_aggregate(call.name);
    ExpressionBinder inner(context_, *aggregates->input, diagnostics_);
    inner.within_aggregate_ = true;
    std::vector<ExprPtr> values;
    bool good = true;
    bool is_private = false;
    const auto take = [&](const ast::Expr& expr) {
        values.push_back(inner.bind(expr));
        good = good && values.back() != nullptr;
        is_private = is_private || (values.back() != nullptr && values.back()->is_private);
    };
    if (call.object != nullptr) take(*call.object);
    for (const ast::Argument& argument : call.arguments) {
        if (argument.name) {
            diagnostics_.error("E205", argument.name->span, "an aggregate takes no named arguments", "a name");
            good = false;
        }
        take(*argument.value);
    }
    if (!good) return nullptr;
    auto bound = resolve_aggregate(call.name.text, std::move(values), span, context_.tables, diagnostics_);
    if (!bound) return nullptr;
    // Without keys there is a group even where there are no rows.
    if (aggregates->keys == 0 && bound->overload->null_over_nothing) bound->type = with_nullable(bound->type, true);
    const std::string_view text = context_.texts.text(span);
    aggregates->columns.fields.push_back({std::string(text), bound->type, {}, is_private});
    aggregates->aggregates.push_back(std::move(*bound));
    return column_expr(aggregates->columns, aggregates->columns.size() - 1, span);
}

}  // namespace etl::bind
