#pragma once

#include <optional>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/context.hpp"

namespace etl::bind {

/// The value of an option as it is written in the pipeline: a literal, a list of texts, a name, or a constant
/// expression. Nothing after a diagnostic.
std::optional<GivenValue> given_value(const ast::Expr& expr, Context& context);
/// `{ a = 1, b = 2 }`; what fails is left out. False if something failed.
bool given_options(const std::vector<ast::Assign>& assigns, std::vector<GivenOption>& options, Context& context);
/// The named arguments of a call behind the first `positional` ones; E303 for one without a name.
bool given_options(const std::vector<ast::Argument>& arguments, std::size_t positional,
                   std::vector<GivenOption>& options, Context& context);
/// Values of etl.toml that stand in the environment, put in their place. False if one is not set (E219).
bool resolve_environment(std::vector<GivenOption>& options, Context& context);

}  // namespace etl::bind
