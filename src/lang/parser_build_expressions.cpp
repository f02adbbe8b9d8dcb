#include <algorithm>

#include "lang/parser_build.hpp"

namespace etl {

using ast::BinaryOp;
using ast::Expr;

namespace {

struct Operator {
    std::string_view sign;
    BinaryOp op;
};

constexpr Operator kOperators[] = {
    {"or", BinaryOp::logical_or}, {"and", BinaryOp::logical_and},
    {"==", BinaryOp::equal},      {"!=", BinaryOp::not_equal},
    {"<", BinaryOp::less},        {"<=", BinaryOp::less_equal},
    {">", BinaryOp::greater},     {">=", BinaryOp::greater_equal},
    {"in", BinaryOp::in},         {"??", BinaryOp::coalesce},
    {"+", BinaryOp::add},         {"-", BinaryOp::subtract},
    {"*", BinaryOp::multiply},    {"/", BinaryOp::divide},
    {"%", BinaryOp::modulo},
};

/// `not in` is the only one that is longer than its sign.
BinaryOp operator_of(std::string_view sign) {
    if (sign.starts_with("not")) return BinaryOp::not_in;
    const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                     [&](const Operator& entry) { return entry.sign == sign; });
    return found->op;
}

unsigned depth_of(const ast::ExprPtr& expr) { return expr == nullptr ? 0 : expr->depth; }

/// The greatest depth of a node's children.
struct ChildDepth {
    unsigned operator()(const ast::Literal&) const { return 0; }
    unsigned operator()(const ast::Reference&) const { return 0; }
    unsigned operator()(const ast::Parameter&) const { return 0; }
    unsigned operator()(const ast::Member& node) const { return depth_of(node.object); }
    unsigned operator()(const ast::Call& node) const {
        unsigned depth = depth_of(node.object);
        for (const ast::Argument& argument : node.arguments) depth = std::max(depth, depth_of(argument.value));
        return depth;
    }
    unsigned operator()(const ast::Index& node) const { return std::max(depth_of(node.object), depth_of(node.index)); }
    unsigned operator()(const ast::Unary& node) const { return depth_of(node.operand); }
    unsigned operator()(const ast::Binary& node) const { return std::max(depth_of(node.left), depth_of(node.right)); }
    unsigned operator()(const ast::IsNull& node) const { return depth_of(node.operand); }
    unsigned operator()(const ast::Conditional& node) const {
        return std::max({depth_of(node.condition), depth_of(node.yes), depth_of(node.no)});
    }
    unsigned operator()(const ast::Match& node) const {
        unsigned depth = depth_of(node.subject);
        for (const ast::MatchArm& arm : node.arms.items) {
            depth = std::max(depth, depth_of(arm.value));
            for (const ast::ExprPtr& pattern : arm.patterns) depth = std::max(depth, depth_of(pattern));
        }
        return depth;
    }
    unsigned operator()(const ast::Record& node) const {
        unsigned depth = 0;
        for (const ast::Assign& field : node.fields.items) depth = std::max(depth, depth_of(field.value));
        return depth;
    }
    unsigned operator()(const ast::List& node) const {
        unsigned depth = 0;
        for (const ast::ExprPtr& item : node.items) depth = std::max(depth, depth_of(item));
        return depth;
    }
    unsigned operator()(const ast::Lambda& node) const { return depth_of(node.body); }
    unsigned operator()(const ast::FString& node) const {
        unsigned depth = 0;
        for (const ast::FStringPart& part : node.parts) depth = std::max(depth, depth_of(part.value));
        return depth;
    }
};

}  // namespace

ast::ExprPtr TreeBuilder::finish(SourceSpan where, decltype(Expr::node) held) {
    auto expr = std::make_unique<Expr>();
    expr->span = where;
    expr->inner = where;
    expr->depth = static_cast<std::uint16_t>(1 + std::visit(ChildDepth(), held));
    expr->node = std::move(held);
    if (expr->depth <= ast::kMaxExprDepth) return expr;
    // Cut here, so that what walks the tree stays within its stack.
    error("E109", where, "this expression is too long", "more than " + std::to_string(ast::kMaxExprDepth) + " levels",
          {"use `in [...]`, a list's functions, or several steps in a `set`"});
    expr->node = ast::Literal{};
    expr->depth = 1;
    return expr;
}

ast::ExprPtr TreeBuilder::value_in(const Node& node) { return expression(node.children.back()); }

ast::ExprPtr TreeBuilder::binary(BinaryOp op, SourceSpan op_span, ast::ExprPtr left, ast::ExprPtr right) {
    const SourceSpan whole{file_, left->span.begin, right->span.end};
    return finish(whole, ast::Binary{op, op_span, std::move(left), std::move(right)});
}

ast::ExprPtr TreeBuilder::chain_of(const Node& node) {
    ast::ExprPtr left = expression(node.children.front());
    for (std::size_t i = 1; i + 1 < node.children.size(); i += 2) {
        const Node& sign = node.children[i];
        left = binary(operator_of(text(sign)), span(sign), std::move(left), expression(node.children[i + 1]));
    }
    return left;
}

ast::ExprPtr TreeBuilder::comparison(const Node& node) {
    ast::ExprPtr left = expression(node.children.front());
    const Node& second = node.children[1];
    if (second.kind != Kind::null_test) return chain_of(node);
    const bool negated = second.children.size() > 1;
    return finish(span(node), ast::IsNull{std::move(left), negated, span(second)});
}

ast::ExprPtr TreeBuilder::postfix(const Node& node) {
    ast::ExprPtr object = expression(node.children.front());
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& step = node.children[i];
        const SourceSpan whole{file_, node.begin, step.end};
        if (step.kind == Kind::index) {
            object = finish(whole, ast::Index{std::move(object), value_in(step)});
        } else if (step.children.size() == 1) {
            object = finish(whole, ast::Member{std::move(object), name(step.children[0])});
        } else {
            const Node& given = step.children[1];
            object = finish(whole, ast::Call{std::move(object), name(step.children[0]), arguments(given), span(given)});
        }
    }
    return object;
}

ast::ExprPtr TreeBuilder::match(const Node& node) {
    ast::Match held;
    if (node.children.size() > 1) held.subject = expression(node.children.front());
    held.arms = block<ast::MatchArm>(node.children.back(), [&](const Node& item) {
        ast::MatchArm arm;
        arm.span = span(item);
        for (std::size_t i = 0; i + 1 < item.children.size(); ++i)
            if (item.children[i].kind != Kind::else_arm) arm.patterns.push_back(expression(item.children[i]));
        arm.value = value_in(item);
        return arm;
    });
    return finish(span(node), std::move(held));
}

ast::ExprPtr TreeBuilder::format_text(const Node& node) {
    ast::FString held;
    for (const Node& piece : node.children) {
        ast::FStringPart part;
        part.span = span(piece);
        if (piece.kind == Kind::format_hole) {
            part.value = expression(piece.children.front());
            if (piece.children.size() > 1) part.format = literal(piece.children[1]);
        } else {
            part.text = decode(text(piece), piece.begin, true);
        }
        held.parts.push_back(std::move(part));
    }
    return finish(span(node), std::move(held));
}

std::vector<ast::Argument> TreeBuilder::arguments(const Node& node) {
    std::vector<ast::Argument> result;
    for (const Node& given : node.children) {
        ast::Argument argument;
        argument.span = span(given);
        if (given.children.size() > 1) argument.name = name(given.children.front());
        argument.value = value_in(given);
        result.push_back(std::move(argument));
    }
    return result;
}

ast::ExprPtr TreeBuilder::expression(const Node& node) {
    const auto& children = node.children;
    switch (node.kind) {
        case Kind::disjunction:
        case Kind::conjunction:
        case Kind::coalesce:
        case Kind::sum:
        case Kind::product: return chain_of(node);
        case Kind::comparison: return comparison(node);
        case Kind::negation:
        case Kind::minus: {
            const bool negates = node.kind == Kind::minus;
            const SourceSpan op{file_, node.begin, node.begin + (negates ? 1u : 3u)};
            return finish(span(node),
                          ast::Unary{negates ? ast::UnaryOp::negate : ast::UnaryOp::logical_not, op, value_in(node)});
        }
        case Kind::postfix: return postfix(node);
        case Kind::parameter: return finish(span(node), ast::Parameter{name(node)});
        case Kind::reference:
            if (children.size() == 1) return finish(span(node), ast::Reference{name(children[0])});
            return finish(span(node), ast::Call{nullptr, name(children[0]), arguments(children[1]), span(children[1])});
        case Kind::parentheses: {
            ast::ExprPtr inner = value_in(node);
            inner->span = span(node);
            inner->in_parentheses = true;
            return inner;
        }
        case Kind::condition:
            return finish(span(node),
                          ast::Conditional{expression(children[0]), expression(children[1]), expression(children[2])});
        case Kind::match: return match(node);
        case Kind::record: return finish(span(node), ast::Record{assigns(node)});
        case Kind::list: {
            ast::List held;
            for (const Node& item : children) held.items.push_back(expression(item));
            return finish(span(node), std::move(held));
        }
        case Kind::lambda: return finish(span(node), ast::Lambda{name(children[0]), value_in(node)});
        case Kind::format_text: return format_text(node);
        default: return finish(span(node), literal(node));
    }
}

ast::Assign TreeBuilder::assign(const Node& node) { return {name(node.children.front()), value_in(node), span(node)}; }

ast::Block<ast::Assign> TreeBuilder::assigns(const Node& node) {
    return block<ast::Assign>(node, [&](const Node& item) { return assign(item); });
}

}  // namespace etl
