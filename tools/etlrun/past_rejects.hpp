#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "state/reject_groups.hpp"
#include "state/run_report.hpp"

namespace etl {

/// What a run has refused.
struct PastRejects {
    PastRun run;
    std::uint64_t rejects = 0;        // in all
    std::uint64_t rows = 0;           // of them, those in the file
    std::filesystem::path file;       // empty: there is none
    std::filesystem::path journal;    // of a run that was killed: not settled yet
    std::vector<RejectGroup> groups;  // by cause, the largest first
};

/// Of the run whose id begins so; without one, of the last that has any. Throws Error.
PastRejects past_rejects(const std::filesystem::path& state_folder, const std::string& run,
                         const std::string& pipeline_or_file);
std::string past_rejects_text(const PastRejects& rejects);
/// {"type":"rejects", …} and a {"type":"cause", …} for each.
std::vector<std::string> past_rejects_json(const PastRejects& rejects);

}  // namespace etl
