#include "runtime/activity.hpp"

namespace etl {

void Activity::begin(const std::optional<Origin>& from) {
    {
        const std::lock_guard lock(mutex_);
        from_ = from;
    }
    node_.store(kNoNode, std::memory_order_relaxed);
    is_busy_.store(true, std::memory_order_relaxed);
    step();
}

Activity::Look Activity::look() const {
    Look seen;
    seen.steps = steps_.load(std::memory_order_acquire);
    seen.is_busy = is_busy_.load(std::memory_order_relaxed) && !waits_.load(std::memory_order_relaxed);
    seen.node = node_.load(std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    seen.from = from_;
    return seen;
}

}  // namespace etl
