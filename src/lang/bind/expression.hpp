#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/resolve.hpp"
#include "lang/ast.hpp"
#include "lang/bind/context.hpp"
#include "lang/bind/scope.hpp"

namespace etl::bind {

/// Binds expressions of one scope. Every function gives nullptr where something is wrong: reported, or following from
/// what was reported.
class ExpressionBinder {
  public:
    ExpressionBinder(Context& context, Scope scope)
        : ExpressionBinder(context, std::move(scope), context.diagnostics) {}
    ExpressionBinder(Context& context, Scope scope, Diagnostics& diagnostics)
        : context_(context), scope_(std::move(scope)), diagnostics_(diagnostics) {}

    ExprPtr bind(const ast::Expr& expr);
    /// Of type bool or bool?.
    ExprPtr condition(const ast::Expr& expr);
    /// Of type text or text?.
    ExprPtr text(const ast::Expr& expr);
    /// A column, or a field of a record.
    ExprPtr path(const ast::Path& path);
    /// A function, an aggregate or a function of `fn` over values.
    ExprPtr call(const ast::Name& name, std::vector<BoundArgument> arguments, SourceSpan span);
    /// The arguments of a call, behind those that are there already. False if one failed.
    bool arguments(const std::vector<ast::Argument>& written, std::vector<BoundArgument>& bound);

    const Scope& scope() const { return scope_; }
    Diagnostics& diagnostics() { return diagnostics_; }
    /// In the file of the standard library: its functions see those of the library only.
    void set_standard(bool standard) { standard_ = standard; }

  private:
    friend class Narrowed;

    ExprPtr literal(const ast::Literal& literal, bool negative);
    ExprPtr integer(const ast::Literal& literal, bool negative);
    ExprPtr decimal(const ast::Literal& literal);
    ExprPtr reference(const ast::Name& name);
    ExprPtr column(const ast::Name& name, std::string_view qualifier);
    ExprPtr key_column(const ast::Name& name, std::string_view qualifier);
    ExprPtr unknown_column(const ast::Name& name);
    ExprPtr member(const ast::Member& member, SourceSpan span);
    ExprPtr qualified(const ast::Name& qualifier, const ast::Name& name);
    ExprPtr field(ExprPtr object, const ast::Name& name, SourceSpan span);
    ExprPtr meta(const ast::Name& name, SourceSpan span);
    ExprPtr unary(const ast::Unary& unary, SourceSpan span);
    ExprPtr binary(const ast::Binary& binary, SourceSpan span);
    ExprPtr logic(const ast::Binary& binary, SourceSpan span);
    ExprPtr null_test(const ast::IsNull& test, SourceSpan span);
    ExprPtr conditional(const ast::Conditional& conditional, SourceSpan span);
    ExprPtr record(const ast::Record& record, SourceSpan span);
    ExprPtr list(const ast::List& list, SourceSpan span);
    ExprPtr index(const ast::Index& index, SourceSpan span);
    ExprPtr match(const ast::Match& match, SourceSpan span);
    ExprPtr arm_condition(const ast::MatchArm& arm, const ExprPtr& subject);
    bool misses_value(const ast::Match& match, const ExprPtr& subject);
    ExprPtr fstring(const ast::FString& fstring, SourceSpan span);
    ExprPtr fstring_part(const ast::FStringPart& part);
    ExprPtr call(const ast::Call& call, SourceSpan span);
    ExprPtr constant_of_run(const ast::Call& call, SourceSpan span, bool& is_one);
    ExprPtr attempt(const ast::Expr& expr, SourceSpan span);
    ExprPtr from_environment(const ast::Call& call, SourceSpan span);
    ExprPtr aggregate(const ast::Call& call, SourceSpan span);
    ExprPtr misplaced_aggregate(const ast::Name& name);
    ExprPtr operation(std::string_view name, std::vector<ExprPtr> values, SourceSpan span, SourceSpan op_span);
    bool knows_function(const std::string& name) const;
    bool is_qualifier(std::string_view name) const;

    ExprPtr error(std::string code, SourceSpan span, std::string message, std::string label = {},
                  std::vector<std::string> notes = {}) {
        diagnostics_.error(std::move(code), span, std::move(message), std::move(label), std::move(notes));
        return nullptr;
    }

    Context& context_;
    Scope scope_;
    Diagnostics& diagnostics_;
    bool standard_ = false;
    bool within_aggregate_ = false;
};

/// As long as it lives, the binder's scope knows what a condition proves: right of `and`, in a branch, behind a check.
class Narrowed {
  public:
    /// outcome: how the condition came out; a nullptr proves nothing.
    Narrowed(ExpressionBinder& binder, const ExprPtr& condition, bool is_true);
    Narrowed(const Narrowed&) = delete;
    Narrowed& operator=(const Narrowed&) = delete;
    ~Narrowed();
    void add(const ExprPtr& condition, bool is_true);

  private:
    ExpressionBinder& binder_;
    std::vector<std::uint32_t> before_;
};

/// The value of an expression that is known when the pipeline is checked: an address, an option, a param's default.
/// `what` completes "… is a constant of the run". Nothing after a diagnostic.
std::optional<Value> constant_value(const ast::Expr& expr, const std::string& what, Context& context);
/// The same, of type text and not null.
std::optional<std::string> constant_text(const ast::Expr& expr, const std::string& what, Context& context);

}  // namespace etl::bind
