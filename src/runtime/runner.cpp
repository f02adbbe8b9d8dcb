#include "runtime/runner.hpp"

#include <algorithm>
#include <cassert>

#include "base/error.hpp"
#include "runtime/driver.hpp"

namespace etl {

/// What leaves by one outlet in the course of a run. To an ordered point one part is held back, since the last one of
/// a number must say so; to a channel all batches of a number go together, so that one worker has them in order.
struct Runner::OutletState {
    const Outlet* outlet;
    std::uint32_t edge;
    ParcelPtr held;
    std::uint32_t parts = 0;
};

struct Runner::Exit {
    NodeState* reader = nullptr;    // in the same chain
    OutletState* outlet = nullptr;  // else
    std::uint32_t edge;
};

/// A node in a runner; what its operator emits to.
class Runner::NodeState final : public Emitter {
  public:
    NodeState(Runner& runner, std::uint32_t place, const PlanNode& planned)
        : runner_(runner), number(place), node(planned) {}

    bool push(Batch&& batch, std::uint32_t port) override { return runner_.emit(*this, std::move(batch), port); }

  private:
    Runner& runner_;

  public:
    const std::uint32_t number;
    const PlanNode& node;
    std::unique_ptr<Slot> slot;
    StageCounts seen;
    std::vector<std::vector<Exit>> exits;     // by port
    std::vector<std::uint64_t> numbers;       // by port: of what leaves an ordered or emitting chain
    std::vector<std::uint64_t> seen_numbers;  // as they were when the last ticket was done
    OutletState* chunks = nullptr;            // of a target
    bool merges = false;                      // gathers its inputs' batches until all of a number are there
    std::vector<std::vector<Batch>> collected;
    std::uint32_t parts = 0;  // given to a blocking input in this run
};

bool NoEmitter::push(Batch&& /*batch*/, std::uint32_t /*port*/) {
    assert(!"nothing may be emitted here");
    return false;
}

Runner::Runner(RunnerContext context)
    : context_(context),
      renumbers_(context.plan.nodes[context.chain.head].renumbers() &&
                 (context.chain.kind == ChainKind::ordered || context.chain.kind == ChainKind::finish)),
      tally_(context.layout.size()) {
    for (const std::uint32_t number : context_.chain.nodes) {
        const PlanNode& node = context_.plan.nodes[number];
        auto state = std::make_unique<NodeState>(*this, number, node);
        if (node.source != nullptr)
            state->slot = node.source->make_slot(context_.run);
        else if (node.bound.kind == NodeKind::target)
            state->slot = context_.encoders[number]->make_slot(context_.run);
        else if (node.bound.kind == NodeKind::stage)
            state->slot = node.bound.stage.op->make_slot(context_.run);
        nodes_.push_back(std::move(state));
    }
    for (auto& node : nodes_) connect(*node);
}

Runner::~Runner() = default;

void Runner::connect(NodeState& from) {
    const auto outlet = [&](const Outlet* to, std::uint32_t edge) {
        outlets_.push_back(std::make_unique<OutletState>(OutletState{to, edge, nullptr, 0}));
        return outlets_.back().get();
    };
    const auto& leaves = context_.chain.leaves;
    const bool is_leaf =
        std::any_of(leaves.begin(), leaves.end(), [&](const BlockingInput& leaf) { return leaf.node == from.number; });
    from.merges = from.number != context_.chain.head && from.node.merge != MergeOrder::none;
    from.collected.resize(from.node.feeds.size());
    if (from.node.bound.kind == NodeKind::target)
        from.chunks = outlet(context_.outlets.of_target[from.number].get(), 0);
    from.exits.resize(std::max<std::size_t>(1, from.node.bound.outputs.size()));
    from.numbers.resize(from.exits.size());
    from.seen_numbers.resize(from.exits.size());
    if (is_leaf) return;
    for (const std::uint32_t number : from.node.readers) {
        const PlanEdge& edge = context_.plan.edges[number];
        Exit exit;
        exit.edge = number;
        if (edge.fused)
            exit.reader = &state(edge.to);
        else
            exit.outlet = outlet(context_.outlets.of_edge[number].get(), number);
        from.exits[edge.from.port].push_back(exit);
    }
}

Runner::NodeState& Runner::state(std::uint32_t node) {
    const auto at =
        std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& state) { return state->number == node; });
    assert(at != nodes_.end());
    return **at;
}

Slot& Runner::slot(std::uint32_t node) { return *state(node).slot; }

void Runner::take_counts(std::uint32_t node, Tally& tally) {
    NodeState& at = state(node);
    add_slot_counts(context_.layout, node, at.slot->counts, at.seen, tally);
}

void Runner::run(Parcel& parcel, Waiter* waiter) {
    const Working working(context_.activity, parcel.ticket->origin());
    ticket_ = parcel.ticket;
    sequence_ = parcel.sequence;
    waiter_ = waiter;
    NodeState& head = *nodes_.front();
    if (auto* block = std::get_if<Block>(&parcel.content)) {
        decode(head, std::move(*block));
    } else if (auto* batches = std::get_if<std::vector<Batch>>(&parcel.content)) {
        for (Batch& batch : *batches) {
            if (context_.chain.kind == ChainKind::source)
                emit(head, std::move(batch), 0);
            else
                enter(head, context_.plan.edges[context_.chain.edge].input, std::move(batch));
        }
    }
    merge_collected();
    settle_counts();
    send_rest();
    ticket_ = {};
}

void Runner::skip(Parcel& parcel, Waiter* waiter) {
    ticket_ = parcel.ticket;
    sequence_ = parcel.sequence;
    waiter_ = waiter;
    drop_collected();
    settle_counts();
    if (context_.chain.kind != ChainKind::ordered || parcel.sequence.last) send_rest();
    ticket_ = {};
}

void Runner::run_ordered(Parcel& parcel) {
    const Working working(context_.activity, parcel.ticket->origin());
    ticket_ = parcel.ticket;
    sequence_ = parcel.sequence;
    if (auto* batches = std::get_if<std::vector<Batch>>(&parcel.content))
        for (Batch& batch : *batches) enter(*nodes_.front(), context_.plan.edges[parcel.edge].input, std::move(batch));
    settle_counts();
    if (parcel.sequence.last) {
        if (renumbers_) pass_on_emptied(*nodes_.front());
        send_rest();
    }
    ticket_ = {};
}

/// A ticket of which no row is left travels on, too: settled here, it would count before a limit further on has had its
/// say on it.
void Runner::pass_on_emptied(NodeState& head) {
    for (std::uint32_t port = 0; port < head.numbers.size(); ++port) {
        if (head.numbers[port] == head.seen_numbers[port]) {
            for (const Exit& exit : head.exits[port]) {
                ParcelPtr parcel = make_parcel({0, head.numbers[port], 0, true});
                parcel->edge = exit.edge;
                push(*exit.outlet, std::move(parcel));
            }
            ++head.numbers[port];
        }
        head.seen_numbers[port] = head.numbers[port];
    }
}

void Runner::finish_head(Driver& driver) {
    const Working working(context_.activity, std::nullopt);
    NodeState& head = *nodes_.front();
    context_.activity.enter(head.number);
    emitting_ = &driver;
    head.node.bound.stage.op->finish(*head.slot, head);
    emitting_ = nullptr;
}

void Runner::decode(NodeState& node, Block&& block) {
    context_.activity.enter(node.number);
    Batch batch;
    batch.schema = node.node.bound.outputs[0].get();
    batch.sequence = sequence_;
    batch.origin = block.origin;
    node.node.source->decode(std::move(block), batch, *node.slot, node.number);
    emit(node, std::move(batch), 0);
}

bool Runner::emit(NodeState& from, Batch&& batch, std::uint32_t port) {
    if (emitting_ != nullptr) {
        if (batch.selected.size == 0 && batch.rejects.empty()) return !emitting_->is_cut(tickets_);
        {
            const Waiting waiting(context_.activity);
            ticket_ = emitting_->take(0, tickets_++);
        }
        if (!ticket_) return false;
        sequence_ = {0, from.numbers[port], 0, true};
    }
    const std::uint32_t rows = batch.selected.size;
    tally_[context_.layout.port_out(from.number, port)] += rows;
    batch.schema = from.node.bound.outputs[port].get();
    if (context_.tap != nullptr) context_.tap->leaves(from.number, port, batch);
    take_rejects(batch);
    auto& exits = from.exits[port];
    if (rows > 0 && !exits.empty()) {
        for (std::size_t i = 0; i + 1 < exits.size(); ++i) send(from, exits[i], Batch(batch));
        send(from, exits.back(), std::move(batch));
    }
    if (renumbers_ && rows > 0) ++from.numbers[port];
    const bool wanted = !ticket_->driver().is_cut(*ticket_);
    if (emitting_ != nullptr) {
        settle_counts();
        ticket_ = {};
    }
    return wanted;
}

/// Rows that are sent through again go only where they have not been.
bool Runner::is_forbidden(std::uint32_t edge) const {
    const std::uint32_t path = ticket_->path();
    return path != 0 && context_.plan.forbidden[path][edge];
}

void Runner::hold_back(std::uint32_t edge, std::uint32_t rows) {
    tally_[context_.layout.edge_in(edge)] += rows;
    tally_[context_.layout.of_node(context_.plan.edges[edge].to, NodeCount::merged)] += rows;
}

void Runner::send(NodeState& from, Exit& exit, Batch&& batch) {
    if (is_forbidden(exit.edge))
        hold_back(exit.edge, batch.selected.size);
    else
        deliver(from, exit, std::move(batch));
}

void Runner::deliver(NodeState& from, Exit& exit, Batch&& batch) {
    if (exit.reader != nullptr) return enter(*exit.reader, context_.plan.edges[exit.edge].input, std::move(batch));
    OutletState& outlet = *exit.outlet;
    if (renumbers_) {
        ParcelPtr parcel = make_parcel({0, from.numbers[context_.plan.edges[exit.edge].from.port], 0, true});
        parcel->edge = exit.edge;
        parcel->content.emplace<std::vector<Batch>>().push_back(std::move(batch));
        return push(outlet, std::move(parcel));
    }
    if (!outlet.outlet->is_ordered() && outlet.held != nullptr) {
        std::get<std::vector<Batch>>(outlet.held->content).push_back(std::move(batch));
        return;
    }
    ParcelPtr parcel = make_parcel(sequence_);
    parcel->edge = exit.edge;
    parcel->content.emplace<std::vector<Batch>>().push_back(std::move(batch));
    hold(outlet, std::move(parcel));
}

/// Numbers of its own have no turn to wait for.
void Runner::push(const OutletState& outlet, ParcelPtr parcel) {
    const Waiting waiting(context_.activity);
    outlet.outlet->push(std::move(parcel), renumbers_ ? nullptr : waiter_);
}

void Runner::enter(NodeState& node, std::uint32_t input, Batch&& batch) {
    context_.activity.enter(node.number);
    tally_[context_.layout.edge_in(node.node.feeds[input])] += batch.selected.size;
    if (node.merges)
        node.collected[input].push_back(std::move(batch));
    else if (node.node.bound.kind == NodeKind::target)
        encode(node, std::move(batch));
    else if (node.node.kind(input) == StageKind::blocking)
        keep(node, input, std::move(batch));
    else
        process(node, input, std::move(batch));
}

void Runner::process(NodeState& node, std::uint32_t input, Batch&& batch) {
    if (context_.tap != nullptr) context_.tap->enters(node.number, input, batch, *node.slot);
    node.node.bound.stage.op->process(std::move(batch), input, *node.slot, node);
    if (context_.tap != nullptr) context_.tap->done(node.number, input, {});
}

/// Rows that all targets behind the node hold from an earlier run go no further.
bool Runner::drop_known(NodeState& node, std::uint32_t input, const Batch& batch) {
    if (ticket_->known() == 0) return false;
    const std::uint64_t behind = context_.commits.behind(node.number);
    const std::uint64_t known = ticket_->known() & behind;
    if (known == 0) return false;
    if (known != behind)
        throw Error("E537", "`" + node.node.bound.name +
                                "` leads to targets that hold different rows of the source; reset the offset of one "
                                "of them or load them with `--full`");
    tally_[context_.layout.of_node(node.number, NodeCount::merged)] += batch.selected.size;
    if (context_.tap != nullptr) context_.tap->knows(node.number, input, batch);
    return true;
}

void Runner::keep(NodeState& node, std::uint32_t input, Batch&& batch) {
    if (drop_known(node, input, batch)) return;
    NoEmitter nobody;
    batch.sequence = sequence_;
    batch.sequence.part = node.parts++;
    batch.sequence.last = true;
    if (context_.tap != nullptr) context_.tap->enters(node.number, input, batch, *node.slot);
    // Not std::move: the stage leaves the rejects that it makes in the batch.
    node.node.bound.stage.op->process(static_cast<Batch&&>(batch), input, *node.slot, nobody);
    if (context_.tap != nullptr) context_.tap->done(node.number, input, batch.rejects);
    take_rejects(batch);
}

void Runner::encode(NodeState& node, Batch&& batch) {
    if (drop_known(node, 0, batch)) return;
    ParcelPtr parcel = make_parcel(sequence_);
    Chunk& chunk = parcel->content.emplace<Chunk>();
    if (context_.tap != nullptr) context_.tap->enters(node.number, 0, batch, *node.slot);
    context_.encoders[node.number]->encode(std::move(batch), *node.slot, node.number, chunk);
    if (context_.tap != nullptr) context_.tap->done(node.number, 0, chunk.batch.rejects);
    take_rejects(chunk.batch);
    if (chunk.rows > 0) hold(*node.chunks, std::move(parcel));
}

void Runner::merge_collected() {
    for (auto& node : nodes_) {
        if (!node->merges) continue;
        for (std::uint32_t input = 0; input < node->collected.size(); ++input) {
            for (Batch& batch : node->collected[input]) process(*node, input, std::move(batch));
            node->collected[input].clear();
        }
    }
}

void Runner::hold(OutletState& outlet, ParcelPtr parcel) {
    if (outlet.held != nullptr) {
        outlet.held->sequence.last = false;
        push(outlet, std::move(outlet.held));
    }
    parcel->sequence.part = outlet.parts++;
    parcel->sequence.last = true;
    outlet.held = std::move(parcel);
}

void Runner::send_rest() {
    for (auto& node : nodes_) node->parts = 0;
    if (renumbers_) return;
    for (auto& outlet : outlets_) {
        if (outlet->held == nullptr) {
            outlet->held = make_parcel(sequence_);
            outlet->held->edge = outlet->edge;
            outlet->held->sequence.part = outlet->parts;
            outlet->held->sequence.last = true;
        }
        outlet->parts = 0;
        push(*outlet, std::move(outlet->held));
    }
}

void Runner::drop_collected() {
    for (auto& node : nodes_)
        for (auto& batches : node->collected) batches.clear();
    for (auto& outlet : outlets_) outlet->held = nullptr;
}

void Runner::settle_counts() {
    for (auto& node : nodes_)
        if (node->slot != nullptr)
            add_slot_counts(context_.layout, node->number, node->slot->counts, node->seen, tally_);
    ticket_->add(tally_);
    std::fill(tally_.begin(), tally_.end(), 0);
}

void Runner::take_rejects(Batch& batch) {
    if (batch.rejects.empty()) return;
    for (const Reject& reject : batch.rejects) ++tally_[context_.layout.of_node(reject.stage, NodeCount::rejected)];
    ticket_->add_rejects(std::move(batch.rejects));
    batch.rejects.clear();
}

ParcelPtr Runner::make_parcel(const Sequence& sequence) const {
    auto parcel = std::make_unique<Parcel>();
    parcel->ticket = ticket_;
    parcel->sequence = sequence;
    return parcel;
}

}  // namespace etl
