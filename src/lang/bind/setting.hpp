#pragma once

#include <span>

#include "base/options.hpp"
#include "lang/ast.hpp"
#include "lang/bind/context.hpp"

namespace etl::bind {

/// Checks etl.toml's [settings], then `pipeline { }` (nullptr: there is none), then those of the load options, each
/// over the one before, into context.settings. Returns the address of `rejects`, or nullptr.
const ast::Expr* bind_settings(const ast::PipelineDecl* decl, Context& context);

}  // namespace etl::bind
