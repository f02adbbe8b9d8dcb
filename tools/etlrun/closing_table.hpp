#pragma once

#include <string>

#include "runtime/run.hpp"

namespace etl {

/// What a run says at its end: the balance of each stage, rejects by reason, workers, time and peak memory.
std::string closing_table(const RunReport& report, bool colour);
/// {"type":"report", …} on one line.
std::string report_json(const RunReport& report);
/// "succeeded", "succeeded_with_rejects", "failed" …
std::string status_name(RunStatus status);

}  // namespace etl
