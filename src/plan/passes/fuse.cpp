#include <algorithm>

#include "plan/passes/passes.hpp"

namespace etl {

namespace {

class FusePass {
  public:
    explicit FusePass(Plan& plan) : plan_(plan), chain_of_(plan.nodes.size()) {}

    void visit(std::uint32_t number) {
        const PlanNode& node = plan_.nodes[number];
        if (node.bound.kind == NodeKind::source) {
            chain_of_[number] = start(ChainKind::source, number, 0);
            return;
        }
        std::vector<std::uint32_t> streaming;
        for (const std::uint32_t feed : node.feeds) {
            const std::uint32_t input = plan_.edges[feed].input;
            if (node.kind(input) == StageKind::blocking)
                plan_.chains[join_chain(number, feed)].leaves.push_back({number, input});
            else
                streaming.push_back(feed);
        }
        if (streaming.empty())
            chain_of_[number] = start(ChainKind::finish, number, 0);
        else
            chain_of_[number] = place(number, streaming);
        if (!streaming.empty() && node.has_blocking_input()) chain(number).gates.push_back(number);
    }

  private:
    FusedChain& chain(std::uint32_t number) { return plan_.chains[chain_of_[number]]; }

    std::uint32_t start(ChainKind kind, std::uint32_t head, std::uint32_t edge) {
        plan_.chains.push_back({kind, head, edge, {head}, {}, {}, {}});
        return static_cast<std::uint32_t>(plan_.chains.size()) - 1;
    }

    /// One worker at a time emits behind an ordered or a blocking stage: what follows goes to workers of its own.
    bool can_fuse(const PlanEdge& edge) {
        const ChainKind kind = chain(edge.from.node).kind;
        return plan_.pipeline.settings.fuse && !edge.spooled &&
               (kind == ChainKind::source || kind == ChainKind::channel);
    }

    std::uint32_t join_chain(std::uint32_t number, std::uint32_t feed) {
        PlanEdge& edge = plan_.edges[feed];
        if (!can_fuse(edge)) return start(ChainKind::channel, number, feed);
        edge.fused = true;
        chain(edge.from.node).nodes.push_back(number);
        return chain_of_[edge.from.node];
    }

    std::uint32_t place(std::uint32_t number, const std::vector<std::uint32_t>& streaming) {
        const PlanNode& node = plan_.nodes[number];
        const PlanEdge& first = plan_.edges[streaming[0]];
        if (node.kind(first.input) == StageKind::ordered) return start(ChainKind::ordered, number, 0);
        if (node.merge == MergeOrder::none) return join_chain(number, streaming[0]);
        const bool in_one_worker = std::all_of(streaming.begin(), streaming.end(), [&](std::uint32_t feed) {
            const PlanEdge& edge = plan_.edges[feed];
            return can_fuse(edge) && chain_of_[edge.from.node] == chain_of_[first.from.node];
        });
        if (node.merge != MergeOrder::by_number || !in_one_worker) return start(ChainKind::ordered, number, 0);
        for (const std::uint32_t feed : streaming) plan_.edges[feed].fused = true;
        chain(first.from.node).nodes.push_back(number);
        return chain_of_[first.from.node];
    }

    Plan& plan_;
    std::vector<std::uint32_t> chain_of_;  // by node: the one that its outputs come from
};

}  // namespace

void fuse_chains(Plan& plan, const std::vector<std::uint32_t>& order) {
    FusePass pass(plan);
    for (const std::uint32_t number : order) pass.visit(number);
    for (FusedChain& chain : plan.chains) {
        for (const std::uint32_t node : chain.nodes)
            chain.name += (chain.name.empty() ? "" : " | ") + plan.nodes[node].bound.name;
        if (chain.kind == ChainKind::finish) chain.name += " (emitting)";
    }
}

}  // namespace etl
