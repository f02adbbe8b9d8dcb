#include "runtime/balance.hpp"

namespace etl {

namespace {

std::uint64_t count(const Engine& engine, const Tally& totals, std::uint32_t node, NodeCount what) {
    return totals[engine.layout.of_node(node, what)];
}

/// Something that set batches going for the node was told that no more is wanted: what it still held was cut.
bool was_cut_short(const Engine& engine, std::uint32_t node) {
    for (const auto& driver : engine.drivers) {
        const PlanDriver& of = engine.plan.drivers[driver->index()];
        const bool here = (of.kind == DriverKind::finish && of.node == node) ||
                          (of.kind == DriverKind::spool && engine.plan.edges[of.edge].to == node);
        if (here && driver->was_cut()) return true;
    }
    return false;
}

/// Rows that came to an edge; a spool that was cut short has not handed all of them on.
std::uint64_t rows_into(const Engine& engine, const Tally& totals, std::uint32_t number) {
    const PlanEdge& edge = engine.plan.edges[number];
    if (edge.spooled && was_cut_short(engine, edge.to))
        return totals[engine.layout.port_out(edge.from.node, edge.from.port)];
    return totals[engine.layout.edge_in(number)];
}

std::string describe(const NodeBalance& node) {
    const auto number = [](std::uint64_t rows) { return std::to_string(rows); };
    return "in " + number(node.in) + " + made " + number(node.made) + ", but out " + number(node.out) + " + filtered " +
           number(node.filtered) + " + rejected " + number(node.rejected) + " + merged " + number(node.merged) +
           " + cut " + number(node.cut);
}

}  // namespace

std::vector<NodeBalance> balance_of(const Engine& engine) {
    const Tally totals = engine.totals();
    std::vector<NodeBalance> nodes;
    for (std::uint32_t number = 0; number < engine.plan.nodes.size(); ++number) {
        const PlanNode& node = engine.plan.nodes[number];
        NodeBalance balance;
        balance.name = node.bound.name;
        balance.kind = node.bound.kind;
        balance.made = count(engine, totals, number, NodeCount::made);
        balance.filtered = count(engine, totals, number, NodeCount::filtered);
        balance.merged = count(engine, totals, number, NodeCount::merged);
        balance.cut = count(engine, totals, number, NodeCount::cut);
        for (std::size_t i = 0; i < engine.layout.warnings(number); ++i)
            balance.warned += totals[engine.layout.warning(number, i)];
        balance.rejected = count(engine, totals, number, NodeCount::rejected);
        for (const std::uint32_t feed : node.feeds) balance.in += rows_into(engine, totals, feed);
        for (std::uint32_t port = 0; port < node.bound.outputs.size(); ++port)
            balance.out += totals[engine.layout.port_out(number, port)];
        if (node.bound.kind == NodeKind::source) balance.in = balance.out + balance.rejected;
        if (node.sink != nullptr) {
            const std::uint64_t merged = node.sink->merged_rows();
            balance.out = count(engine, totals, number, NodeCount::written) - merged;
            balance.merged += merged;
        }
        const std::uint64_t gone = balance.out + balance.filtered + balance.rejected + balance.merged + balance.cut;
        if (balance.in + balance.made > gone && was_cut_short(engine, number))
            balance.cut += balance.in + balance.made - gone;
        nodes.push_back(std::move(balance));
    }
    return nodes;
}

std::map<std::string, std::uint64_t> warnings_of(const Engine& engine) {
    const Tally totals = engine.totals();
    const auto& texts = engine.plan.pipeline.texts;
    std::map<std::string, std::uint64_t> counts;
    for (std::uint32_t number = 0; number < engine.plan.nodes.size(); ++number) {
        if (engine.layout.warnings(number) == 0) continue;
        const BoundNode& node = engine.plan.nodes[number].bound;
        std::size_t place = 0;
        for (const WarningReason& reason : node.stage.op->warnings()) {
            const std::uint64_t rows = totals[engine.layout.warning(number, place++)];
            if (rows == 0) continue;
            const bool is_written = reason.text.empty() && texts != nullptr && reason.span.file < texts->size();
            const std::string text = is_written ? std::string(texts->text(reason.span)) : reason.text;
            counts[node.name + ": " + engine.plan.pipeline.secrets.redact_data(text)] += rows;
        }
    }
    return counts;
}

std::string find_imbalance(const Engine& engine, const std::vector<NodeBalance>& nodes) {
    const Tally totals = engine.totals();
    for (std::uint32_t number = 0; number < engine.plan.edges.size(); ++number) {
        const PlanEdge& edge = engine.plan.edges[number];
        const std::uint64_t out = totals[engine.layout.port_out(edge.from.node, edge.from.port)];
        const std::uint64_t in = rows_into(engine, totals, number);
        if (in != out)
            return "`" + nodes[edge.from.node].name + "` gave out " + std::to_string(out) + " rows, but `" +
                   nodes[edge.to].name + "` took in " + std::to_string(in);
    }
    for (const NodeBalance& node : nodes)
        if (!node.closes()) return "the rows of `" + node.name + "` do not add up: " + describe(node);
    return {};
}

}  // namespace etl
