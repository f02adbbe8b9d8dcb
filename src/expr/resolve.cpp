#include "expr/resolve.hpp"

#include <algorithm>
#include <cctype>

#include "expr/conversion.hpp"
#include "expr/evaluator.hpp"
#include "expr/match.hpp"
#include "expr/resolution.hpp"

namespace etl {

namespace {

/// Of a text that is read without a format.
std::vector<std::string> failed_conversion_notes(const BoundExpr& node) {
    constexpr std::string_view kConversions[] = {"bool", "date", "timestamp"};
    const bool is_conversion = node.function != nullptr && node.prepared != nullptr &&
                               std::ranges::find(kConversions, node.function->name) != std::end(kConversions) &&
                               node.args.front()->type->is(TypeKind::text);
    if (!is_conversion || !static_cast<const Conversion*>(node.prepared.get())->format.is_default()) return {};
    return spelling_notes(node.type);
}

void unknown_function(std::string_view name, SourceSpan name_span, Diagnostics& diagnostics) {
    std::vector<std::string> notes;
    std::vector<std::string> names;
    if (is_aggregate(name)) {
        notes.emplace_back("it is an aggregate: those stand in a `group`");
    } else {
        for (const FunctionSpec* spec : Registry<FunctionSpec>::all())
            if (std::isalpha(static_cast<unsigned char>(spec->name.front())) != 0) names.emplace_back(spec->name);
        if (std::string near = did_you_mean(name, names); !near.empty()) notes.push_back(std::move(near));
    }
    diagnostics.error("E204", name_span, "unknown function `" + std::string(name) + "`", {}, std::move(notes));
}

bool compares_with_null(std::string_view name, std::span<const BoundArgument> arguments, SourceSpan call,
                        Diagnostics& diagnostics) {
    if (name != "==" && name != "!=" && name != "<" && name != "<=" && name != ">" && name != ">=") return false;
    const bool null = std::any_of(arguments.begin(), arguments.end(), [](const BoundArgument& argument) {
        return argument.value->type->is(TypeKind::null);
    });
    if (!null) return false;
    diagnostics.error("E208", call, "a comparison with null is never true", {},
                      {name == "!=" ? "write: is not null" : "write: is null"});
    return true;
}

}  // namespace

bool is_constant(const ExprPtr& expr) { return expr->kind == ExprKind::constant; }
bool is_null_constant(const ExprPtr& expr) { return is_constant(expr) && expr->constant.is_null(); }
bool is_text_constant(const ExprPtr& expr) {
    return is_constant(expr) && std::holds_alternative<std::string>(expr->constant.data);
}

std::vector<Argument> describe(std::span<const ExprPtr> args) {
    std::vector<Argument> out;
    for (const ExprPtr& arg : args) out.push_back({arg->type, is_constant(arg) ? &arg->constant : nullptr, arg->span});
    return out;
}

std::optional<Value> evaluate_constant(const ExprPtr& expr, Diagnostics& diagnostics) {
    if (expr == nullptr) return std::nullopt;
    if (is_constant(expr)) return expr->constant;
    Memory memory;
    Evaluator evaluator(memory, {});
    const Schema none;
    Batch batch;
    batch.schema = &none;
    batch.rows = 1;
    batch.selected = {nullptr, 1};
    const Column column = evaluator.evaluate(*expr, batch, batch.selected);
    if (!evaluator.failures().empty()) {
        const FailedRow& failed = evaluator.failures().front();
        diagnostics.error("E206", failed.node->span, error_text(failed),
                          failed.value.empty() || failed.node->is_private ? std::string() : "of " + failed.value,
                          failed_conversion_notes(*failed.node));
        return std::nullopt;
    }
    Value value = value_at(column, 0);
    value.type = with_nullable(expr->type, value.is_null());
    return value;
}

ExprPtr fold(std::shared_ptr<BoundExpr> node, Diagnostics& diagnostics) {
    if (!std::all_of(node->args.begin(), node->args.end(), is_constant)) return node;
    std::optional<Value> value = evaluate_constant(node, diagnostics);
    if (!value.has_value()) return node;
    if (!node->is_private) return constant_expr(std::move(*value), node->span);
    auto folded = std::make_shared<BoundExpr>(*constant_expr(std::move(*value), node->span));
    folded->is_private = true;
    return folded;
}

ExprPtr make_call(CallParts parts, SourceSpan span, Diagnostics& diagnostics) {
    const auto any = [&](auto&& has) { return std::any_of(parts.args.begin(), parts.args.end(), has); };
    auto node = std::make_shared<BoundExpr>();
    node->kind = ExprKind::call;
    node->type = parts.type;
    if (parts.propagates_nulls && any([](const ExprPtr& arg) { return arg->type->nullable; }))
        node->type = with_nullable(parts.type, true);
    node->is_private = any([](const ExprPtr& arg) { return arg->is_private; });
    node->span = span;
    node->function = parts.function;
    node->kernel = parts.kernel;
    node->propagates_nulls = parts.propagates_nulls;
    node->prepared = std::move(parts.prepared);
    node->args = std::move(parts.args);
    return fold(std::move(node), diagnostics);
}

ExprPtr resolve_call(std::string_view name, std::vector<BoundArgument> arguments, SourceSpan call, SourceSpan name_span,
                     PrepareContext& context, Diagnostics& diagnostics) {
    const FunctionSpec* spec = Registry<FunctionSpec>::find(name);
    if (spec == nullptr) {
        unknown_function(name, name_span, diagnostics);
        return nullptr;
    }
    for (const BoundArgument& argument : arguments)
        if (argument.value == nullptr) return nullptr;
    if (compares_with_null(name, arguments, call, diagnostics)) return nullptr;
    CallParts parts;
    parts.function = spec;
    const Overload* overload = match_overload(name, spec->overloads, arguments, call, context, diagnostics, parts.args);
    if (overload == nullptr) return nullptr;
    if (overload->rewrite != nullptr) return overload->rewrite(std::move(parts.args), call, context, diagnostics);
    const std::vector<Argument> described = describe(parts.args);
    parts.type = overload->result(described, call, diagnostics);
    if (parts.type == nullptr) return nullptr;
    parts.kernel = overload->kernel;
    parts.propagates_nulls = overload->propagates_nulls;
    if (overload->prepare != nullptr) {
        const std::size_t errors = diagnostics.errors();
        parts.prepared = overload->prepare(described, parts.type, context, diagnostics);
        if (diagnostics.errors() != errors) return nullptr;
    }
    return make_call(std::move(parts), call, diagnostics);
}

}  // namespace etl
