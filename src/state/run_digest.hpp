#pragma once

#include <cstdint>
#include <string>

#include "state/run_report.hpp"

namespace etl {

/// Parameters as a JSON object, in their order.
std::string parameters_json(const RunStart& start);
/// Over all that the history tells of a run; report: nullptr for one that has not ended.
std::int64_t checksum_of(const RunStart& start, const RunReport* report);

}  // namespace etl
