#pragma once

#include <span>
#include <vector>

#include "runtime/engine.hpp"
#include "runtime/scheduler.hpp"
#include "state/run_report.hpp"

namespace etl {

/// What the history is told when a run begins.
RunStart start_of(const BoundPipeline& pipeline);
std::vector<StageWorkers> workers_of(const Engine& engine, const ElasticScheduler& scheduler);
/// The positions that a target has made durable.
void add_offsets(const BoundPipeline& pipeline, const std::string& target, std::span<const StoredPosition> positions,
                 std::vector<EndOffset>& offsets);

}  // namespace etl
