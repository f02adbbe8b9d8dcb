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
    next += static_cast<std::uint32_t>(plan.nodes.size() * kNodeCounts);
    for (const PlanNode& node : plan.nodes) {
        warnings_.push_back(next);
        if (node.bound.stage.op != nullptr) next += static_cast<std::uint32_t>(node.bound.stage.op->warnings().size());
    }
    warnings_.push_back(next);
    size_ = next;
}

void add_slot_counts(const TallyLayout& layout, std::uint32_t node, const StageCounts& now, StageCounts& seen,
                     Tally& tally) {
    tally[layout.of_node(node, NodeCount::made)] += now.made - seen.made;
    tally[layout.of_node(node, NodeCount::filtered)] += now.filtered - seen.filtered;
    tally[layout.of_node(node, NodeCount::merged)] += now.merged - seen.merged;
    tally[layout.of_node(node, NodeCount::cut)] += now.cut - seen.cut;
    seen.warned.resize(now.warned.size());
    for (std::size_t i = 0; i < now.warned.size(); ++i)
        tally[layout.warning(node, i)] += now.warned[i] - seen.warned[i];
    seen = now;
}

}  // namespace etl
