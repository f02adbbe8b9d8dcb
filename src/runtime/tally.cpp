#include "runtime/tally.hpp"

#include <algorithm>

namespace etl {

TallyLayout::TallyLayout(const Plan& plan) {
    auto next = static_cast<std::uint32_t>(plan.edges.size());
    for (const PlanNode& node : plan.nodes) {
        ports_.push_back(next);
        next += static_cast<std::uint32_t>(std::max<std::size_t>(1, node.bound.outputs.size()));
    }
    nodes_ = next;
    size_ = next + plan.nodes.size() * kNodeCounts;
}

void add_slot_counts(const TallyLayout& layout, std::uint32_t node, const StageCounts& now, StageCounts& seen,
                     Tally& tally) {
    tally[layout.of_node(node, NodeCount::made)] += now.made - seen.made;
    tally[layout.of_node(node, NodeCount::filtered)] += now.filtered - seen.filtered;
    tally[layout.of_node(node, NodeCount::merged)] += now.merged - seen.merged;
    tally[layout.of_node(node, NodeCount::cut)] += now.cut - seen.cut;
    tally[layout.of_node(node, NodeCount::warned)] += now.warned - seen.warned;
    seen = now;
}

}  // namespace etl
