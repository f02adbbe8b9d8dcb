#pragma once

#include <filesystem>

#include "state/run_store.hpp"

namespace etl {

/// Takes runs out of the history that are older or more than is to be kept, with their rejects and logs; not those
/// under way, and no journal of rejects that waits for the next run. `last`: the run that has just ended.
void thin(RunStore& store, const std::filesystem::path& state_folder, const RunStart& last, const Retention& retention);

}  // namespace etl
