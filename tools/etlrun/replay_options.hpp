#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "plan/replay.hpp"
#include "runtime/run.hpp"

namespace etl {

/// `--replay` and `--cause`; behind `--full` and `--from`, which go with neither.
void add_replay_options(CLI::App& app, ReplayRequest& replay);

/// What became of a replay, a line; "" of any other run.
std::string replay_line(const RunReport& report);

}  // namespace etl
