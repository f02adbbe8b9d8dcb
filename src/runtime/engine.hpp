#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "plan/plan.hpp"
#include "runtime/activity.hpp"
#include "runtime/commits.hpp"
#include "runtime/driver.hpp"
#include "runtime/outlet.hpp"
#include "runtime/reject_log.hpp"
#include "runtime/runner.hpp"
#include "runtime/spool.hpp"
#include "runtime/tally.hpp"
#include "runtime/worker_pool.hpp"

namespace etl {

/// What ended a run before its time.
struct RunFailure {
    std::string code;
    std::string message;
    std::uint32_t driver = UINT32_MAX;  // the first in order is the one that is shown
    std::uint64_t key = UINT64_MAX;
};

/// The threads of a run and what they share. Made of a plan, started once, then watched by one thread until idle().
class Engine final : public RunContext, public DriverListener {
  public:
    /// tap: nullptr in a run that nobody looks into.
    Engine(Plan& plan, Memory& run_memory, Log& run_log, Tap* tap = nullptr);
    ~Engine() override;

    // For the thread that watches.

    /// Sinks begin. Throws Error.
    void begin();
    /// Threads start. Throws Error, with none started.
    void start();
    /// Waits at most that long for the end of all threads, or until the run can commit. True: they have ended.
    bool wait_idle(std::chrono::milliseconds most);
    /// Sources that stream to targets that commit pause; is_commit_ready() once what they have read is settled.
    void pause_for_commit();
    bool is_commit_ready() const;
    /// They go on.
    void resume_after_commit();
    /// Rows of these sources that were settled since the last commit.
    std::uint64_t rows_since_commit() const { return rows_since_commit_.load(std::memory_order_relaxed); }
    /// What a target is to keep of the sources that it reads, by the rows settled so far. While they pause, or at the
    /// end.
    std::vector<StoredPosition> positions_of(std::uint32_t bit, std::uint64_t rejects_bytes) const;
    /// Bits of the targets that held rows already which others had to be given in this run.
    std::uint64_t ahead() const;
    /// These sources end with what they have read; the rest goes its way.
    void stop_reading();
    /// stop_reading() left rows unread.
    bool was_stopped() const { return was_stopped_.load(); }
    /// Goes on ending a run that has failed, once what came before the failure has had its chance to fail too.
    void look_after_failure();
    /// Ends it: drops what is under way. hard: also what a writer is doing.
    void cancel(bool hard);
    /// What writers, or the last steps of their targets, are doing ends with an Error.
    void interrupt_writers() noexcept;
    void join();

    // For the threads.

    bool is_cancelled() const { return cancelled_flag_.load(std::memory_order_acquire); }
    /// Waits until the blocking inputs that the chain asks for are complete. False: cancelled.
    bool wait_for_gates(std::uint32_t chain);
    bool wait_for_node(std::uint32_t node);
    /// A ticket's rows (or, without one, the driver itself) broke the run. where: named for what nobody has foreseen.
    void fail(const Ticket& ticket, const std::exception_ptr& error, const std::string& where = {});
    void fail(Driver* driver, std::uint64_t key, const std::exception_ptr& error, const std::string& where = {});
    /// who: "the writer of `into orders`". A thread that dies of an exception ends the run.
    void spawn(std::string who, std::function<void()> body);
    /// For the threads to tell what they do; lives as long as the engine.
    Activity& make_activity(std::string who);
    std::vector<const Activity*> activities() const;
    /// The last worker of a chain has left it for good.
    void chain_ended(std::uint32_t chain);
    std::unique_ptr<Runner> make_runner(std::uint32_t chain);

    void settled(Ticket& ticket) override;
    void driver_ended(std::uint32_t driver) override;
    void driver_quiet(std::uint32_t driver) override;
    std::string file_name(std::uint32_t source, std::uint32_t file) const override;

    // What comes of it.

    Plan& plan;
    Log& log;
    TallyLayout layout;
    Commits commits;
    RejectLog rejects;
    RejectLimit reject_limit;
    Tap* const tap;
    std::vector<std::unique_ptr<WorkerPool>> pools;  // by chain; nothing for those with one thread
    std::vector<std::unique_ptr<Driver>> drivers;

    Tally totals() const;
    bool has_too_many_rejects() const { return too_many_rejects_.load(); }
    /// The failure that came first in the order of the run; nothing if there is none.
    std::unique_ptr<RunFailure> failure() const;
    std::uint64_t bytes_read() const;
    /// 0: not known.
    std::uint64_t bytes_total() const;
    /// How many of the plan's targets, in order, may have something staged.
    std::uint32_t begun_sinks() const { return begun_sinks_; }
    /// Drops what a target has staged.
    void abandon_target(std::uint32_t node) noexcept;
    /// A flow or target gets the rejects of that driver as rows.
    bool is_seen_by_rejects_flow(std::uint32_t driver) const;

  private:
    struct LaneState {
        std::uint32_t driver = 0;
        Lane lane;
        std::mutex mutex;
        Reader* reader = nullptr;
        std::uint64_t next = 0;
        std::uint64_t bytes = 0;           // of a reader that is gone
        bool has_ended = false;            // its reader is gone
        std::string position;              // the same
        std::uint64_t known = UINT64_MAX;  // bits of the targets that held the last rows read already
        std::uint64_t ahead = 0;           // that held any
    };

    void make_drivers();
    void make_streams();
    void make_outlets();
    void make_pools();
    void begin_sinks();
    void start_driver(std::uint32_t driver);
    void start_chain(std::uint32_t chain);

    void read_lane(LaneState& lane);
    void read_blocks(LaneState& lane, Reader& reader, Channel& channel, Activity& activity);
    void forget_reader(LaneState& lane);
    void emit_rejects(std::uint32_t driver);
    void wait_for_drivers(const std::vector<std::uint32_t>& awaited);
    void run_ordered_chain(std::uint32_t chain);
    void take_ordered(Runner& runner, Parcel& parcel, const std::string& who);
    void run_finish(std::uint32_t driver);
    void run_writer(std::uint32_t node);
    void combine(std::uint32_t chain);
    void add_totals(const Tally& tally);
    void stop_if_satisfied(std::uint32_t node, const Ticket& ticket);
    std::uint64_t first_unwanted(std::uint32_t edge, std::uint32_t driver) const;
    void interrupt_readers();
    Stream& stream_of(std::uint32_t edge) { return *streams_[plan.edges[edge].stream]; }
    /// While the targets commit.
    bool pauses(const LaneState& lane) const { return commits.is_source(plan.drivers[lane.driver].node); }
    std::vector<Driver*> pausing_drivers() const;
    bool is_commit_ready_locked() const;
    std::uint32_t chain_of_source(std::uint32_t node) const;
    std::uint32_t driver_of_source(std::uint32_t node) const;

    std::atomic<bool> cancelled_flag_{false};
    std::atomic<bool> too_many_rejects_{false};
    std::atomic<bool> commit_due_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> was_stopped_{false};
    std::atomic<std::uint64_t> rows_since_commit_{0};
    std::uint32_t most_workers_ = 1;
    std::uint32_t credits_ = 4;
    std::uint32_t begun_sinks_ = 0;

    std::vector<std::unique_ptr<Stream>> streams_;
    std::vector<std::vector<OrderedPoint*>> points_of_stream_;
    std::vector<std::unique_ptr<Channel>> channels_;            // by chain
    std::vector<std::unique_ptr<OrderedPoint>> points_;         // by chain of kind ordered
    std::vector<std::unique_ptr<OrderedPoint>> writer_points_;  // by target
    std::vector<std::unique_ptr<Spool>> spools_;                // by edge
    std::vector<std::unique_ptr<Encoder>> encoders_;            // by target
    std::vector<std::unique_ptr<Writer>> writers_;              // by target
    Outlets outlets_;
    std::vector<std::unique_ptr<LaneState>> lanes_;
    std::vector<const Source*> sources_;  // by number of origins

    mutable std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::vector<std::uint32_t> open_inputs_;  // by node: blocking inputs that are not complete
    std::vector<bool> driver_ended_;
    std::vector<std::uint32_t> lanes_left_;  // by driver
    struct Stop {
        std::uint32_t driver;
        std::uint64_t key;
    };
    std::vector<std::unique_ptr<Stop>> stops_;  // by node: where a limit was satisfied
    std::unique_ptr<RunFailure> failure_;
    std::chrono::steady_clock::time_point failed_at_;
    std::vector<std::thread> threads_;
    std::uint32_t live_threads_ = 0;

    mutable std::mutex activities_mutex_;
    std::deque<Activity> activities_;
    std::vector<std::uint32_t> runners_made_;  // by chain

    mutable std::mutex totals_mutex_;
    Tally totals_;
};

}  // namespace etl
