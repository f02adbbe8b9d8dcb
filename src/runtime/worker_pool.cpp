#include "runtime/worker_pool.hpp"

#include <algorithm>

#include "runtime/engine.hpp"

namespace etl {

void WorkerPool::start(std::uint32_t workers) {
    const std::lock_guard lock(mutex_);
    wanted_ = workers;
    most_wanted_ = workers;
    while (running_ < wanted_) spawn_locked();
}

void WorkerPool::spawn_locked() {
    ++running_;
    try {
        engine_.spawn(name(), [this] { work(); });
    } catch (...) {
        --running_;
        throw;
    }
}

std::string WorkerPool::name() const { return "`" + engine_.plan.chains[chain_].name + "`"; }

std::uint32_t WorkerPool::workers() const {
    const std::lock_guard lock(mutex_);
    return ended_ ? 0 : wanted_;
}

std::uint32_t WorkerPool::most_wanted() const {
    const std::lock_guard lock(mutex_);
    return most_wanted_;
}

bool WorkerPool::has_started() const {
    const std::lock_guard lock(mutex_);
    return started_;
}

bool WorkerPool::has_ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
}

double WorkerPool::fill() const { return static_cast<double>(intake_.size()) / intake_.capacity(); }

std::uint64_t WorkerPool::taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

void WorkerPool::set_workers(std::uint32_t workers) {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    const std::uint32_t before = wanted_;
    wanted_ = workers;
    most_wanted_ = std::max(most_wanted_, workers);
    while (taking_locked() < wanted_) spawn_locked();
    for (std::uint32_t i = wanted_; i < before; ++i) intake_.wake();
}

void WorkerPool::begin_wait() {
    const std::lock_guard lock(mutex_);
    ++waiting_;
    // Whoever it waits for may still be in the channel: somebody must go on taking from it.
    if (taking_locked() == 0 && !ended_) spawn_locked();
}

void WorkerPool::end_wait() {
    const std::lock_guard lock(mutex_);
    --waiting_;
}

Runner* WorkerPool::lease() {
    {
        const std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            Runner* runner = free_.back();
            free_.pop_back();
            return runner;
        }
    }
    auto runner = engine_.make_runner(chain_);
    const std::lock_guard lock(mutex_);
    runners_.push_back(std::move(runner));
    return runners_.back().get();
}

bool WorkerPool::leave_if_surplus() {
    const std::lock_guard lock(mutex_);
    if (taking_locked() <= wanted_) return false;
    ++leaving_;
    return true;
}

void WorkerPool::work() {
    bool at_end = false;
    bool was_surplus = false;
    try {
        if (engine_.wait_for_gates(chain_)) {
            {
                const std::lock_guard lock(mutex_);
                started_ = true;
            }
            Runner* runner = lease();
            was_surplus = take_parcels(*runner);
            const std::lock_guard lock(mutex_);
            free_.push_back(runner);
        }
    } catch (...) {
        engine_.fail(nullptr, 0, std::current_exception(), name());
        engine_.cancel(false);
    }
    {
        const std::lock_guard lock(mutex_);
        --running_;
        if (was_surplus) --leaving_;
        if (engine_.is_cancelled() || intake_.ended()) ended_ = true;
        at_end = ended_ && running_ == 0;
    }
    if (at_end) engine_.chain_ended(chain_);
}

bool WorkerPool::take_parcels(Runner& runner) {
    while (!leave_if_surplus()) {
        ParcelPtr parcel = intake_.pop();
        if (parcel == nullptr) {
            if (intake_.ended()) return false;
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            ++taken_;
        }
        handle(runner, *parcel);
    }
    return true;
}

void WorkerPool::handle(Runner& runner, Parcel& parcel) {
    try {
        if (!parcel.ticket->driver().is_cut(*parcel.ticket)) return runner.run(parcel, this);
    } catch (...) {
        engine_.fail(*parcel.ticket, std::current_exception(), name());
    }
    runner.skip(parcel, this);
}

}  // namespace etl
