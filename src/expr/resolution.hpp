#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "expr/expression.hpp"

namespace etl {

// What the parts of the resolver, and functions that other nodes say, share.

/// What a node of kind call is made of.
struct CallParts {
    const FunctionSpec* function = nullptr;
    Kernel kernel = nullptr;
    const DataType* type = nullptr;  // of a value; made nullable where nulls propagate and an argument can be null
    std::vector<ExprPtr> args;
    std::shared_ptr<const void> prepared;
    bool propagates_nulls = true;
};
/// The node; its constant where all arguments are constants.
ExprPtr make_call(CallParts parts, SourceSpan span, Diagnostics& diagnostics);

/// The constant that a node with constant arguments comes out as. Where evaluating it fails: E206, and the node as it
/// is, so that a `try` around it still gives null.
ExprPtr fold(std::shared_ptr<BoundExpr> node, Diagnostics& diagnostics);

bool is_constant(const ExprPtr& expr);
/// The literal null, or a constant of a type that came out null.
bool is_null_constant(const ExprPtr& expr);
bool is_text_constant(const ExprPtr& expr);
std::vector<Argument> describe(std::span<const ExprPtr> args);

/// Brings values to one type and converts them in place: ints widen, text literals become dates beside dates. The type
/// is nullable if a value is. nullptr: they have none in common, nothing was changed and nothing was said. Also nullptr
/// where a literal is no date (then it was said: `failed`).
const DataType* unify(std::vector<ExprPtr>& values, PrepareContext& context, Diagnostics& diagnostics, bool& failed);

/// "text, int and date?", for messages.
std::string list_types(std::span<const ExprPtr> values);
/// What to write where those values do not go together; empty if there is nothing to say.
std::vector<std::string> type_hints(std::string_view function, std::span<const ExprPtr> values);

}  // namespace etl
