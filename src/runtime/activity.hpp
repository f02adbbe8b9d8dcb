#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "data/batch.hpp"

namespace etl {

/// What a worker does now: told by whoever does it, looked at by the thread that watches the run.
class Activity {
  public:
    /// who: "worker 2 of `orders | filter`".
    explicit Activity(std::string who) : who_(std::move(who)) {}

    const std::string& who() const { return who_; }

    static constexpr std::uint32_t kNoNode = UINT32_MAX;
    /// Takes up rows that were read there, if that is known.
    void begin(const std::optional<Origin>& from);
    /// Is in that node of the plan now.
    void enter(std::uint32_t node) noexcept {
        node_.store(node, std::memory_order_relaxed);
        step();
    }
    /// Others are to move: it waits for room or for its turn.
    void wait(bool waits) noexcept {
        waits_.store(waits, std::memory_order_relaxed);
        step();
    }
    /// Has nothing to do.
    void end() noexcept {
        is_busy_.store(false, std::memory_order_relaxed);
        step();
    }

    struct Look {
        bool is_busy = false;  // and waits for nobody
        std::uint64_t steps = 0;
        std::uint32_t node = kNoNode;
        std::optional<Origin> from;
    };
    Look look() const;

  private:
    void step() noexcept { steps_.fetch_add(1, std::memory_order_release); }

    const std::string who_;
    std::atomic<bool> is_busy_{false};
    std::atomic<bool> waits_{false};
    std::atomic<std::uint64_t> steps_{0};
    std::atomic<std::uint32_t> node_{kNoNode};
    mutable std::mutex mutex_;
    std::optional<Origin> from_;
};

/// Says that the worker is at work as long as it lives.
class Working {
  public:
    Working(Activity& activity, const std::optional<Origin>& from) : activity_(activity) { activity_.begin(from); }
    ~Working() { activity_.end(); }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

  private:
    Activity& activity_;
};

/// Says that the worker waits as long as it lives.
class Waiting {
  public:
    explicit Waiting(Activity& activity) : activity_(activity) { activity_.wait(true); }
    ~Waiting() { activity_.wait(false); }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

  private:
    Activity& activity_;
};

}  // namespace etl
