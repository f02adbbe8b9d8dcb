#include "runtime/ticker.hpp"

#include <utility>

namespace etl {

Ticker::Ticker(std::chrono::milliseconds every, std::function<void()> tick)
    : thread_([this, every, tick = std::move(tick)] {
          std::unique_lock lock(mutex_);
          while (!changed_.wait_for(lock, every, [this] { return has_ended_; })) tick();
      }) {}

Ticker::~Ticker() {
    {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

}  // namespace etl
