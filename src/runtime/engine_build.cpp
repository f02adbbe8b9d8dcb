#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "runtime/engine.hpp"

namespace etl {

namespace {

constexpr std::size_t kBlock_bytes = 256 * 1024;
constexpr std::size_t kBlocksShare = 16;  // of `memory`: what blocks may be under way
constexpr std::uint32_t kMostParts = 4;   // of one number that wait before an ordered point

std::uint32_t count_workers(const Settings& settings) {
    if (settings.workers.most > 0) return settings.workers.most;
    return std::max({1U, settings.workers.least, std::thread::hardware_concurrency()});
}

/// Blocks under way are a small share of what the run may use.
std::uint32_t count_credits(const Settings& settings, std::uint32_t workers, std::size_t memory_bytes) {
    if (settings.channel_batches > 0) return settings.channel_batches;
    const std::size_t by_memory = memory_bytes == 0 ? SIZE_MAX : memory_bytes / kBlocksShare / kBlock_bytes;
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(by_memory, 1, 2 * std::size_t{workers} + 2));
}

}  // namespace

Engine::Engine(Plan& run_plan, Memory& run_memory, Log& run_log, Tap* run_tap)
    : RunContext(run_memory),
      plan(run_plan),
      log(run_log),
      layout(run_plan),
      commits(run_plan),
      rejects(run_plan, *this),
      reject_limit(run_plan.pipeline.settings),
      tap(run_tap),
      open_inputs_(run_plan.nodes.size()),
      driver_ended_(run_plan.drivers.size()),
      stops_(run_plan.nodes.size()),
      totals_(layout.size()) {
    const Settings& settings = plan.pipeline.settings;
    seed = static_cast<std::uint64_t>(plan.pipeline.start_us);
    start_us = plan.pipeline.start_us;
    run_id = plan.pipeline.run_id;
    if (!plan.pipeline.state_folder.empty()) spill_folder = plan.pipeline.state_folder / "spill";
    batch_rows = settings.batch_rows;
    cancelled = &cancelled_flag_;
    most_workers_ = tap != nullptr ? 1 : count_workers(settings);
    credits_ = count_credits(settings, most_workers_, memory.limit_bytes());
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        const PlanNode& node = plan.nodes[i];
        for (std::uint32_t input = 0; input < node.feeds.size(); ++input)
            if (node.kind(input) == StageKind::blocking) ++open_inputs_[i];
        if (node.source == nullptr) continue;
        const std::uint32_t number = node.bound.source.source;
        if (number >= sources_.size()) sources_.resize(number + 1);
        sources_[number] = node.source.get();
    }
}

Engine::~Engine() {
    // What a run that was ended left lying settles its tickets while there is somebody to settle them with.
    pools.clear();
    channels_.clear();
    points_.clear();
    writer_points_.clear();
    spools_.clear();
}

void Engine::make_streams() {
    std::uint32_t count = 0;
    for (const PlanEdge& edge : plan.edges) count = std::max(count, edge.stream + 1);
    std::vector<std::uint32_t> lanes(count, 1);
    for (const auto& lane : lanes_) {
        const PlanNode& source = plan.nodes[plan.drivers[lane->driver].node];
        for (const std::uint32_t reader : source.readers) {
            std::uint32_t& most = lanes[plan.edges[reader].stream];
            most = std::max(most, lane->lane.number + 1);
        }
    }
    for (const std::uint32_t number : lanes) streams_.push_back(std::make_unique<Stream>(number));
    points_of_stream_.resize(count);
}

void Engine::make_drivers() {
    for (std::uint32_t number = 0; number < plan.drivers.size(); ++number) {
        const PlanDriver& driver = plan.drivers[number];
        if (driver.kind != DriverKind::source || plan.nodes[driver.node].source == nullptr) continue;
        std::uint32_t next = 0;
        for (Lane& lane : plan.nodes[driver.node].source->lanes()) {
            auto state = std::make_unique<LaneState>();
            state->driver = number;
            state->lane = std::move(lane);
            state->lane.number = next++;
            lanes_.push_back(std::move(state));
        }
    }
    make_streams();
    for (std::uint32_t number = 0; number < plan.drivers.size(); ++number) {
        const PlanDriver& driver = plan.drivers[number];
        std::uint32_t lanes = 1;
        if (driver.kind == DriverKind::source)
            lanes = static_cast<std::uint32_t>(
                std::count_if(lanes_.begin(), lanes_.end(), [&](const auto& lane) { return lane->driver == number; }));
        if (driver.kind == DriverKind::spool) lanes = stream_of(driver.edge).lanes();
        drivers.push_back(std::make_unique<Driver>(number, lanes, credits_, layout.size(), *this));
        if (driver.kind == DriverKind::source) drivers.back()->on_cut = [this] { interrupt_readers(); };
        lanes_left_.push_back(lanes);
    }
}

void Engine::make_outlets() {
    channels_.resize(plan.chains.size());
    points_.resize(plan.chains.size());
    spools_.resize(plan.edges.size());
    writer_points_.resize(plan.nodes.size());
    outlets_.of_edge.resize(plan.edges.size());
    outlets_.of_target.resize(plan.nodes.size());
    const auto connect = [&](std::uint32_t number, Outlet outlet) {
        const PlanEdge& edge = plan.edges[number];
        if (edge.spooled) {
            Stream& stream = stream_of(number);
            spools_[number] = std::make_unique<Spool>(*this, number, *drivers[edge.drivers[0]], stream, outlet);
            points_of_stream_[edge.stream].push_back(&spools_[number]->intake());
            outlet = Outlet(spools_[number]->intake(), 0);
        }
        outlets_.of_edge[number] = std::make_unique<Outlet>(outlet);
    };
    for (std::uint32_t number = 0; number < plan.chains.size(); ++number) {
        const FusedChain& chain = plan.chains[number];
        if (chain.kind == ChainKind::source)
            channels_[number] = std::make_unique<Channel>(drivers[driver_of_source(chain.head)]->most_tickets());
        if (chain.kind == ChainKind::channel) {
            channels_[number] = std::make_unique<Channel>(credits_);
            connect(chain.edge, Outlet(*channels_[number]));
        }
        if (chain.kind != ChainKind::ordered) continue;
        const PlanNode& head = plan.nodes[chain.head];
        std::vector<const Stream*> streams;
        std::vector<std::uint32_t> feeds;
        for (const std::uint32_t feed : head.feeds) {
            if (head.kind(plan.edges[feed].input) == StageKind::blocking) continue;
            feeds.push_back(feed);
            streams.push_back(&stream_of(feed));
        }
        points_[number] = std::make_unique<OrderedPoint>(head.merge, std::move(streams), kMostParts);
        for (std::uint32_t input = 0; input < feeds.size(); ++input) {
            connect(feeds[input], Outlet(*points_[number], input));
            points_of_stream_[plan.edges[feeds[input]].stream].push_back(points_[number].get());
        }
    }
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        const PlanNode& node = plan.nodes[number];
        if (node.bound.kind != NodeKind::target) continue;
        const std::uint32_t feed = node.feeds[0];
        const std::vector<const Stream*> streams{&stream_of(feed)};
        writer_points_[number] = std::make_unique<OrderedPoint>(MergeOrder::none, streams, kMostParts);
        points_of_stream_[plan.edges[feed].stream].push_back(writer_points_[number].get());
        outlets_.of_target[number] = std::make_unique<Outlet>(*writer_points_[number], 0);
    }
}

void Engine::make_pools() {
    const std::uint32_t least = std::min(std::max(1U, plan.pipeline.settings.workers.least), most_workers_);
    pools.resize(plan.chains.size());
    for (std::uint32_t number = 0; number < plan.chains.size(); ++number)
        if (channels_[number] != nullptr)
            pools[number] = std::make_unique<WorkerPool>(*this, number, *channels_[number], least, most_workers_);
}

void Engine::begin_sinks() {
    encoders_.resize(plan.nodes.size());
    writers_.resize(plan.nodes.size());
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        PlanNode& node = plan.nodes[number];
        if (node.sink == nullptr) continue;
        encoders_[number] = node.sink->make_encoder();
        ++begun_sinks_;
        std::vector<StoredPosition> held = node.sink->begin(*this);
        const auto& keepers = commits.targets();
        const auto keeper = std::find(keepers.begin(), keepers.end(), number);
        if (keeper != keepers.end())
            commits.hold(static_cast<std::uint32_t>(keeper - keepers.begin()), std::move(held));
        writers_[number] = node.sink->open();
    }
}

void Engine::begin() {
    commits.check();
    make_drivers();
    make_outlets();
    make_pools();
    begin_sinks();
}

void Engine::start() {
    try {
        for (std::uint32_t number = 0; number < plan.drivers.size(); ++number) start_driver(number);
        for (std::uint32_t number = 0; number < plan.chains.size(); ++number) start_chain(number);
        for (std::uint32_t number = 0; number < plan.nodes.size(); ++number)
            if (writers_[number] != nullptr)
                spawn("the writer of `" + plan.nodes[number].bound.name + "`", [this, number] { run_writer(number); });
    } catch (...) {
        cancel(true);
        join();
        throw;
    }
}

void Engine::start_driver(std::uint32_t number) {
    const PlanDriver& driver = plan.drivers[number];
    Driver& tickets = *drivers[number];
    const auto name = [&](std::uint32_t node) { return "`" + plan.nodes[node].bound.name + "`"; };
    if (driver.kind == DriverKind::finish) {
        tickets.begin();
        spawn(name(driver.node), [this, number] { run_finish(number); });
    } else if (driver.kind == DriverKind::spool) {
        Spool* spool = spools_[driver.edge].get();
        tickets.begin();
        const std::string who = "what is kept for " + name(plan.edges[driver.edge].to);
        spawn(who, [spool] { spool->take_in(); });
        spawn(who, [spool, &tickets] {
            spool->give_out();
            tickets.end();
        });
    } else if (plan.nodes[driver.node].source == nullptr) {
        tickets.begin();
        spawn(name(driver.node), [this, number] { emit_rejects(number); });
    } else {
        std::vector<LaneState*> lanes;
        for (const auto& lane : lanes_)
            if (lane->driver == number) lanes.push_back(lane.get());
        for (std::size_t i = 0; i < std::max<std::size_t>(1, lanes.size()); ++i) tickets.begin();
        if (lanes.empty()) {
            channels_[chain_of_source(driver.node)]->close();
            tickets.end();
        }
        for (LaneState* lane : lanes) spawn("the reader of " + name(driver.node), [this, lane] { read_lane(*lane); });
    }
}

void Engine::start_chain(std::uint32_t number) {
    if (pools[number] != nullptr) {
        const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
        pools[number]->start(std::clamp(cores, pools[number]->least(), pools[number]->most()));
    } else if (plan.chains[number].kind == ChainKind::ordered) {
        spawn("`" + plan.chains[number].name + "`", [this, number] { run_ordered_chain(number); });
    }
}

}  // namespace etl
