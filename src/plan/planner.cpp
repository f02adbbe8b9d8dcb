#include <algorithm>

#include "base/error.hpp"
#include "plan/passes/passes.hpp"
#include "plan/plan.hpp"

namespace etl {

StageKind PlanNode::kind(std::uint32_t input) const {
    return bound.kind == NodeKind::stage ? bound.stage.op->kind(input) : StageKind::row_wise;
}

bool PlanNode::has_blocking_input() const {
    for (std::uint32_t input = 0; input < feeds.size(); ++input)
        if (kind(input) == StageKind::blocking) return true;
    return false;
}

bool PlanNode::renumbers() const {
    if (merge == MergeOrder::in_turn) return true;
    for (std::uint32_t input = 0; input < feeds.size(); ++input)
        if (kind(input) == StageKind::row_wise) return false;
    return bound.kind == NodeKind::stage;
}

std::vector<std::uint32_t> topological_order(const Plan& plan) {
    std::vector<std::uint32_t> order;
    std::vector<bool> placed(plan.nodes.size());
    std::size_t count = 0;
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        placed[number] = plan.nodes[number].bound.is_left_out;
        if (!placed[number]) ++count;
    }
    while (order.size() < count) {
        const std::size_t before = order.size();
        for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
            const auto& feeds = plan.nodes[number].feeds;
            if (placed[number] || !std::all_of(feeds.begin(), feeds.end(),
                                               [&](std::uint32_t feed) { return placed[plan.edges[feed].from.node]; }))
                continue;
            placed[number] = true;
            order.push_back(number);
        }
        if (order.size() == before) throw Error("E511", "the stages of the pipeline feed themselves");
    }
    return order;
}

namespace {

/// A target of the `rejects` setting has no input in the pipeline: one that gives out the rejects is put before it.
void feed_rejects_targets(std::vector<BoundNode>& nodes) {
    const std::size_t count = nodes.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (!nodes[i].is_rejects || nodes[i].kind != NodeKind::target || !nodes[i].inputs.empty()) continue;
        nodes[i].inputs = {{static_cast<std::uint32_t>(nodes.size()), 0}};
        BoundNode rejects;
        rejects.kind = NodeKind::source;
        rejects.name = "rejects";
        rejects.span = nodes[i].span;
        rejects.outputs = {rejects_schema()};
        rejects.is_rejects = true;
        nodes.push_back(std::move(rejects));
    }
}

void connect(Plan& plan) {
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        const auto& inputs = plan.nodes[number].bound.inputs;
        for (std::uint32_t input = 0; input < inputs.size(); ++input) {
            PlanEdge edge;
            edge.from = inputs[input];
            edge.to = number;
            edge.input = input;
            plan.nodes[number].feeds.push_back(static_cast<std::uint32_t>(plan.edges.size()));
            plan.edges.push_back(std::move(edge));
        }
    }
    for (std::uint32_t number = 0; number < plan.edges.size(); ++number)
        plan.nodes[plan.edges[number].from.node].readers.push_back(number);
    for (PlanNode& node : plan.nodes)
        std::stable_sort(node.readers.begin(), node.readers.end(), [&](std::uint32_t a, std::uint32_t b) {
            return plan.edges[a].from.port < plan.edges[b].from.port;
        });
}

void make_ends(Plan& plan) {
    for (PlanNode& node : plan.nodes) {
        const BoundNode& bound = node.bound;
        if (bound.is_left_out) continue;
        if (bound.kind == NodeKind::source && !bound.is_rejects)
            node.source =
                bound.make_source ? bound.make_source(bound.source) : bound.connector->make_source(bound.source);
        if (bound.kind == NodeKind::target) node.sink = bound.connector->make_sink(bound.sink);
    }
}

}  // namespace

Plan make_plan(BoundPipeline pipeline) {
    Plan plan;
    feed_rejects_targets(pipeline.nodes);
    for (BoundNode& bound : pipeline.nodes) plan.nodes.emplace_back().bound = std::move(bound);
    pipeline.nodes.clear();
    plan.pipeline = std::move(pipeline);
    connect(plan);
    const std::vector<std::uint32_t> order = topological_order(plan);
    choose_column_uses(plan, order);
    place_spools(plan, order);
    fuse_chains(plan, order);
    make_ends(plan);
    return plan;
}

}  // namespace etl
