#include "lang/bind/expression.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "component/stage_spec.hpp"
#include "data/text_parse.hpp"
#include "expr/narrowing.hpp"

namespace etl::bind {

namespace {

std::string_view sign_of(ast::BinaryOp op) {
    switch (op) {
        case ast::BinaryOp::equal: return "==";
        case ast::BinaryOp::not_equal: return "!=";
        case ast::BinaryOp::less: return "<";
        case ast::BinaryOp::less_equal: return "<=";
        case ast::BinaryOp::greater: return ">";
        case ast::BinaryOp::greater_equal: return ">=";
        case ast::BinaryOp::in: return "in";
        case ast::BinaryOp::not_in: return "not in";
        case ast::BinaryOp::add: return "+";
        case ast::BinaryOp::subtract: return "-";
        case ast::BinaryOp::multiply: return "*";
        case ast::BinaryOp::divide: return "/";
        case ast::BinaryOp::modulo: return "%";
        case ast::BinaryOp::logical_or: return "or";
        case ast::BinaryOp::logical_and: return "and";
        case ast::BinaryOp::coalesce: break;
    }
    return "??";
}

ExprPtr typed_constant(TypeKind kind, decltype(Value::data) data, SourceSpan span) {
    return constant_expr({simple_type(kind, kind == TypeKind::null), std::move(data)}, span);
}

}  // namespace

Narrowed::Narrowed(ExpressionBinder& binder, const ExprPtr& condition, bool is_true)
    : binder_(binder), before_(binder.scope_.not_null) {
    add(condition, is_true);
}

Narrowed::~Narrowed() { binder_.scope_.not_null = std::move(before_); }

void Narrowed::add(const ExprPtr& condition, bool is_true) {
    // The columns of aggregates' results are not those of the input that could be narrowed.
    if (condition == nullptr || binder_.scope_.aggregates != nullptr) return;
    std::vector<std::uint32_t>& known = binder_.scope_.not_null;
    const auto proven = proven_not_null(*condition, is_true ? Outcome::is_true : Outcome::not_true);
    known.insert(known.end(), proven.begin(), proven.end());
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
}

ExprPtr ExpressionBinder::bind(const ast::Expr& expr) {
    const SourceSpan span = expr.span;
    if (const auto* node = expr.as<ast::Literal>()) return literal(*node, false);
    if (const auto* node = expr.as<ast::Reference>()) return reference(node->name);
    if (const auto* node = expr.as<ast::Parameter>()) return context_.parameters.use(node->name, span, context_);
    if (const auto* node = expr.as<ast::Member>()) return member(*node, span);
    if (const auto* node = expr.as<ast::Call>()) return call(*node, span);
    if (const auto* node = expr.as<ast::Index>()) return index(*node, span);
    if (const auto* node = expr.as<ast::Unary>()) return unary(*node, span);
    if (const auto* node = expr.as<ast::Binary>()) return binary(*node, span);
    if (const auto* node = expr.as<ast::IsNull>()) return null_test(*node, span);
    if (const auto* node = expr.as<ast::Conditional>()) return conditional(*node, span);
    if (const auto* node = expr.as<ast::Match>()) return match(*node, span);
    if (const auto* node = expr.as<ast::Record>()) return record(*node, span);
    if (const auto* node = expr.as<ast::List>()) return list(*node, span);
    if (const auto* node = expr.as<ast::FString>()) return fstring(*node, span);
    return error("E222", span, "no function takes `->` yet", "a value stands here");
}

ExprPtr ExpressionBinder::condition(const ast::Expr& expr) {
    ExprPtr bound = bind(expr);
    if (bound == nullptr || bound->type->is(TypeKind::boolean)) return bound;
    std::vector<std::string> notes = {"compare it: `... == ...`, `... > 0`, `... is not null`"};
    return error("E205", expr.span, "a condition is true or false", "this is " + to_string(bound->type),
                 std::move(notes));
}

ExprPtr ExpressionBinder::text(const ast::Expr& expr) {
    ExprPtr bound = bind(expr);
    if (bound == nullptr || bound->type->is(TypeKind::text)) return bound;
    return error("E205", expr.span, "a text is wanted here", "this is " + to_string(bound->type),
                 {"write f\"{...}\" to make a text of it"});
}

ExprPtr ExpressionBinder::literal(const ast::Literal& literal, bool negative) {
    switch (literal.kind) {
        case ast::LiteralKind::null:
            // Without a spelling it stands for what the parser refused.
            if (literal.spelling.empty()) return nullptr;
            return typed_constant(TypeKind::null, std::monostate(), literal.span);
        case ast::LiteralKind::boolean: return typed_constant(TypeKind::boolean, literal.value != 0, literal.span);
        case ast::LiteralKind::integer: return integer(literal, negative);
        case ast::LiteralKind::decimal: return decimal(literal);
        case ast::LiteralKind::floating: {
            double value = 0;
            const char* end = literal.text.data() + literal.text.size();
            if (std::from_chars(literal.text.data(), end, value).ec != std::errc())
                return error("E221", literal.span, "this number is too great", "out of range for float");
            return typed_constant(TypeKind::floating, value, literal.span);
        }
        case ast::LiteralKind::text: return typed_constant(TypeKind::text, literal.text, literal.span);
        case ast::LiteralKind::duration:
            if (std::abs(literal.value) > INT64_MAX / 1000)
                return error("E221", literal.span, "this duration is too long", "out of range");
            return typed_constant(TypeKind::duration, literal.value * 1000, literal.span);
        case ast::LiteralKind::size:
            if (context_.has_syntax_error(literal.span)) return nullptr;
            return error("E222", literal.span, "a size has no place in an expression", "only options take one",
                         {"write the number of bytes"});
        case ast::LiteralKind::range:
            if (context_.has_syntax_error(literal.span)) return nullptr;
            return error("E222", literal.span, "a range has no place in an expression", "only options take one",
                         {"write `x >= 1 and x <= 8`"});
        case ast::LiteralKind::share: break;
    }
    return error("E222", literal.span, "a share has no place in an expression", "only options take one",
                 {"write a number: 0.01", "modulo stands between spaces: `10 % 3`"});
}

ExprPtr ExpressionBinder::integer(const ast::Literal& literal, bool negative) {
    std::int64_t value = 0;
    if (parse_int((negative ? "-" : "") + literal.text, value) != ParseResult::ok)
        return error("E221", literal.span, "this number is too great for int", "an int has 64 bits",
                     {literal.text.size() < kMaxPrecision ? "write a decimal: " + literal.text + ".0"
                                                          : "write a float: 1e40; a decimal has at most 38 digits"});
    return typed_constant(TypeKind::integer, value, literal.span);
}

ExprPtr ExpressionBinder::decimal(const ast::Literal& literal) {
    const std::size_t point = literal.text.find('.');
    const std::size_t places = literal.text.size() - point - 1;
    const std::size_t zeros = std::min(literal.text.find_first_not_of('0'), point);
    const std::size_t digits = std::max<std::size_t>(1, point - zeros + places);
    Int128 value = 0;
    if (digits > kMaxPrecision || parse_decimal(literal.text, static_cast<unsigned>(digits),
                                                static_cast<unsigned>(places), value) != ParseResult::ok)
        return error("E221", literal.span, "this number has too many digits",
                     "a decimal has at most 38, this one " + std::to_string(digits));
    return constant_expr({decimal_type(static_cast<unsigned>(digits), static_cast<unsigned>(places)), value},
                         literal.span);
}

ExprPtr ExpressionBinder::unary(const ast::Unary& unary, SourceSpan span) {
    const bool negate = unary.op == ast::UnaryOp::negate;
    const auto* number = unary.operand->as<ast::Literal>();
    if (negate && number != nullptr && number->kind == ast::LiteralKind::integer) {
        ExprPtr value = literal(*number, true);
        return value == nullptr ? nullptr : constant_expr(value->constant, span);
    }
    ExprPtr operand = negate ? bind(*unary.operand) : condition(*unary.operand);
    return operation(negate ? "-x" : "not", {std::move(operand)}, span, unary.op_span);
}

ExprPtr ExpressionBinder::binary(const ast::Binary& binary, SourceSpan span) {
    using Op = ast::BinaryOp;
    if (binary.op == Op::logical_and || binary.op == Op::logical_or) return logic(binary, span);
    ExprPtr left = bind(*binary.left);
    ExprPtr right = bind(*binary.right);
    if (binary.op == Op::coalesce) return resolve_coalesce(left, right, span, context_.tables, diagnostics_);
    return operation(sign_of(binary.op), {std::move(left), std::move(right)}, span, binary.op_span);
}

ExprPtr ExpressionBinder::logic(const ast::Binary& binary, SourceSpan span) {
    const bool is_and = binary.op == ast::BinaryOp::logical_and;
    ExprPtr left = condition(*binary.left);
    ExprPtr right;
    {
        const Narrowed narrowed(*this, left, is_and);
        right = condition(*binary.right);
    }
    return resolve_logic(is_and ? ExprKind::logic_and : ExprKind::logic_or, left, right, span, diagnostics_);
}

ExprPtr ExpressionBinder::null_test(const ast::IsNull& test, SourceSpan span) {
    return operation(test.negated ? "is not null" : "is null", {bind(*test.operand)}, span, test.op_span);
}

ExprPtr ExpressionBinder::operation(std::string_view name, std::vector<ExprPtr> values, SourceSpan span,
                                    SourceSpan op_span) {
    std::vector<BoundArgument> arguments;
    for (ExprPtr& value : values) {
        if (value == nullptr) return nullptr;
        arguments.push_back({{}, {}, std::move(value)});
    }
    return resolve_call(name, std::move(arguments), span, op_span, context_.tables, diagnostics_);
}

ExprPtr ExpressionBinder::conditional(const ast::Conditional& conditional, SourceSpan span) {
    ExprPtr test = condition(*conditional.condition);
    ExprPtr yes, no;
    {
        const Narrowed narrowed(*this, test, true);
        yes = bind(*conditional.yes);
    }
    {
        const Narrowed narrowed(*this, test, false);
        no = bind(*conditional.no);
    }
    if (test == nullptr || yes == nullptr || no == nullptr) return nullptr;
    return resolve_choose({test, yes, no}, span, context_.tables, diagnostics_);
}

ExprPtr ExpressionBinder::record(const ast::Record& record, SourceSpan span) {
    std::vector<std::string> names;
    std::vector<ExprPtr> values;
    bool good = true;
    for (const ast::Assign& assign : record.fields.items) {
        if (std::find(names.begin(), names.end(), assign.name.text) != names.end()) {
            error("E217", assign.name.span, "`" + assign.name.text + "` stands twice in the record", "named before");
            good = false;
        }
        names.push_back(assign.name.text);
        values.push_back(bind(*assign.value));
    }
    return good ? resolve_record(std::move(names), std::move(values), span, diagnostics_) : nullptr;
}

ExprPtr ExpressionBinder::list(const ast::List& list, SourceSpan span) {
    std::vector<ExprPtr> items;
    for (const ast::ExprPtr& item : list.items) items.push_back(bind(*item));
    return resolve_list(std::move(items), span, context_.tables, diagnostics_);
}

ExprPtr ExpressionBinder::index(const ast::Index& index, SourceSpan span) {
    ExprPtr object = bind(*index.object);
    ExprPtr place = bind(*index.index);
    return operation("[]", {std::move(object), std::move(place)}, span, index.index->span);
}

std::optional<Value> constant_value(const ast::Expr& expr, const std::string& what, Context& context) {
    Scope scope;
    scope.no_columns = what + " is a constant of the run";
    const ExprPtr bound = ExpressionBinder(context, scope).bind(expr);
    if (bound == nullptr) return std::nullopt;
    return evaluate_constant(bound, context.diagnostics);
}

std::optional<std::string> constant_text(const ast::Expr& expr, const std::string& what, Context& context) {
    std::optional<Value> value = constant_value(expr, what, context);
    if (!value) return std::nullopt;
    if (auto* text = std::get_if<std::string>(&value->data); text != nullptr && value->type->is(TypeKind::text))
        return std::move(*text);
    context.diagnostics.error("E205", expr.span, what + " is a text",
                              value->is_null() ? "this is null" : "this is " + to_string(value->type));
    return std::nullopt;
}

}  // namespace etl::bind
