#pragma once

#include "lang/ast.hpp"
#include "lang/bind/context.hpp"
#include "lang/bind/stage.hpp"
#include "lang/bind/stream.hpp"

namespace etl::bind {

/// E461, E462 for a stage that needs all rows behind a source of which a run sees the new ones only.
void check_whole_input(const ast::Stage& stage, const Stream& input, const BoundStage& bound, Context& context);

/// E463 for a further input of a stage, which is read in full, from an incremental source.
void check_further_input(const ast::Name& name, const ast::Stage& stage, const Stream& input, Context& context);

}  // namespace etl::bind
