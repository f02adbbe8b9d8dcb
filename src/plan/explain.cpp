#include "plan/plan.hpp"

namespace etl {

namespace {

const char* describe(ChainKind kind) {
    switch (kind) {
        case ChainKind::source: return "reads blocks, any number of workers";
        case ChainKind::channel: return "takes batches from a channel, any number of workers";
        case ChainKind::ordered: return "takes batches in order, one worker";
        case ChainKind::finish: return "emits what it has seen, one worker";
    }
    return "";
}

std::string columns_line(const BoundNode& source) {
    std::string out;
    const Schema& schema = *source.outputs[0];
    for (std::uint32_t i = 0; i < schema.size(); ++i) {
        const bool passed = i < source.source.uses.size() && source.source.uses[i] == ColumnUse::passed;
        out += (i == 0 ? "" : ", ") + schema.fields[i].name + ": " + to_string(schema.fields[i].type) +
               (passed ? " (passed on)" : "");
    }
    return out;
}

std::string chain_text(const Plan& plan, std::size_t number) {
    const FusedChain& chain = plan.chains[number];
    std::string out = std::to_string(number + 1) + ". " + chain.name + "\n   " + describe(chain.kind) + "\n";
    const BoundNode& head = plan.nodes[chain.head].bound;
    if (chain.kind == ChainKind::source) out += "   columns: " + columns_line(head) + "\n";
    for (const std::uint32_t gate : chain.gates)
        out += "   begins when the other side of `" + plan.nodes[gate].bound.name + "` is complete\n";
    for (const BlockingInput& leaf : chain.leaves)
        out += "   ends in `" + plan.nodes[leaf.node].bound.name + "`, which sees everything before it goes on\n";
    return out;
}

}  // namespace

std::string explain(const Plan& plan) {
    std::string out;
    for (std::size_t number = 0; number < plan.chains.size(); ++number) out += chain_text(plan, number);
    for (const PlanEdge& edge : plan.edges) {
        if (edge.fused) continue;
        out += "`" + plan.nodes[edge.from.node].bound.name + "` to `" + plan.nodes[edge.to].bound.name +
               "`: " + (edge.spooled ? "kept until it is wanted" : "a channel") + "\n";
    }
    return out;
}

}  // namespace etl
