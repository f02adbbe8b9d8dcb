#pragma once

#include <optional>

#include "base/diagnostic.hpp"
#include "plan/plan.hpp"
#include "plan/replay/reject_file.hpp"

namespace etl {

/// The plan of a run that sends the rejects of another run through the pipeline again, each from where it was refused,
/// and once: how far they are is kept by the targets like any position. Nothing after diagnostics: some of them
/// cannot go. Throws Error E538, see read_rejects.
std::optional<Plan> make_replay_plan(BoundPipeline pipeline, const ReplayRequest& request, Diagnostics& diagnostics);

}  // namespace etl
