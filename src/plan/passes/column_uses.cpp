#include <algorithm>

#include "plan/passes/passes.hpp"

namespace etl {

namespace {

using Typed = std::vector<bool>;  // by column

/// A target takes a raw column as it stands if its format is the one that the source was read with; what else is
/// written needs values.
bool keeps_raw(const BoundNode& source, const BoundNode& target) {
    return source.source.format != nullptr && source.source.format == target.sink.format;
}

void merge_into(Typed& all, const Typed& more) {
    for (std::size_t i = 0; i < all.size() && i < more.size(); ++i) all[i] = all[i] || more[i];
}

class ColumnUses {
  public:
    ColumnUses(const Plan& plan, const BoundNode& source) : plan_(plan), source_(source), outputs_(plan.nodes.size()) {
        for (std::size_t i = 0; i < plan.nodes.size(); ++i)
            for (const SchemaPtr& schema : plan.nodes[i].bound.outputs) outputs_[i].emplace_back(schema->size());
    }

    /// The columns of a node's outputs, from behind: its readers must have been asked before.
    void visit(std::uint32_t number) {
        const PlanNode& node = plan_.nodes[number];
        for (const std::uint32_t feed : node.feeds) {
            const PlanEdge& edge = plan_.edges[feed];
            Typed& produced = outputs_[edge.from.node][edge.from.port];
            merge_into(produced, asked(number, edge.input, produced.size()));
        }
    }
    const Typed& of_source(std::uint32_t number) const { return outputs_[number][0]; }

  private:
    Typed asked(std::uint32_t number, std::uint32_t input, std::size_t columns) const {
        const PlanNode& node = plan_.nodes[number];
        if (node.bound.kind == NodeKind::target) {
            Typed typed(columns, !keeps_raw(source_, node.bound));
            for (const std::uint32_t column : node.bound.sink.partitions) typed[column] = true;
            return typed;
        }
        const ColumnFlow& flow = node.bound.stage.flow;
        Typed typed(columns, input >= flow.reads.size());
        if (input < flow.reads.size()) merge_into(typed, flow.reads[input]);
        if (input != 0) return typed;
        const bool kept = node.kind(0) == StageKind::blocking;
        for (std::size_t out = 0; out < flow.passes.size(); ++out) {
            const std::int32_t column = flow.passes[out];
            if (column < 0) continue;
            bool wanted = kept;
            for (const Typed& port : outputs_[number]) wanted = wanted || (out < port.size() && port[out]);
            if (wanted) typed[static_cast<std::size_t>(column)] = true;
        }
        return typed;
    }

    const Plan& plan_;
    const BoundNode& source_;
    std::vector<std::vector<Typed>> outputs_;  // by node, by port
};

}  // namespace

void choose_column_uses(Plan& plan, const std::vector<std::uint32_t>& order) {
    for (const std::uint32_t number : order) {
        BoundNode& source = plan.nodes[number].bound;
        if (source.kind != NodeKind::source || source.is_rejects) continue;
        ColumnUses uses(plan, source);
        std::for_each(order.rbegin(), order.rend(), [&](std::uint32_t node) { uses.visit(node); });
        source.source.uses.clear();
        for (const bool typed : uses.of_source(number))
            source.source.uses.push_back(typed ? ColumnUse::typed : ColumnUse::passed);
    }
}

}  // namespace etl
