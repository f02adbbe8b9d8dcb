#include "lang/bind/expression.hpp"

namespace etl::bind {

ExprPtr ExpressionBinder::match(const ast::Match& match, SourceSpan span) {
    ExprPtr subject;
    if (match.subject != nullptr) {
        subject = bind(*match.subject);
        if (subject == nullptr) return nullptr;
    }
    std::vector<ExprPtr> branches;
    ExprPtr otherwise;
    bool good = true;
    Narrowed narrowed(*this, nullptr, true);
    for (const ast::MatchArm& arm : match.arms.items) {
        if (otherwise != nullptr)
            return error("E224", arm.span, "`else` must be the last arm of a match", "no value comes here");
        if (arm.patterns.empty()) {
            otherwise = bind(*arm.value);
            if (otherwise == nullptr) good = false;
            continue;
        }
        ExprPtr condition = arm_condition(arm, subject);
        ExprPtr value;
        {
            const Narrowed within(*this, condition, true);
            value = bind(*arm.value);
        }
        narrowed.add(condition, false);
        good = good && condition != nullptr && value != nullptr;
        branches.push_back(std::move(condition));
        branches.push_back(std::move(value));
    }
    if (otherwise == nullptr && good && misses_value(match, subject)) return nullptr;
    if (!good) return nullptr;
    // The last arm of a match that takes every value is its `else`: the result is not null without need.
    const bool complete = otherwise == nullptr && subject != nullptr && subject->type->is(TypeKind::boolean) &&
                          !subject->type->nullable && !branches.empty();
    if (complete) {
        otherwise = branches.back();
        branches.resize(branches.size() - 2);
        if (branches.empty()) return otherwise;
    }
    if (branches.empty()) return otherwise;
    branches.push_back(std::move(otherwise));
    return resolve_choose(std::move(branches), span, context_.tables, diagnostics_);
}

/// The condition of one arm: its patterns are conditions, or values that the subject equals.
ExprPtr ExpressionBinder::arm_condition(const ast::MatchArm& arm, const ExprPtr& subject) {
    ExprPtr all;
    bool good = true;
    for (const ast::ExprPtr& pattern : arm.patterns) {
        ExprPtr one;
        if (subject == nullptr) {
            one = condition(*pattern);
        } else {
            const auto* literal = pattern->as<ast::Literal>();
            if (literal != nullptr && literal->kind == ast::LiteralKind::null)
                one = operation("is null", {subject}, pattern->span, pattern->span);
            else
                one = operation("==", {subject, bind(*pattern)}, pattern->span, pattern->span);
        }
        good = good && one != nullptr;
        if (!good) continue;
        all = all == nullptr ? std::move(one) : resolve_logic(ExprKind::logic_or, all, one, arm.span, diagnostics_);
        good = all != nullptr;
    }
    return good ? all : nullptr;
}

/// A match over a bool without `else` names both values; E215 otherwise.
bool ExpressionBinder::misses_value(const ast::Match& match, const ExprPtr& subject) {
    if (subject == nullptr || !subject->type->is(TypeKind::boolean)) return false;
    bool named[2] = {false, false};
    for (const ast::MatchArm& arm : match.arms.items)
        for (const ast::ExprPtr& pattern : arm.patterns)
            if (const auto* literal = pattern->as<ast::Literal>();
                literal != nullptr && literal->kind == ast::LiteralKind::boolean)
                named[literal->value != 0 ? 1 : 0] = true;
    if (named[0] && named[1]) return false;
    error("E215", match.arms.span, std::string("this match misses `") + (named[1] ? "false" : "true") + "`",
          "a bool has two values", {"add an arm for it, or `else -> ...`"});
    return true;
}

ExprPtr ExpressionBinder::fstring(const ast::FString& fstring, SourceSpan span) {
    std::vector<ExprPtr> parts;
    bool good = true;
    for (const ast::FStringPart& part : fstring.parts) {
        parts.push_back(fstring_part(part));
        good = good && parts.back() != nullptr;
    }
    if (!good) return nullptr;
    if (parts.empty()) return constant_expr({simple_type(TypeKind::text), std::string()}, span);
    if (parts.size() == 1) return parts.front();
    return operation("f-string", std::move(parts), span, span);
}

ExprPtr ExpressionBinder::fstring_part(const ast::FStringPart& part) {
    if (part.value == nullptr) return constant_expr({simple_type(TypeKind::text), part.text}, part.span);
    ExprPtr value = bind(*part.value);
    if (value == nullptr) return nullptr;
    const SourceSpan span = part.value->span;
    if (part.format) {
        ExprPtr format = constant_expr({simple_type(TypeKind::text), part.format->text}, part.format->span);
        return operation("format", {std::move(value), std::move(format)}, span, part.format->span);
    }
    if (value->type->is(TypeKind::text)) return value;
    return operation("text", {std::move(value)}, span, span);
}

}  // namespace etl::bind
