#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lang/bound_pipeline.hpp"

namespace etl {

/// Whether what failed may work later, though nobody mends anything: a lock of another program or run, a network, too
/// many open files or threads. All else is permanent, also a full disk: somebody must make room.
bool is_transient(std::string_view code);

/// What came of waiting for the next attempt.
enum class RetryDecision : std::uint8_t {
    again,        // the wait is over
    stop,         // permanent, or no attempt is left
    interrupted,  // while it waited
    timed_out     // the wait would outlast the deadline
};

/// A wait that is about to begin.
struct RetryNotice {
    std::uint32_t attempt = 1;  // that failed
    std::uint32_t attempts = 1;
    std::string code;
    std::string error;
    std::uint64_t wait_ms = 0;
};

/// Counts the attempts of a run and waits between them.
class Retries {
  public:
    using Clock = std::chrono::steady_clock;
    struct Surroundings {
        std::function<Clock::time_point()> now = Clock::now;
        std::function<void(std::chrono::milliseconds)> sleep;  // nothing: this thread does
        const std::atomic<int>* interrupts = nullptr;
        std::optional<Clock::time_point> deadline;
        std::function<void(const RetryNotice&)> on_wait;
    };
    Retries(const RetrySettings& settings, Surroundings surroundings);

    /// The attempt under way, from 1.
    std::uint32_t attempt() const { return attempt_; }
    /// After a failed attempt: waits, unless that is of no use.
    RetryDecision decide(const std::string& code, const std::string& error);
    /// Between this attempt and the next.
    std::uint64_t wait_ms() const;

  private:
    RetrySettings settings_;
    Surroundings surroundings_;
    std::uint32_t attempt_ = 1;
};

}  // namespace etl
