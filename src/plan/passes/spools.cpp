#include <algorithm>

#include "plan/passes/passes.hpp"

namespace etl {

namespace {

/// Finds who waits for whom. A driver (a source, a blocking node that emits, a spool) fills bounded channels, so it is
/// held up until whatever its batches wait for has ended: a probe waits for the join's build side, an input of a union
/// in turn for the inputs before it. Where a driver would wait for itself, the edge is spooled: then the driver goes
/// on, and the spool waits in its place.
class SpoolPass {
  public:
    explicit SpoolPass(Plan& plan) : plan_(plan), drivers_(plan.nodes.size()), streams_(plan.nodes.size()) {}

    void add_source(std::uint32_t number) {
        drivers_[number] = {add_driver(DriverKind::source, number, 0)};
        streams_[number] = next_stream_++;
        if (plan_.nodes[number].bound.is_rejects) rejects_.push_back(drivers_[number][0]);
    }

    /// What refuses rows may not wait for those who read the rejects.
    void order_rejects() {
        for (const std::uint32_t reader : rejects_)
            for (std::uint32_t other = 0; other < plan_.drivers.size(); ++other)
                if (std::find(rejects_.begin(), rejects_.end(), other) == rejects_.end()) wait(reader, other);
    }

    void visit(std::uint32_t number) {
        PlanNode& node = plan_.nodes[number];
        std::vector<std::uint32_t> streaming, awaited;
        for (const std::uint32_t feed : node.feeds) {
            PlanEdge& edge = plan_.edges[feed];
            edge.drivers = drivers_[edge.from.node];
            edge.stream = streams_[edge.from.node];
            if (node.kind(edge.input) == StageKind::blocking)
                awaited.insert(awaited.end(), edge.drivers.begin(), edge.drivers.end());
            else
                streaming.push_back(feed);
        }
        if (streaming.empty()) return add_finish(number, awaited);
        if (streaming.size() > 1) merge(node, streaming);
        for (const std::uint32_t feed : streaming) hold_back(feed, awaited);
        settle(number, streaming);
    }

  private:
    std::uint32_t add_driver(DriverKind kind, std::uint32_t node, std::uint32_t edge) {
        plan_.drivers.push_back({kind, node, edge, {}});
        return static_cast<std::uint32_t>(plan_.drivers.size()) - 1;
    }

    bool reaches(std::uint32_t from, std::uint32_t to) const {
        if (from == to) return true;
        const auto& next = plan_.drivers[from].ends_after;
        return std::any_of(next.begin(), next.end(), [&](std::uint32_t driver) { return reaches(driver, to); });
    }

    void wait(std::uint32_t driver, std::uint32_t other) {
        auto& others = plan_.drivers[driver].ends_after;
        if (std::find(others.begin(), others.end(), other) == others.end()) others.push_back(other);
    }

    /// Readers of the rejects wait for every driver but for those that wait for them.
    void added(std::uint32_t driver) {
        for (const std::uint32_t reader : rejects_)
            if (!reaches(driver, reader)) wait(reader, driver);
    }

    void add_finish(std::uint32_t number, const std::vector<std::uint32_t>& awaited) {
        const std::uint32_t driver = add_driver(DriverKind::finish, number, 0);
        for (const std::uint32_t other : awaited) wait(driver, other);
        added(driver);
        drivers_[number] = {driver};
        streams_[number] = next_stream_++;
    }

    void spool(std::uint32_t feed) {
        PlanEdge& edge = plan_.edges[feed];
        if (edge.spooled) return;
        edge.spooled = true;
        const std::uint32_t driver = add_driver(DriverKind::spool, 0, feed);
        for (const std::uint32_t other : edge.drivers) wait(driver, other);
        edge.drivers = {driver};
        added(driver);
    }

    /// The edge's batches come through only when `awaited` have ended.
    void hold_back(std::uint32_t feed, const std::vector<std::uint32_t>& awaited) {
        const auto waits_for_itself = [&](std::uint32_t driver) {
            return std::any_of(awaited.begin(), awaited.end(),
                               [&](std::uint32_t other) { return reaches(other, driver); });
        };
        const auto& drivers = plan_.edges[feed].drivers;
        if (std::any_of(drivers.begin(), drivers.end(), waits_for_itself)) spool(feed);
        for (const std::uint32_t driver : plan_.edges[feed].drivers)
            for (const std::uint32_t other : awaited) wait(driver, other);
    }

    void merge(PlanNode& node, const std::vector<std::uint32_t>& streaming) {
        const PlanEdge& first = plan_.edges[streaming[0]];
        const auto alike = [&](auto&& same) {
            return std::all_of(streaming.begin(), streaming.end(),
                               [&](std::uint32_t feed) { return same(plan_.edges[feed]); });
        };
        const bool branches = alike([&](const PlanEdge& edge) { return edge.stream == first.stream; });
        const bool together = alike([&](const PlanEdge& edge) { return edge.drivers == first.drivers; });
        if (branches && together) {
            node.merge = MergeOrder::by_number;
            return;
        }
        node.merge = MergeOrder::in_turn;
        std::vector<std::uint32_t> before = first.drivers;
        for (std::size_t i = 1; i < streaming.size(); ++i) {
            hold_back(streaming[i], before);
            const auto& drivers = plan_.edges[streaming[i]].drivers;
            before.insert(before.end(), drivers.begin(), drivers.end());
        }
    }

    void settle(std::uint32_t number, const std::vector<std::uint32_t>& streaming) {
        const PlanNode& node = plan_.nodes[number];
        for (const std::uint32_t feed : streaming)
            for (const std::uint32_t driver : plan_.edges[feed].drivers)
                if (std::find(drivers_[number].begin(), drivers_[number].end(), driver) == drivers_[number].end())
                    drivers_[number].push_back(driver);
        const PlanEdge& first = plan_.edges[streaming[0]];
        streams_[number] = node.renumbers() ? next_stream_++ : first.stream;
    }

    Plan& plan_;
    std::vector<std::vector<std::uint32_t>> drivers_;  // by node, of its outputs
    std::vector<std::uint32_t> streams_;               // by node
    std::vector<std::uint32_t> rejects_;               // drivers that give out the run's rejects
    std::uint32_t next_stream_ = 0;
};

}  // namespace

void place_spools(Plan& plan, const std::vector<std::uint32_t>& order) {
    SpoolPass pass(plan);
    for (const std::uint32_t number : order)
        if (plan.nodes[number].bound.kind == NodeKind::source) pass.add_source(number);
    pass.order_rejects();
    for (const std::uint32_t number : order)
        if (plan.nodes[number].bound.kind != NodeKind::source) pass.visit(number);
}

}  // namespace etl
