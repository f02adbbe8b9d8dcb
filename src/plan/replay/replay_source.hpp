#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "plan/replay/reject_file.hpp"

namespace etl {

/// What one source of a replay gives out.
struct ReplayRows {
    std::shared_ptr<const RejectFile> rejects;
    std::vector<std::uint32_t> rows;   // places in rejects->rows, ascending
    std::vector<std::uint32_t> paths;  // by group: Block::path
    bool has_columns = false;          // the rows hold columns as JSON, by name, in the schema of the source's columns
};

/// Rejects as a source that keeps positions: the numbers of the rows that a target holds. Gives out those that are
/// chosen, and those that a replay which was killed has left with some of the targets only. Without rows it has no
/// lane.
std::unique_ptr<Source> make_replay_source(const SourceRequest& request, ReplayRows rows);

}  // namespace etl
