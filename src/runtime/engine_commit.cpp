#include <algorithm>

#include "runtime/engine.hpp"

namespace etl {

void Engine::driver_quiet(std::uint32_t /*driver*/) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
}

std::vector<Driver*> Engine::pausing_drivers() const {
    std::vector<Driver*> found;
    for (std::uint32_t number = 0; number < drivers.size(); ++number) {
        const PlanDriver& driver = plan.drivers[number];
        if (driver.kind == DriverKind::source && commits.is_source(driver.node)) found.push_back(drivers[number].get());
    }
    return found;
}

void Engine::pause_for_commit() {
    if (commits.empty() || !commits.on_the_way() || commit_due_.exchange(true)) return;
    for (Driver* driver : pausing_drivers()) driver->pause();
}

bool Engine::is_commit_ready_locked() const {
    if (!commit_due_ || is_cancelled() || failure_ != nullptr) return false;
    const std::vector<Driver*> paused = pausing_drivers();
    return std::all_of(paused.begin(), paused.end(), [](const Driver* driver) { return driver->is_quiet(); });
}

bool Engine::is_commit_ready() const {
    const std::lock_guard lock(mutex_);
    return is_commit_ready_locked();
}

void Engine::resume_after_commit() {
    rows_since_commit_ = 0;
    commit_due_ = false;
    for (Driver* driver : pausing_drivers()) driver->resume();
}

std::vector<StoredPosition> Engine::positions_of(std::uint32_t bit, std::uint64_t rejects_bytes) const {
    std::vector<StoredPosition> positions;
    for (const auto& lane : lanes_) {
        const std::uint32_t node = plan.drivers[lane->driver].node;
        const bool incremental = plan.nodes[node].bound.source.incremental.is_set();
        if (!incremental || (commits.behind(node) >> bit & 1) == 0) continue;
        const std::lock_guard lock(lane->mutex);
        StoredPosition position;
        position.source = plan.nodes[node].bound.source.name;
        position.shard = lane->lane.name;
        // A target that holds more than was read again so far keeps what it holds.
        if ((lane->known >> bit & 1) != 0)
            position.text = commits.held(bit, position.source, position.shard);
        else
            position.text = lane->reader == nullptr ? lane->position : lane->reader->position();
        position.run = run_id;
        position.rejects_bytes = rejects_bytes;
        if (!position.text.empty()) positions.push_back(std::move(position));
    }
    return positions;
}

std::uint64_t Engine::ahead() const {
    std::uint64_t bits = 0;
    for (const auto& lane : lanes_) {
        const std::lock_guard lock(lane->mutex);
        bits |= lane->ahead;
    }
    return bits;
}

void Engine::stop_reading() {
    stopping_ = true;
    for (const auto& lane : lanes_) {
        if (!pauses(*lane)) continue;
        const std::lock_guard lock(lane->mutex);
        if (lane->reader != nullptr) lane->reader->interrupt();
    }
}

}  // namespace etl
