#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/resolve.hpp"

namespace etl {

/// Which overload takes the arguments, and the arguments in its order, converted. One that takes them as they are comes
/// before one for which numbers widen or text literals become dates. nullptr after a diagnostic.
const Overload* match_overload(std::string_view name, std::span<const Overload> overloads,
                               std::span<const BoundArgument> arguments, SourceSpan call, PrepareContext& context,
                               Diagnostics& diagnostics, std::vector<ExprPtr>& matched);

/// The same for the parameters of an aggregate's overloads: the number of the one chosen, or -1.
int match_parameters(std::string_view name, std::span<const std::span<const Parameter>> signatures,
                     std::span<const BoundArgument> arguments, SourceSpan call, PrepareContext& context,
                     Diagnostics& diagnostics, std::vector<ExprPtr>& matched);

/// What a parameter takes, for people: "int", "any type".
std::string_view pattern_name(TypePattern pattern);
/// "pad_left(value: text, length: int, [fill: text])".
std::string signature(std::string_view name, std::span<const Parameter> parameters);

}  // namespace etl
