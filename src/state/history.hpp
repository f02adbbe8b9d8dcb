#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "state/run_report.hpp"

namespace etl {

// What a state folder tells of its runs. Throws Error as StateFile does; a folder without a history has no runs.

/// All runs, or those of a pipeline's name or a .etl file's path, in the order in which they began.
std::vector<PastRun> past_runs(const std::filesystem::path& state_folder, const std::string& pipeline_or_file = {});
/// The run whose id begins so, or the `last` one. Throws Error E543 where there is none, or more than one.
PastRun past_run(const std::filesystem::path& state_folder, const std::string& run,
                 const std::string& pipeline_or_file = {});

/// rejects/RUN.jsonl of the folder where it is there; else empty.
std::filesystem::path rejects_file_of(const std::filesystem::path& state_folder, const std::string& run_id);
/// The journal of a run that was killed, of which the next run keeps what belongs to rows that were loaded; or empty.
std::filesystem::path open_rejects_of(const std::filesystem::path& state_folder, const std::string& run_id);

}  // namespace etl
