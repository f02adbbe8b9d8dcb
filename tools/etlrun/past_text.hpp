#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "state/run_report.hpp"

namespace etl {

/// A line a run: when, which pipeline, how it ended, rows, rejects, time.
std::string history_table(const std::vector<PastRun>& runs, bool colour);
/// {"type":"run", …}
std::string history_json(const PastRun& run);

/// All that is known of a run. rejects_file: where the rejects of one that died are, or empty.
std::string past_report(const PastRun& run, const std::filesystem::path& rejects_file, bool colour);
/// {"type":"report", …}
std::string past_report_json(const PastRun& run, const std::filesystem::path& rejects_file);

}  // namespace etl
