#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/channel.hpp"
#include "runtime/ordered_point.hpp"
#include "runtime/runner.hpp"

namespace etl {

class Engine;

/// The workers of a chain that any number may run. They lease runners: what a worker leaves, the next one takes up.
class WorkerPool final : public Waiter {
  public:
    WorkerPool(Engine& engine, std::uint32_t chain, Channel& intake, std::uint32_t least, std::uint32_t most)
        : engine_(engine), chain_(chain), intake_(intake), least_(least), most_(most) {}

    void start(std::uint32_t workers);

    std::uint32_t chain() const { return chain_; }
    std::uint32_t least() const { return least_; }
    std::uint32_t most() const { return most_; }
    std::uint32_t workers() const;
    bool has_started() const;  // its gates are open
    bool has_ended() const;
    /// How much of the channel before it is filled, 0 to 1.
    double fill() const;
    /// Parcels taken so far.
    std::uint64_t taken() const;
    void set_workers(std::uint32_t workers);
    /// The most workers that were wanted at once.
    std::uint32_t most_wanted() const;

    /// All runners, in the order in which they were made. Only once the chain has ended.
    const std::vector<std::unique_ptr<Runner>>& runners() const { return runners_; }

    void begin_wait() override;
    void end_wait() override;

  private:
    std::string name() const;
    void spawn_locked();
    void work();
    Runner* lease();
    /// True: it left as one too many. False: nothing more comes.
    bool take_parcels(Runner& runner);
    bool leave_if_surplus();
    /// Threads that take from the channel, or will when they are done with what they have.
    std::uint32_t taking_locked() const { return running_ - waiting_ - leaving_; }
    void handle(Runner& runner, Parcel& parcel);

    Engine& engine_;
    std::uint32_t chain_;
    Channel& intake_;
    std::uint32_t least_;
    std::uint32_t most_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Runner>> runners_;
    std::vector<Runner*> free_;
    std::uint32_t wanted_ = 0;  // workers
    std::uint32_t most_wanted_ = 0;
    std::uint32_t running_ = 0;  // threads
    std::uint32_t waiting_ = 0;  // of them, those that wait their turn
    std::uint32_t leaving_ = 0;  // of them, those that were one too many
    std::uint64_t taken_ = 0;
    bool started_ = false;
    bool ended_ = false;
};

}  // namespace etl
