#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.hpp"

namespace etl {

struct BoundArgument {
    std::string name;  // of a named argument, else empty
    SourceSpan name_span;
    ExprPtr value;
};

/// Resolves a call of a function or an operator: finds the overload, widens numbers, converts a text literal beside a
/// date or timestamp, prepares, and folds it where all arguments are constants. nullptr after a diagnostic (an
/// argument that is nullptr gives nullptr in silence, so that no error follows from another).
/// An unknown name is E204 with did-you-mean; wrong arguments show the signatures.
ExprPtr resolve_call(std::string_view name, std::vector<BoundArgument> arguments, SourceSpan call, SourceSpan name_span,
                     PrepareContext& context, Diagnostics& diagnostics);

/// and, or, ??, try, if/match: the nodes that are no calls. Same rules.
ExprPtr resolve_logic(ExprKind kind, ExprPtr left, ExprPtr right, SourceSpan span, Diagnostics& diagnostics);
ExprPtr resolve_coalesce(ExprPtr left, ExprPtr right, SourceSpan span, PrepareContext& context,
                         Diagnostics& diagnostics, std::string_view what = "the sides of ??");
/// A call of constants that fails (division by zero) is E206, and comes back as the node that it is. Inside of a `try`
/// that E206 does not count: bind its argument with Diagnostics of its own and drop them; the rest is to be kept.
ExprPtr resolve_attempt(ExprPtr value, SourceSpan span);
/// branches: condition, value, condition, value, …, otherwise (nullptr where there is none: a null).
ExprPtr resolve_choose(std::vector<ExprPtr> branches, SourceSpan span, PrepareContext& context,
                       Diagnostics& diagnostics);

/// A list literal: its items are brought to one type; and a record literal. Constant where their items are.
ExprPtr resolve_list(std::vector<ExprPtr> items, SourceSpan span, PrepareContext& context, Diagnostics& diagnostics);
ExprPtr resolve_record(std::vector<std::string> names, std::vector<ExprPtr> values, SourceSpan span,
                       Diagnostics& diagnostics);

/// `x` as type `to`, where that loses nothing without being asked: int -> decimal -> float, a literal, not null ->
/// null. nullptr after E205.
ExprPtr widen(ExprPtr value, const DataType* to, PrepareContext& context, Diagnostics& diagnostics);
/// The explicit conversion that a source column, `cast` and the functions int(), decimal() … use. `formats` as a
/// source's columns have them; empty: the plain spelling.
ExprPtr convert(ExprPtr value, const DataType* to, const std::vector<std::string>& formats, SourceSpan span,
                PrepareContext& context, Diagnostics& diagnostics);
/// The one type that both go into, or nullptr.
const DataType* common_type(const DataType* a, const DataType* b);

/// An aggregate's use; an unknown name gives nothing and no diagnostic (it may be a function).
std::optional<BoundAggregate> resolve_aggregate(std::string_view name, std::vector<ExprPtr> arguments, SourceSpan call,
                                                PrepareContext& context, Diagnostics& diagnostics);
bool is_aggregate(std::string_view name);

/// The value of an expression without columns and without meta; nothing after a diagnostic (E206).
std::optional<Value> evaluate_constant(const ExprPtr& expr, Diagnostics& diagnostics);

}  // namespace etl
