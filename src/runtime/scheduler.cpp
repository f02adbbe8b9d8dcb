#include "runtime/scheduler.hpp"

#include <algorithm>
#include <cmath>

namespace etl {

namespace {

constexpr std::uint32_t kIdleSamples = 20;    // without a parcel: a worker goes
constexpr std::size_t kMostDecisions = 1000;  // kept for the report; all are counted

}  // namespace

void ElasticScheduler::sample(double at_seconds) {
    for (std::size_t chain = 0; chain < engine_.pools.size(); ++chain)
        if (engine_.pools[chain] != nullptr) look_at(*engine_.pools[chain], seen_[chain], at_seconds);
}

void ElasticScheduler::look_at(WorkerPool& pool, Seen& seen, double at_seconds) {
    if (!pool.has_started() || pool.has_ended()) return;
    const std::uint64_t taken = pool.taken();
    const bool idle = taken == seen.taken && pool.fill() == 0;
    seen.idle_samples = idle ? seen.idle_samples + 1 : 0;
    seen.taken = taken;
    const std::uint32_t workers = pool.workers();
    const Settings& settings = engine_.plan.pipeline.settings;
    const double fill = pool.fill();
    const bool is_congested = fill > settings.threshold;
    if (is_congested && !seen.is_congested) ++seen.breaches;
    seen.is_congested = is_congested;
    if (is_congested && workers < pool.most()) {
        const auto grown = static_cast<std::uint32_t>(std::lround(workers * settings.growth));
        const auto percent = static_cast<int>(fill * 100);
        decide(pool, std::clamp(grown, workers + 1, pool.most()),
               "the channel before it is " + std::to_string(percent) + "% full", at_seconds);
    } else if (seen.idle_samples >= kIdleSamples && workers > pool.least()) {
        seen.idle_samples = 0;
        decide(pool, workers - 1, "nothing came for a while", at_seconds);
    }
}

void ElasticScheduler::decide(WorkerPool& pool, std::uint32_t workers, const std::string& reason, double at_seconds) {
    const ScalingDecision decision{at_seconds, engine_.plan.chains[pool.chain()].name, pool.workers(), workers, reason};
    pool.set_workers(workers);
    (workers > decision.workers_before ? grown_ : shrunk_) += 1;
    engine_.log.info("`" + decision.stage + "`: " + std::to_string(decision.workers_before) + " to " +
                     std::to_string(workers) + " workers, " + reason);
    if (decisions_.size() < kMostDecisions) decisions_.push_back(decision);
}

}  // namespace etl
