#include <algorithm>

#include "base/error.hpp"
#include "runtime/engine.hpp"
#include "runtime/reject_rows.hpp"

namespace etl {

void Engine::read_lane(LaneState& lane) {
    Driver& driver = *drivers[lane.driver];
    const std::uint32_t node = plan.drivers[lane.driver].node;
    const std::uint32_t chain = chain_of_source(node);
    const std::string who = "the reader of `" + plan.nodes[node].bound.name + "`";
    Activity& activity = make_activity(who);
    try {
        const bool is_open = wait_for_gates(chain);
        if (is_open && pauses(lane) && stopping_) {
            was_stopped_ = true;
        } else if (is_open) {
            std::vector<std::string> held{std::string()};
            if (plan.nodes[node].bound.source.incremental.is_set()) held = commits.positions(node, lane.lane.name);
            activity.begin(std::nullopt);
            const std::unique_ptr<Reader> reader = plan.nodes[node].source->open(lane.lane, held, *this);
            activity.end();
            {
                const std::lock_guard lock(lane.mutex);
                lane.reader = reader.get();
            }
            try {
                read_blocks(lane, *reader, *channels_[chain], activity);
            } catch (...) {
                forget_reader(lane);
                throw;
            }
            forget_reader(lane);
        }
    } catch (...) {
        fail(&driver, driver.key(lane.lane.number, lane.next), std::current_exception(), who);
    }
    activity.end();
    for (const std::uint32_t reader : plan.nodes[node].readers) {
        stream_of(reader).set_end(lane.lane.number, lane.next);
        for (OrderedPoint* point : points_of_stream_[plan.edges[reader].stream]) point->look_again();
    }
    bool last = false;
    {
        const std::lock_guard lock(mutex_);
        last = --lanes_left_[lane.driver] == 0;
    }
    if (last) channels_[chain]->close();
    driver.end();
}

void Engine::forget_reader(LaneState& lane) {
    const std::lock_guard lock(lane.mutex);
    lane.bytes = lane.reader->bytes_read();
    if (pauses(lane)) lane.position = lane.reader->position();
    lane.reader = nullptr;
    lane.has_ended = true;
}

void Engine::read_blocks(LaneState& lane, Reader& reader, Channel& channel, Activity& activity) {
    Driver& driver = *drivers[lane.driver];
    const std::uint32_t number = lane.lane.number;
    std::optional<Origin> before;
    while (true) {
        auto parcel = std::make_unique<Parcel>();
        parcel->ticket = driver.take(number, lane.next);
        if (!parcel->ticket) return;
        const bool stops = pauses(lane);
        Block& block = parcel->content.emplace<Block>();
        activity.begin(before);
        const bool found = !(stops && stopping_) && reader.next(block);
        activity.end();
        if (!found || is_cancelled()) {
            const std::lock_guard lock(lane.mutex);
            if (stops && stopping_)
                was_stopped_ = true;
            else
                lane.known = 0;
            return;
        }
        before = block.origin;
        parcel->ticket->set_origin(block.origin);
        parcel->ticket->set_known(block.known);
        parcel->ticket->set_path(block.path);
        block.sequence = {number, lane.next, 0, true};
        parcel->sequence = block.sequence;
        {
            const std::lock_guard lock(lane.mutex);
            ++lane.next;
            lane.known = block.known;
            lane.ahead |= block.known;
        }
        if (!channel.push(parcel)) return;
    }
}

void Engine::wait_for_drivers(const std::vector<std::uint32_t>& awaited) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
        return is_cancelled() ||
               std::all_of(awaited.begin(), awaited.end(), [&](std::uint32_t other) { return driver_ended_[other]; });
    });
}

void Engine::emit_rejects(std::uint32_t number) {
    Driver& driver = *drivers[number];
    const std::uint32_t node = plan.drivers[number].node;
    const std::vector<std::uint32_t>& awaited = plan.drivers[number].ends_after;
    Channel& channel = *channels_[chain_of_source(node)];
    wait_for_drivers(awaited);
    std::uint64_t next = 0;
    try {
        RejectRows rows(plan.nodes[node].bound.outputs[0], start_us, memory, [&](Batch&& batch) {
            auto parcel = std::make_unique<Parcel>();
            parcel->ticket = driver.take(0, next);
            if (!parcel->ticket) return;
            parcel->sequence = {0, next++, 0, true};
            parcel->content.emplace<std::vector<Batch>>().push_back(std::move(batch));
            channel.push(parcel);
        });
        const auto is_awaited = [&](std::uint32_t other) {
            return std::find(awaited.begin(), awaited.end(), other) != awaited.end();
        };
        if (!is_cancelled())
            rejects.for_each(is_awaited, UINT64_MAX, [&](const RejectRecord& record) { rows.add(record); });
        rows.flush();
    } catch (...) {
        fail(&driver, next, std::current_exception());
    }
    channel.close();
    driver.end();
}

void Engine::run_ordered_chain(std::uint32_t number) {
    const FusedChain& chain = plan.chains[number];
    const std::string who = "`" + chain.name + "`";
    try {
        if (wait_for_gates(number)) {
            const std::unique_ptr<Runner> runner = make_runner(number);
            bool told = tap != nullptr;
            while (const ParcelPtr parcel = points_[number]->next()) {
                take_ordered(*runner, *parcel, who);
                if (told || !runner->slot(chain.head).satisfied) continue;
                told = true;
                stop_if_satisfied(chain.head, *parcel->ticket);
            }
        }
    } catch (...) {
        fail(nullptr, 0, std::current_exception(), who);
    }
    chain_ended(number);
}

void Engine::take_ordered(Runner& runner, Parcel& parcel, const std::string& who) {
    try {
        if (!parcel.ticket->driver().is_cut(*parcel.ticket)) return runner.run_ordered(parcel);
    } catch (...) {
        fail(*parcel.ticket, std::current_exception(), who);
    }
    runner.skip(parcel, nullptr);
}

void Engine::run_finish(std::uint32_t number) {
    const std::uint32_t node = plan.drivers[number].node;
    const auto at = std::find_if(plan.chains.begin(), plan.chains.end(), [&](const FusedChain& chain) {
        return chain.kind == ChainKind::finish && chain.head == node;
    });
    const auto chain = static_cast<std::uint32_t>(at - plan.chains.begin());
    try {
        if (wait_for_node(node)) {
            const std::unique_ptr<Runner> runner = make_runner(chain);
            runner->finish_head(*drivers[number]);
            Tally tally(layout.size());
            runner->take_counts(node, tally);
            add_totals(tally);
        }
    } catch (...) {
        fail(drivers[number].get(), 0, std::current_exception(), "`" + plan.nodes[node].bound.name + "`");
    }
    chain_ended(chain);
    drivers[number]->end();
}

void Engine::run_writer(std::uint32_t node) {
    Writer& writer = *writers_[node];
    const std::string who = "the writer of `" + plan.nodes[node].bound.name + "`";
    Activity& activity = make_activity(who);
    while (const ParcelPtr parcel = writer_points_[node]->next()) {
        auto* chunk = std::get_if<Chunk>(&parcel->content);
        if (chunk == nullptr || parcel->ticket->driver().is_cut(*parcel->ticket)) continue;
        try {
            const std::uint64_t rows = chunk->rows;
            activity.begin(parcel->ticket->origin());
            const std::uint64_t merged = writer.write(std::move(*chunk));
            activity.end();
            std::vector<Reject>& refused = chunk->batch.rejects;
            for (Reject& reject : refused) reject.stage = node;
            parcel->ticket->add(layout.of_node(node, NodeCount::rejected), refused.size());
            parcel->ticket->add(layout.of_node(node, NodeCount::written), rows - merged - refused.size());
            parcel->ticket->add_rejects(std::move(refused));
            parcel->ticket->add(layout.of_node(node, NodeCount::merged), merged);
        } catch (...) {
            activity.end();
            fail(*parcel->ticket, std::current_exception(), who);
        }
    }
}

void Engine::combine(std::uint32_t number) {
    const FusedChain& chain = plan.chains[number];
    Tally tally(layout.size());
    if (chain.leaves.empty() && chain.gates.empty()) return;
    Activity& activity = make_activity("the end of `" + chain.name + "`");
    const Working working(activity, std::nullopt);
    for (const BlockingInput& leaf : chain.leaves) {
        StageOperator& op = *plan.nodes[leaf.node].bound.stage.op;
        for (const auto& runner : pools[number]->runners()) {
            activity.enter(leaf.node);
            op.combine(runner->slot(leaf.node), leaf.input);
            runner->take_counts(leaf.node, tally);
        }
        const std::lock_guard lock(mutex_);
        --open_inputs_[leaf.node];
        changed_.notify_all();
    }
    for (const std::uint32_t node : chain.gates) {
        // What a join keeps of its build side is of no use any more.
        NoEmitter nobody;
        const auto& runners = pools[number]->runners();
        if (runners.empty()) continue;
        activity.enter(node);
        plan.nodes[node].bound.stage.op->finish(runners.front()->slot(node), nobody);
        runners.front()->take_counts(node, tally);
    }
    add_totals(tally);
}

void Engine::chain_ended(std::uint32_t number) {
    const FusedChain& chain = plan.chains[number];
    try {
        if (!is_cancelled() && pools[number] != nullptr) combine(number);
    } catch (...) {
        fail(nullptr, 0, std::current_exception(), "`" + chain.name + "`");
    }
    const auto is_leaf = [&](std::uint32_t node) {
        return std::any_of(chain.leaves.begin(), chain.leaves.end(),
                           [&](const BlockingInput& leaf) { return leaf.node == node; });
    };
    for (const std::uint32_t node : chain.nodes) {
        if (is_leaf(node)) continue;
        for (const std::uint32_t reader : plan.nodes[node].readers)
            if (outlets_.of_edge[reader] != nullptr) outlets_.of_edge[reader]->close();
        if (outlets_.of_target[node] != nullptr) outlets_.of_target[node]->close();
    }
}

}  // namespace etl
