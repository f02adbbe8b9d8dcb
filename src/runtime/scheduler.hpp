#pragma once

#include <cstdint>
#include <vector>

#include "runtime/engine.hpp"
#include "runtime/run.hpp"

namespace etl {

/// Grows the workers of a chain whose channel is congested and shrinks those of one that idles.
class ElasticScheduler {
  public:
    explicit ElasticScheduler(Engine& engine) : engine_(engine), seen_(engine.pools.size()) {}

    /// Looks at every channel; called every few milliseconds.
    void sample(double at_seconds);

    const std::vector<ScalingDecision>& decisions() const { return decisions_; }
    std::uint64_t grown() const { return grown_; }
    std::uint64_t shrunk() const { return shrunk_; }
    /// How often the channel of a chain came to be filled over `threshold`.
    std::uint64_t breaches(std::size_t chain) const { return seen_[chain].breaches; }

  private:
    struct Seen {
        std::uint64_t taken = 0;
        std::uint32_t idle_samples = 0;
        std::uint64_t breaches = 0;
        bool is_congested = false;
    };
    void look_at(WorkerPool& pool, Seen& seen, double at_seconds);
    void decide(WorkerPool& pool, std::uint32_t workers, const std::string& reason, double at_seconds);

    Engine& engine_;
    std::vector<Seen> seen_;  // by chain
    std::vector<ScalingDecision> decisions_;
    std::uint64_t grown_ = 0;
    std::uint64_t shrunk_ = 0;
};

}  // namespace etl
