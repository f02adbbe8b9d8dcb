#pragma once

#include <optional>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/context.hpp"

namespace etl {

/// Checks a file of the language: names, types, nulls, options, places. Everything that is wrong is in the context's
/// diagnostics; nothing comes back where there are errors. The trees must live as long as the call.
std::optional<BoundPipeline> bind_pipeline(const ast::File& file, const std::vector<ast::File>& standard_library,
                                           bind::Context& context);

}  // namespace etl
