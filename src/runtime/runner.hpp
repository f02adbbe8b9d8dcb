#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "component/stage.hpp"
#include "plan/plan.hpp"
#include "runtime/activity.hpp"
#include "runtime/commits.hpp"
#include "runtime/outlet.hpp"
#include "runtime/tally.hpp"
#include "runtime/tap.hpp"

namespace etl {

/// Where the parcels of a plan go: outlets by edge (of those that are not fused) and by target.
struct Outlets {
    std::vector<std::unique_ptr<Outlet>> of_edge;
    std::vector<std::unique_ptr<Outlet>> of_target;
};

/// What the runners of a chain share.
struct RunnerContext {
    const Plan& plan;
    const FusedChain& chain;
    const TallyLayout& layout;
    const Outlets& outlets;
    const std::vector<std::unique_ptr<Encoder>>& encoders;  // by node
    const Commits& commits;
    RunContext& run;
    Activity& activity;
    Tap* tap = nullptr;
};

/// For calls that may not emit.
class NoEmitter final : public Emitter {
  public:
    bool push(Batch&& batch, std::uint32_t port) override;
};

/// The state of one worker in a fused chain: a slot for each node, and what travels between them. One thread at a time;
/// which one does not matter.
class Runner {
  public:
    explicit Runner(RunnerContext context);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Takes the parcel through the chain. Its number comes out of every outlet once, in parts, whatever is left of it.
    void run(Parcel& parcel, Waiter* waiter);
    /// The same for a parcel that nobody wants, or that has failed in run().
    void skip(Parcel& parcel, Waiter* waiter);
    /// Of an ordered chain, whose head gets its batches in order and a part at a time.
    void run_ordered(Parcel& parcel);
    /// Of an emitting chain.
    void finish_head(Driver& driver);

    /// The slot of a node in the chain.
    Slot& slot(std::uint32_t node);
    /// What a slot has counted outside of run(): adds it to `tally`.
    void take_counts(std::uint32_t node, Tally& tally);

  private:
    class NodeState;
    struct Exit;
    struct OutletState;

    NodeState& state(std::uint32_t node);
    void connect(NodeState& from);
    bool emit(NodeState& from, Batch&& batch, std::uint32_t port);
    bool is_forbidden(std::uint32_t edge) const;
    void hold_back(std::uint32_t edge, std::uint32_t rows);
    void send(NodeState& from, Exit& exit, Batch&& batch);
    void deliver(NodeState& from, Exit& exit, Batch&& batch);
    void enter(NodeState& node, std::uint32_t input, Batch&& batch);
    void encode(NodeState& node, Batch&& batch);
    bool drop_known(NodeState& node, std::uint32_t input, const Batch& batch);
    void keep(NodeState& node, std::uint32_t input, Batch&& batch);
    void process(NodeState& node, std::uint32_t input, Batch&& batch);
    void merge_collected();
    void decode(NodeState& node, Block&& block);
    void hold(OutletState& outlet, ParcelPtr parcel);
    void pass_on_emptied(NodeState& head);
    void push(const OutletState& outlet, ParcelPtr parcel);
    void send_rest();
    void drop_collected();
    void settle_counts();
    void take_rejects(Batch& batch);
    ParcelPtr make_parcel(const Sequence& sequence) const;

    RunnerContext context_;
    bool renumbers_;  // what is pushed leaves at once, each batch under a number of its own
    std::vector<std::unique_ptr<NodeState>> nodes_;
    std::vector<std::unique_ptr<OutletState>> outlets_;
    Tally tally_;
    TicketRef ticket_;   // of what is run now
    Sequence sequence_;  // the same
    Waiter* waiter_ = nullptr;
    Driver* emitting_ = nullptr;  // while the head finishes
    std::uint64_t tickets_ = 0;   // taken by it
};

}  // namespace etl
