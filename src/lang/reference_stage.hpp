#pragma once

#include <string>

#include "component/stage_spec.hpp"

namespace etl {

/// How a stage is written: `join [left] NAME [as NAME] on CONDITION`. Capitals stand for what is put there.
std::string stage_syntax(const StageSpec& spec);

}  // namespace etl
