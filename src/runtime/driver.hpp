#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/ticket.hpp"

namespace etl {

/// Where the lanes of a stream end, for those who take them in turn.
class Stream {
  public:
    explicit Stream(std::uint32_t lanes) : ends_(lanes) {
        for (auto& end : ends_) end.store(UINT64_MAX, std::memory_order_relaxed);
    }
    std::uint32_t lanes() const { return static_cast<std::uint32_t>(ends_.size()); }
    /// How many numbers the lane has; UINT64_MAX: not known yet.
    std::uint64_t end(std::uint32_t lane) const { return ends_[lane].load(std::memory_order_acquire); }
    void set_end(std::uint32_t lane, std::uint64_t numbers) { ends_[lane].store(numbers, std::memory_order_release); }

  private:
    std::vector<std::atomic<std::uint64_t>> ends_;
};

/// What drivers tell the run.
class DriverListener {
  public:
    virtual ~DriverListener() = default;
    /// A ticket that counts: in no order. Nobody else holds it.
    virtual void settled(Ticket& ticket) = 0;
    /// Its threads have ended and all its tickets are settled.
    virtual void driver_ended(std::uint32_t driver) = 0;
    /// It was asked to pause, and all its tickets are settled.
    virtual void driver_quiet(std::uint32_t /*driver*/) {}
};

/// Gives out tickets, bounded by credit, and knows up to which one they are wanted. Order of tickets: number by number,
/// in it lane by lane.
class Driver {
  public:
    /// credits: of all lanes together; a lane has one at least.
    Driver(std::uint32_t index, std::uint32_t lanes, std::uint32_t credits, std::size_t counts,
           DriverListener& listener);

    std::uint32_t index() const { return index_; }
    std::uint32_t lanes() const { return static_cast<std::uint32_t>(credits_.size()); }
    std::uint32_t most_tickets() const { return most_; }

    /// Waits for a credit of the lane. Empty: no more is wanted.
    TicketRef take(std::uint32_t lane, std::uint64_t number);
    /// Whoever takes tickets says so before the first and behind the last.
    void begin();
    void end();

    std::uint64_t key(std::uint32_t lane, std::uint64_t number) const { return number * lanes() + lane; }
    std::uint64_t key(const Ticket& ticket) const { return key(ticket.lane(), ticket.number()); }
    bool is_cut(std::uint64_t key) const { return key >= wanted_.load(std::memory_order_acquire); }
    bool is_cut(const Ticket& ticket) const { return is_cut(key(ticket)); }
    /// Tickets from that key on count for nothing; `on_cut` is called where that changes something.
    void cut_from(std::uint64_t key);
    bool was_cut() const { return wanted_.load(std::memory_order_acquire) != UINT64_MAX; }
    bool idle() const;
    /// No ticket is given out until resume(); whoever takes one waits.
    void pause();
    void resume();
    /// No ticket is out: what was read so far is settled, and, while paused, nobody reads on.
    bool is_quiet() const;

    std::function<void()> on_cut;  // set before the run starts; from any thread

  private:
    friend class TicketRef;
    void settle(Ticket* ticket) noexcept;

    std::uint32_t index_;
    std::uint32_t most_;
    std::size_t counts_;
    DriverListener& listener_;
    std::atomic<std::uint64_t> wanted_{UINT64_MAX};
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::uint32_t> credits_;  // by lane
    std::uint32_t takers_ = 0;
    std::uint64_t outstanding_ = 0;
    bool began_ = false;
    bool told_ = false;
    bool paused_ = false;
};

}  // namespace etl
