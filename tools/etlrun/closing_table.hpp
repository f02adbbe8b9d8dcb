#pragma once

#include <string>

#include "base/json_writer.hpp"
#include "state/run_report.hpp"

namespace etl {

/// What a run says at its end: the balance of each stage, rejects by reason, workers, time and peak memory.
std::string closing_table(const RunReport& report, bool colour);
/// The fields of its JSON object that the history knows, too.
void add_account(JsonWriter& json, const RunReport& report);
/// {"type":"report", …} on one line.
std::string report_json(const RunReport& report);

}  // namespace etl
