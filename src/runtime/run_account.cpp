#include "runtime/run_account.hpp"

#include <unistd.h>

#include "base/version.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostPosition_bytes = 2000;  // that of a folder of files names them all

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string shortened(const std::string& position) {
    if (position.size() <= kMostPosition_bytes) return position;
    std::size_t from = position.size() - kMostPosition_bytes;
    while ((static_cast<unsigned char>(position[from]) & 0xC0) == 0x80) ++from;
    return "… " + position.substr(from);
}

}  // namespace

RunStart start_of(const BoundPipeline& pipeline) {
    RunStart start;
    start.run_id = pipeline.run_id;
    start.pipeline = pipeline.name;
    start.file = pipeline.file.string();
    start.profile = pipeline.profile;
    start.parameters = pipeline.params;
    start.started_us = pipeline.start_us;
    start.process = ::getpid();
    start.host = host_name();
    start.version = version();
    return start;
}

std::vector<StageWorkers> workers_of(const Engine& engine, const ElasticScheduler& scheduler) {
    std::vector<StageWorkers> workers;
    for (std::size_t chain = 0; chain < engine.plan.chains.size(); ++chain) {
        const auto& pool = engine.pools[chain];
        workers.push_back(
            {engine.plan.chains[chain].name, pool == nullptr ? 1 : pool->most_wanted(), scheduler.breaches(chain)});
    }
    return workers;
}

void add_offsets(const BoundPipeline& pipeline, const std::string& target, std::span<const StoredPosition> positions,
                 std::vector<EndOffset>& offsets) {
    for (const StoredPosition& position : positions)
        offsets.push_back({target, position.source, position.shard, pipeline.secrets.redact(shortened(position.text))});
}

}  // namespace etl
