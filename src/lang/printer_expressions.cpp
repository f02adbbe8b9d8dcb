#include "lang/printer_tree.hpp"

namespace etl {

namespace {

constexpr std::string_view kSigns[] = {
    "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "??", "+", "-", "*", "/", "%"};

/// The operators that may begin a line; all others end one.
bool begins_line(ast::BinaryOp op) {
    return op == ast::BinaryOp::logical_or || op == ast::BinaryOp::logical_and || op == ast::BinaryOp::coalesce;
}

}  // namespace

void TreePrinter::mark() {
    if (aligner_ != nullptr && writer_.out().find('\n', row_begin_) == std::string::npos)
        aligner_->mark(writer_.out().size());
}

void TreePrinter::names(const ast::Names& names) {
    comma_list(names, [&](const ast::Name& one) { name(one); });
}

void TreePrinter::listed_names(const ast::Names& names) {
    writer_.put("(");
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) writer_.put(",");
        const std::uint32_t begin = names[i].span.begin;
        writer_.gap(i > 0 ? names[i - 1].span.end : begin, begin, i > 0 ? " " : "");
        name(names[i]);
    }
    writer_.put(")");
}

void TreePrinter::paths(const ast::Paths& paths) {
    comma_list(paths, [&](const ast::Path& one) { path(one); });
}

void TreePrinter::arguments(const std::vector<ast::Argument>& arguments, SourceSpan span) {
    sequence("(", arguments, ")", span, [&](const ast::Argument& argument) {
        if (argument.name) {
            name(*argument.name);
            mark();
            writer_.put(" =");
            writer_.gap(argument.name->span.end, argument.value->span.begin);
        }
        expr(argument.value);
    });
}

void TreePrinter::binary(const ast::Binary& node) {
    expr(node.left);
    const std::string_view sign = kSigns[static_cast<std::size_t>(node.op)];
    const std::uint32_t before = node.left->span.end;
    const std::uint32_t next = node.right->span.begin;
    if (begins_line(node.op)) {
        writer_.gap(before, next);
        writer_.put(sign);
        writer_.put(" ");
    } else {
        writer_.put(" ");
        writer_.put(sign);
        writer_.gap(before, next);
    }
    expr(node.right);
}

void TreePrinter::conditional(const ast::Conditional& node) {
    writer_.put("if");
    writer_.space(node.condition->span.begin);
    expr(node.condition);
    writer_.gap(node.condition->span.end, node.yes->span.begin);
    writer_.put("then ");
    expr(node.yes);
    writer_.gap(node.yes->span.end, node.no->span.begin);
    writer_.put("else ");
    expr(node.no);
}

void TreePrinter::match(const ast::Match& node) {
    writer_.put("match");
    if (node.subject != nullptr) {
        writer_.space(node.subject->span.begin);
        expr(node.subject);
    }
    writer_.space(node.arms.span.begin);
    block(node.arms, [&](const ast::MatchArm& arm) {
        if (arm.patterns.empty()) writer_.put("else");
        comma_list(arm.patterns, [&](const ast::ExprPtr& pattern) { expr(pattern); });
        mark();
        writer_.put(" ->");
        const std::uint32_t begin = arm.value->span.begin;
        writer_.gap(arm.patterns.empty() ? arm.span.begin : arm.patterns.back()->span.end, begin);
        expr(arm.value);
    });
}

void TreePrinter::call(const ast::Call& node) {
    if (node.object != nullptr) {
        expr(node.object);
        writer_.gap(node.object->span.end, node.name.span.begin, "");
        writer_.put(".");
    }
    name(node.name);
    arguments(node.arguments, node.arguments_span);
}

void TreePrinter::assign(const ast::Assign& assign) {
    name(assign.name);
    mark();
    writer_.put(" =");
    writer_.gap(assign.name.span.end, assign.value->span.begin);
    expr(assign.value);
}

void TreePrinter::assigns(const ast::Block<ast::Assign>& assigns) {
    block(assigns, [&](const ast::Assign& one) { assign(one); });
}

void TreePrinter::expr(const ast::ExprPtr& expr) {
    const unsigned continuation = writer_.continuation();
    const unsigned base = writer_.line_indent();
    if (expr->in_parentheses) {
        writer_.put("(");
        writer_.set_continuation(base + kIndent);
        writer_.gap(expr->span.begin, expr->inner.begin, "");
        writer_.set_continuation(base + 2 * kIndent);
    }
    print_node(*expr);
    if (!expr->in_parentheses) return;
    if (writer_.has_comment_before(expr->span.end) || writer_.has_line_end(expr->inner.end, expr->span.end))
        writer_.end_items(expr->inner.end, expr->span.end, base + kIndent, base);
    writer_.put(")");
    writer_.set_continuation(continuation);
}

void TreePrinter::print_node(const ast::Expr& expr) {
    if (const auto* literal_node = expr.as<ast::Literal>()) return literal(*literal_node);
    if (const auto* reference = expr.as<ast::Reference>()) return name(reference->name);
    if (const auto* parameter = expr.as<ast::Parameter>()) return name(parameter->name);
    if (const auto* call_node = expr.as<ast::Call>()) return call(*call_node);
    if (const auto* binary_node = expr.as<ast::Binary>()) return binary(*binary_node);
    if (const auto* conditional_node = expr.as<ast::Conditional>()) return conditional(*conditional_node);
    if (const auto* match_node = expr.as<ast::Match>()) return match(*match_node);
    if (const auto* record = expr.as<ast::Record>()) return assigns(record->fields);
    if (expr.as<ast::FString>() != nullptr) return writer_.put_source(expr.inner);
    if (const auto* member = expr.as<ast::Member>()) {
        this->expr(member->object);
        writer_.gap(member->object->span.end, member->name.span.begin, "");
        writer_.put(".");
        name(member->name);
    } else if (const auto* index = expr.as<ast::Index>()) {
        this->expr(index->object);
        writer_.put("[");
        writer_.gap(index->object->span.end, index->index->span.begin, "");
        this->expr(index->index);
        writer_.gap(index->index->span.end, expr.inner.end, "");
        writer_.put("]");
    } else if (const auto* unary = expr.as<ast::Unary>()) {
        writer_.put(unary->op == ast::UnaryOp::negate ? "-" : "not");
        const auto* inner = unary->operand->as<ast::Unary>();
        const bool is_tight = unary->op == ast::UnaryOp::negate && (inner == nullptr || unary->operand->in_parentheses);
        if (unary->op == ast::UnaryOp::logical_not)
            writer_.space(unary->operand->span.begin);
        else if (!is_tight)
            writer_.put(" ");
        this->expr(unary->operand);
    } else if (const auto* test = expr.as<ast::IsNull>()) {
        this->expr(test->operand);
        writer_.put(test->negated ? " is not null" : " is null");
    } else if (const auto* list = expr.as<ast::List>()) {
        sequence("[", list->items, "]", expr.inner, [&](const ast::ExprPtr& item) { this->expr(item); });
    } else if (const auto* lambda = expr.as<ast::Lambda>()) {
        name(lambda->parameter);
        writer_.put(" ->");
        writer_.gap(lambda->parameter.span.end, lambda->body->span.begin);
        this->expr(lambda->body);
    }
}

}  // namespace etl
