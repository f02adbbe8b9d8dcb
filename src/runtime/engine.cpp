#include "runtime/engine.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace etl {

namespace {

/// How long a failed run waits for failures that come before the one seen, in the order of the rows.
constexpr std::chrono::seconds kPatience{1};

/// where: who did what nobody has foreseen.
RunFailure describe(const std::exception_ptr& error, const std::string& where) {
    const std::string begin = where.empty() ? "" : where + " failed: ";
    RunFailure failure;
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        failure.code = known.code();
        failure.message = known.what();
    } catch (const std::bad_alloc&) {
        failure.code = "E503";
        failure.message = "the machine has no memory left";
    } catch (const std::exception& other) {
        failure.code = "E500";
        failure.message = begin + other.what();
    } catch (...) {
        failure.code = "E500";
        failure.message = begin + "an exception without a message";
    }
    return failure;
}

}  // namespace

void Engine::spawn(std::string who, std::function<void()> body) {
    const std::lock_guard lock(mutex_);
    ++live_threads_;
    try {
        threads_.emplace_back([this, who = std::move(who), body = std::move(body)] {
            try {
                body();
            } catch (...) {
                // Whoever waits for what this thread was to do would wait for ever.
                fail(nullptr, 0, std::current_exception(), who);
                cancel(true);
            }
            const std::lock_guard end(mutex_);
            --live_threads_;
            changed_.notify_all();
        });
    } catch (const std::system_error&) {
        --live_threads_;
        throw Error("E504", "the machine gives no more threads");
    }
}

bool Engine::wait_idle(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [&] { return live_threads_ == 0 || is_commit_ready_locked(); });
    return live_threads_ == 0;
}

void Engine::join() {
    while (!wait_idle(std::chrono::hours(1))) {
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

bool Engine::wait_for_node(std::uint32_t node) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_cancelled() || open_inputs_[node] == 0; });
    return !is_cancelled();
}

bool Engine::wait_for_gates(std::uint32_t chain) {
    const auto& gates = plan.chains[chain].gates;
    return std::all_of(gates.begin(), gates.end(), [&](std::uint32_t node) { return wait_for_node(node); });
}

std::unique_ptr<Runner> Engine::make_runner(std::uint32_t chain) {
    std::uint32_t number = 0;
    {
        const std::lock_guard lock(activities_mutex_);
        runners_made_.resize(plan.chains.size());
        number = ++runners_made_[chain];
    }
    Activity& activity = make_activity("worker " + std::to_string(number) + " of `" + plan.chains[chain].name + "`");
    return std::make_unique<Runner>(
        RunnerContext{plan, plan.chains[chain], layout, outlets_, encoders_, commits, *this, activity, tap});
}

Activity& Engine::make_activity(std::string who) {
    const std::lock_guard lock(activities_mutex_);
    return activities_.emplace_back(std::move(who));
}

std::vector<const Activity*> Engine::activities() const {
    const std::lock_guard lock(activities_mutex_);
    std::vector<const Activity*> all;
    for (const Activity& activity : activities_) all.push_back(&activity);
    return all;
}

void Engine::fail(const Ticket& ticket, const std::exception_ptr& error, const std::string& where) {
    fail(&ticket.driver(), ticket.driver().key(ticket), error, where);
}

void Engine::fail(Driver* driver, std::uint64_t key, const std::exception_ptr& error, const std::string& where) {
    RunFailure failure = describe(error, where);
    if (driver != nullptr) {
        failure.driver = driver->index();
        failure.key = key;
    }
    {
        const std::lock_guard lock(mutex_);
        if (is_cancelled()) return;  // what a stage throws on its way out
        if (failure_ == nullptr) failed_at_ = std::chrono::steady_clock::now();
        const auto place = [](const RunFailure& of) { return std::pair(of.driver, of.key); };
        if (failure_ == nullptr || place(failure) < place(*failure_))
            failure_ = std::make_unique<RunFailure>(std::move(failure));
    }
    if (driver != nullptr) driver->cut_from(key);
    changed_.notify_all();
}

std::unique_ptr<RunFailure> Engine::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_ == nullptr ? nullptr : std::make_unique<RunFailure>(*failure_);
}

void Engine::look_after_failure() {
    std::uint32_t driver = 0;
    {
        const std::lock_guard lock(mutex_);
        if (failure_ == nullptr || is_cancelled()) return;
        driver = failure_->driver;
        if (std::chrono::steady_clock::now() - failed_at_ > kPatience) driver = UINT32_MAX;
    }
    if (driver == UINT32_MAX || drivers[driver]->idle()) cancel(true);
}

void Engine::cancel(bool hard) {
    {
        const std::lock_guard lock(mutex_);
        cancelled_flag_.store(true, std::memory_order_release);
    }
    for (const auto& driver : drivers) driver->cut_from(0);
    interrupt_readers();
    for (const auto& channel : channels_)
        if (channel != nullptr) channel->give_up();
    for (const auto& point : points_)
        if (point != nullptr) point->give_up();
    for (const auto& point : writer_points_)
        if (point != nullptr) point->give_up();
    for (const auto& spool : spools_)
        if (spool != nullptr) spool->give_up();
    if (hard) interrupt_writers();
    changed_.notify_all();
}

void Engine::interrupt_writers() noexcept {
    for (const auto& writer : writers_)
        if (writer != nullptr) writer->interrupt();
}

void Engine::interrupt_readers() {
    for (const auto& lane : lanes_) {
        const std::lock_guard lock(lane->mutex);
        const Driver& driver = *drivers[lane->driver];
        if (lane->reader != nullptr && driver.is_cut(driver.key(lane->lane.number, lane->next)))
            lane->reader->interrupt();
    }
}

void Engine::settled(Ticket& ticket) {
    const std::uint32_t number = ticket.driver().index();
    add_totals(ticket.tally());
    const std::uint64_t count = ticket.rejects().size();
    const PlanDriver& driver = plan.drivers[number];
    const bool commits_rows = driver.kind == DriverKind::source && commits.is_source(driver.node);
    if (count == 0 && !reject_limit.is_set() && !commits_rows) return;
    std::string shard;
    std::uint64_t rows = 0;
    if (driver.kind == DriverKind::source) {
        rows = ticket.tally()[layout.port_out(driver.node, 0)] +
               ticket.tally()[layout.of_node(driver.node, NodeCount::rejected)];
        for (const auto& lane : lanes_)
            if (lane->driver == number && lane->lane.number == ticket.lane()) shard = lane->lane.name;
    }
    const std::uint64_t most = plan.pipeline.settings.commit_rows;
    if (commits_rows && (rows_since_commit_ += rows) >= most && most > 0) pause_for_commit();
    try {
        const bool is_of_source = driver.kind == DriverKind::source && !plan.nodes[driver.node].bound.is_rejects;
        rejects.add({number, ticket.driver().key(ticket), is_of_source}, shard, std::move(ticket.rejects()));
        const std::lock_guard lock(totals_mutex_);
        if (reject_limit.add(number, ticket.lane(), ticket.number(), rows, count)) too_many_rejects_.store(true);
    } catch (...) {
        fail(nullptr, 0, std::current_exception());
    }
}

void Engine::driver_ended(std::uint32_t driver) {
    const std::lock_guard lock(mutex_);
    driver_ended_[driver] = true;
    changed_.notify_all();
}

std::string Engine::file_name(std::uint32_t source, std::uint32_t file) const {
    return source < sources_.size() && sources_[source] != nullptr ? sources_[source]->file_name(file) : "";
}

void Engine::add_totals(const Tally& tally) {
    const std::lock_guard lock(totals_mutex_);
    for (std::size_t i = 0; i < tally.size(); ++i) totals_[i] += tally[i];
}

Tally Engine::totals() const {
    const std::lock_guard lock(totals_mutex_);
    return totals_;
}

std::uint64_t Engine::bytes_read() const {
    std::uint64_t bytes = 0;
    for (const auto& lane : lanes_) {
        const std::lock_guard lock(lane->mutex);
        bytes += lane->reader == nullptr ? lane->bytes : lane->reader->bytes_read();
    }
    return bytes;
}

std::uint64_t Engine::bytes_total() const {
    std::uint64_t bytes = 0;
    for (const auto& lane : lanes_) {
        const std::lock_guard lock(lane->mutex);
        std::uint64_t of_lane = lane->lane.size_bytes;
        if (of_lane == 0 && lane->reader != nullptr) of_lane = lane->reader->bytes_total();
        if (of_lane == 0 && !lane->has_ended) return 0;
        bytes += of_lane == 0 ? lane->bytes : of_lane;
    }
    return bytes;
}

std::uint32_t Engine::chain_of_source(std::uint32_t node) const {
    const auto at = std::find_if(plan.chains.begin(), plan.chains.end(), [&](const FusedChain& chain) {
        return chain.kind == ChainKind::source && chain.head == node;
    });
    return static_cast<std::uint32_t>(at - plan.chains.begin());
}

std::uint32_t Engine::driver_of_source(std::uint32_t node) const {
    const auto at = std::find_if(plan.drivers.begin(), plan.drivers.end(), [&](const PlanDriver& driver) {
        return driver.kind == DriverKind::source && driver.node == node;
    });
    return static_cast<std::uint32_t>(at - plan.drivers.begin());
}

std::uint64_t Engine::first_unwanted(std::uint32_t number, std::uint32_t driver) const {
    const PlanEdge& edge = plan.edges[number];
    const PlanNode& node = plan.nodes[edge.to];
    const PlanDriver& from = plan.drivers[driver];
    if (edge.spooled && (from.kind != DriverKind::spool || from.edge != number)) return UINT64_MAX;
    if (node.bound.kind == NodeKind::target || node.kind(edge.input) == StageKind::blocking) return UINT64_MAX;
    std::uint64_t most = 0;
    for (const std::uint32_t reader : node.readers) most = std::max(most, first_unwanted(reader, driver));
    const auto& stop = stops_[edge.to];
    if (stop == nullptr) return most;
    // A limit behind this one may want less.
    if (stop->driver == driver) return std::min(most, stop->key + 1);
    const auto place = [&](std::uint32_t of) {
        return std::find(edge.drivers.begin(), edge.drivers.end(), of) - edge.drivers.begin();
    };
    return place(driver) > place(stop->driver) ? 0 : most;
}

void Engine::stop_if_satisfied(std::uint32_t node, const Ticket& ticket) {
    std::vector<std::uint64_t> cuts(drivers.size(), UINT64_MAX);
    {
        const std::lock_guard lock(mutex_);
        stops_[node] = std::make_unique<Stop>(Stop{ticket.driver().index(), ticket.driver().key(ticket)});
        for (std::uint32_t number = 0; number < drivers.size(); ++number) {
            const PlanDriver& driver = plan.drivers[number];
            if (driver.kind == DriverKind::spool) {
                cuts[number] = first_unwanted(driver.edge, number);
                continue;
            }
            cuts[number] = 0;
            for (const std::uint32_t reader : plan.nodes[driver.node].readers)
                cuts[number] = std::max(cuts[number], first_unwanted(reader, number));
        }
    }
    for (std::uint32_t number = 0; number < drivers.size(); ++number) drivers[number]->cut_from(cuts[number]);
}

void Engine::abandon_target(std::uint32_t node) noexcept {
    if (writers_[node] != nullptr) writers_[node]->abort();
    plan.nodes[node].sink->discard();
}

bool Engine::is_seen_by_rejects_flow(std::uint32_t number) const {
    return std::any_of(plan.drivers.begin(), plan.drivers.end(), [&](const PlanDriver& driver) {
        const auto& awaited = driver.ends_after;
        return driver.kind == DriverKind::source && plan.nodes[driver.node].bound.is_rejects &&
               std::find(awaited.begin(), awaited.end(), number) != awaited.end();
    });
}

}  // namespace etl
