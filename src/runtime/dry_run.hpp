#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "plan/plan.hpp"

namespace etl {

/// How a source is read in a dry run.
struct DrySource {
    bool is_read = false;      // the node is a source
    bool in_full = true;       // else its first rows only
    std::atomic<bool> more{};  // of those that are not read in full: there are more rows
};

/// Makes a plan one that changes nothing: its targets take rows and drop them, nothing goes into the state folder, no
/// lock is taken, no number of rejects is too many. Incremental sources begin where a run would. most_rows: of each
/// source; 0: all. What a join, a lookup looks its rows up in is read in full in any case. By node; lives as long as
/// the plan needs it.
std::vector<std::shared_ptr<DrySource>> make_dry(Plan& plan, std::uint64_t most_rows);

}  // namespace etl
