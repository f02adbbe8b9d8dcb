#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "runtime/engine.hpp"

namespace etl {

/// Notices workers that are busy with one thing for long, and names them: in the log once, and as long as they hang.
/// One that waits for another is not meant; whoever it waits for is.
class HangWatch {
  public:
    using Clock = std::chrono::steady_clock;
    HangWatch(Engine& engine, std::chrono::milliseconds limit) : engine_(engine), limit_(limit) {}

    /// Looks at all workers, a few times a second at most.
    void sample(Clock::time_point now);
    /// The one that hangs the longest and how long; empty: none does.
    const std::string& stuck() const { return stuck_; }

  private:
    struct Seen {
        std::uint64_t steps = 0;
        Clock::time_point since;
        bool told = false;
    };
    std::string describe(const Activity& activity, const Activity::Look& look, Clock::duration time) const;

    Engine& engine_;
    std::chrono::milliseconds limit_;
    Clock::time_point sampled_;
    std::map<const Activity*, Seen> seen_;
    std::string stuck_;
};

}  // namespace etl
