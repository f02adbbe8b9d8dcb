#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "data/text_parse.hpp"
#include "expr/evaluator.hpp"
#include "expr/narrowing.hpp"
#include "expr/resolve.hpp"
#include "lang/parser.hpp"
#include "tests/unit/columns.hpp"

namespace etl::expression_text {

struct TestContext final : PrepareContext {
    std::map<std::string, Table, std::less<>> tables;
    std::string zone = "UTC";
    Table read_table(std::string_view address) override {
        const auto found = tables.find(address);
        if (found == tables.end()) throw Error("E401", std::string(address) + " does not exist");
        return found->second;
    }
    std::string_view timezone() const override { return zone; }
};

/// Expressions bound without the binder: what the resolver offers, and no more.
class Binding {
  public:
    Binding(const Schema& schema, PrepareContext& context, Diagnostics& diagnostics)
        : schema_(schema), context_(context), diagnostics_(diagnostics) {}

    ExprPtr bind(const ast::Expr& expr) {
        return std::visit([&](const auto& node) { return bind_node(node, expr.span); }, expr.node);
    }

  private:
    ExprPtr call(std::string_view name, std::vector<ExprPtr> args, SourceSpan span) {
        std::vector<BoundArgument> bound;
        for (ExprPtr& arg : args) bound.push_back({{}, {}, std::move(arg)});
        return resolve_call(name, std::move(bound), span, span, context_, diagnostics_);
    }
    ExprPtr bind_node(const ast::Literal& literal, SourceSpan span) {
        const auto value = [&](const DataType* type, auto data) {
            return constant_expr({type, std::move(data)}, span);
        };
        switch (literal.kind) {
            case ast::LiteralKind::null: return constant_expr({simple_type(TypeKind::null), {}}, span);
            case ast::LiteralKind::boolean: return value(simple_type(TypeKind::boolean), literal.value != 0);
            case ast::LiteralKind::integer:
                return value(simple_type(TypeKind::integer), std::int64_t{std::stoll(literal.text)});
            case ast::LiteralKind::floating: return value(simple_type(TypeKind::floating), std::stod(literal.text));
            case ast::LiteralKind::duration: return value(simple_type(TypeKind::duration), literal.value * 1000);
            case ast::LiteralKind::decimal: {
                const auto scale = static_cast<unsigned>(literal.text.size() - literal.text.find('.') - 1);
                const auto digits = static_cast<unsigned>(literal.text.size() - 1);
                Int128 number = 0;
                parse_decimal(literal.text, digits, scale, number);
                return value(decimal_type(digits, scale), number);
            }
            default: return value(simple_type(TypeKind::text), literal.text);
        }
    }
    ExprPtr bind_node(const ast::Reference& reference, SourceSpan span) {
        if (const auto column = schema_.find(reference.name.text); column) return column_expr(schema_, *column, span);
        diagnostics_.error("E203", span, "unknown column `" + reference.name.text + "`");
        return nullptr;
    }
    ExprPtr bind_node(const ast::Call& node, SourceSpan span) {
        if (node.name.text == "try") {
            Diagnostics inner;
            std::swap(inner, diagnostics_);
            ExprPtr value = bind(*node.arguments[0].value);
            std::swap(inner, diagnostics_);
            for (const Diagnostic& one : inner.sorted())
                if (one.code != "E206") diagnostics_.add(one);
            return resolve_attempt(std::move(value), span);
        }
        std::vector<BoundArgument> args;
        if (node.object != nullptr) args.push_back({{}, {}, bind(*node.object)});
        for (const ast::Argument& arg : node.arguments)
            args.push_back({arg.name ? arg.name->text : "", arg.name ? arg.name->span : span, bind(*arg.value)});
        return resolve_call(node.name.text, std::move(args), span, node.name.span, context_, diagnostics_);
    }
    ExprPtr bind_node(const ast::Unary& node, SourceSpan span) {
        return call(node.op == ast::UnaryOp::negate ? "-x" : "not", {bind(*node.operand)}, span);
    }
    ExprPtr bind_node(const ast::Binary& node, SourceSpan span) {
        using enum ast::BinaryOp;
        ExprPtr left = bind(*node.left), right = bind(*node.right);
        if (node.op == logical_and || node.op == logical_or)
            return resolve_logic(node.op == logical_and ? ExprKind::logic_and : ExprKind::logic_or, left, right, span,
                                 diagnostics_);
        if (node.op == ast::BinaryOp::coalesce) return resolve_coalesce(left, right, span, context_, diagnostics_);
        static const std::map<ast::BinaryOp, std::string_view> kNames = {
            {equal, "=="},   {not_equal, "!="},  {less, "<"},           {less_equal, "<="}, {greater, ">"},
            {in, "in"},      {not_in, "not in"}, {greater_equal, ">="}, {add, "+"},         {subtract, "-"},
            {multiply, "*"}, {divide, "/"},      {modulo, "%"}};
        return call(kNames.at(node.op), {left, right}, span);
    }
    ExprPtr bind_node(const ast::IsNull& node, SourceSpan span) {
        return call(node.negated ? "is not null" : "is null", {bind(*node.operand)}, span);
    }
    ExprPtr bind_node(const ast::Conditional& node, SourceSpan span) {
        return resolve_choose({bind(*node.condition), bind(*node.yes), bind(*node.no)}, span, context_, diagnostics_);
    }
    ExprPtr bind_node(const ast::List& node, SourceSpan span) {
        std::vector<ExprPtr> items;
        for (const auto& item : node.items) items.push_back(bind(*item));
        return resolve_list(std::move(items), span, context_, diagnostics_);
    }
    ExprPtr bind_node(const ast::Record& node, SourceSpan span) {
        std::vector<std::string> names;
        std::vector<ExprPtr> values;
        for (const ast::Assign& field : node.fields.items) {
            names.push_back(field.name.text);
            values.push_back(bind(*field.value));
        }
        return resolve_record(std::move(names), std::move(values), span, diagnostics_);
    }
    ExprPtr bind_node(const ast::FString& node, SourceSpan span) {
        std::vector<ExprPtr> parts;
        for (const auto& part : node.parts) {
            if (part.value == nullptr)
                parts.push_back(constant_expr({simple_type(TypeKind::text), part.text}, part.span));
            else
                parts.push_back(call("text", {bind(*part.value)}, span));
        }
        return call("f-string", std::move(parts), span);
    }
    ExprPtr bind_node(const ast::Index& node, SourceSpan span) {
        return call("[]", {bind(*node.object), bind(*node.index)}, span);
    }
    template <typename Other>
    ExprPtr bind_node(const Other& /*node*/, SourceSpan span) {
        diagnostics_.error("E000", span, "not bound here");
        return nullptr;
    }

    const Schema& schema_;
    PrepareContext& context_;
    Diagnostics& diagnostics_;
};

/// An expression as text, bound over a schema. Null after a diagnostic.
inline ExprPtr bind_text(const std::string& text, const Schema& schema, PrepareContext& context,
                         Diagnostics& diagnostics) {
    SourceTexts texts;
    const std::uint32_t number = texts.add("test.etl", "param p: int = " + text + "\n");
    const ast::File file = parse(number, texts, diagnostics);
    if (diagnostics.has_errors()) return nullptr;
    const auto& declaration = std::get<ast::ParamDecl>(file.declarations.at(0).node);
    return Binding(schema, context, diagnostics).bind(*declaration.default_value);
}

/// The value of an expression of constants as a pipeline would write it, or "error: " and what is wrong.
inline std::string value_of(const std::string& text, TestContext context = {}) {
    Diagnostics diagnostics;
    const Schema none;
    const ExprPtr expr = bind_text(text, none, context, diagnostics);
    std::optional<Value> value;
    if (expr != nullptr && !diagnostics.has_errors()) value = evaluate_constant(expr, diagnostics);
    if (diagnostics.has_errors()) {
        const Diagnostic first = diagnostics.sorted().front();
        return (first.code == "E206" ? "error: " : first.code + ": ") + first.message;
    }
    return to_literal(*value);
}

/// The type of an expression of constants and columns, or what is wrong.
inline std::string type_of(const std::string& text, const Schema& schema) {
    Diagnostics diagnostics;
    TestContext context;
    const ExprPtr expr = bind_text(text, schema, context, diagnostics);
    if (!diagnostics.has_errors()) return to_string(expr->type);
    const Diagnostic first = diagnostics.sorted().front();
    return first.code + ": " + first.message;
}

/// Expressions over rows of columns.
struct Rows {
    columns::Bench bench;
    Schema schema;
    Batch batch;
    TestContext context;
    Evaluator evaluator{bench.memory, {"run-1", 1'704'067'200'000'000, 7, nullptr, nullptr}};

    void add(const std::string& name, const DataType* type, const std::vector<Value>& values) {
        schema.fields.push_back({name, type, {}, false});
        batch.columns.push_back(bench.column(type, values));
        batch.rows = static_cast<std::uint32_t>(values.size());
        batch.selected = {nullptr, batch.rows};
        batch.schema = &schema;
    }
    ExprPtr bind(const std::string& text) {
        Diagnostics diagnostics;
        ExprPtr expr = bind_text(text, schema, context, diagnostics);
        if (diagnostics.has_errors()) throw Error("E000", diagnostics.sorted().front().message);
        return expr;
    }
    /// The selected rows' values, "!" and the reason where the row failed.
    std::string evaluate(const std::string& text) {
        evaluator.failures().clear();
        const ExprPtr expr = bind(text);
        const Column column = evaluator.evaluate(*expr, batch, batch.selected);
        std::map<std::uint32_t, std::string> failed;
        for (const FailedRow& one : evaluator.failures())
            failed.try_emplace(one.row, "!" + error_text(one) + " (" + one.value + ")");
        std::string out;
        for_each_row(batch.selected, [&](std::uint32_t row) {
            if (!out.empty()) out += '|';
            if (failed.count(row) != 0)
                out += failed[row];
            else
                append_json(out, column, row);
        });
        return out;
    }
    std::string select(const std::string& text) {
        evaluator.failures().clear();
        std::string out;
        const ExprPtr condition = bind(text);
        for_each_row(evaluator.select(*condition, batch, batch.selected),
                     [&](std::uint32_t row) { out += (out.empty() ? "" : " ") + std::to_string(row); });
        return out;
    }
};

}  // namespace etl::expression_text
