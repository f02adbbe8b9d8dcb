#include "runtime/commits.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostTargets = 64;

bool has_streaming_input(const PlanNode& node) {
    for (std::uint32_t input = 0; input < node.feeds.size(); ++input)
        if (node.kind(input) != StageKind::blocking) return true;
    return false;
}

}  // namespace

Commits::Commits(const Plan& plan)
    : behind_(plan.nodes.size()), is_source_(plan.nodes.size()), names_(plan.nodes.size()) {
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        const BoundNode& bound = plan.nodes[number].bound;
        if (bound.kind != NodeKind::target || bound.is_rejects) continue;
        // The rows of a key come in one run: the next one would take those away that this one had read.
        if (!bound.sink.commits || bound.sink.mode == WriteMode::replace_keys) all_ = false;
        if (bound.sink.commits) mark(plan, number);
    }
    held_.resize(targets_.size());
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        const BoundNode& bound = plan.nodes[number].bound;
        if (bound.kind != NodeKind::source || bound.is_rejects || behind_[number] == 0) continue;
        const bool incremental = bound.source.incremental.is_set();
        bool streams = false;
        follow(plan, number, streams);
        is_source_[number] = incremental || streams;
        if (incremental) names_[number] = bound.source.name;
        has_positions_ = has_positions_ || incremental;
    }
}

void Commits::check() const {
    if (targets_.size() > kMostTargets)
        throw Error("E535", "more than 64 targets of incremental sources in one pipeline");
}

void Commits::mark(const Plan& plan, std::uint32_t target) {
    const std::uint64_t bit = targets_.size() < kMostTargets ? std::uint64_t{1} << targets_.size() : 0;
    targets_.push_back(target);
    std::vector<std::uint32_t> next{target};
    while (!next.empty()) {
        const std::uint32_t node = next.back();
        next.pop_back();
        if ((behind_[node] & bit) != 0) continue;
        behind_[node] |= bit;
        for (const NodePort& input : plan.nodes[node].bound.inputs) next.push_back(input.node);
    }
}

/// To all targets that keep positions, or commit on the way: whether rows stream there, and what keeps some of them
/// back while the source pauses.
void Commits::follow(const Plan& plan, std::uint32_t node, bool& streams) {
    for (const std::uint32_t number : plan.nodes[node].readers) {
        const PlanEdge& edge = plan.edges[number];
        const PlanNode& to = plan.nodes[edge.to];
        if (behind_[edge.to] == 0) continue;
        streams = streams || to.bound.kind == NodeKind::target;
        const bool blocks = to.kind(edge.input) == StageKind::blocking;
        if (edge.spooled || to.merge == MergeOrder::in_turn || (blocks && !has_streaming_input(to)))
            on_the_way_ = false;
        if (!blocks) follow(plan, edge.to, streams);
    }
}

std::string Commits::held(std::uint32_t bit, const std::string& source, const std::string& shard) const {
    for (const StoredPosition& position : held_[bit])
        if (position.source == source && position.shard == shard) return position.text;
    return {};
}

std::vector<std::string> Commits::positions(std::uint32_t node, const std::string& shard) const {
    std::vector<std::string> texts(targets_.size());
    std::size_t reader = 0;
    for (std::uint32_t bit = 0; bit < targets_.size(); ++bit) {
        if ((behind_[node] >> bit & 1) == 0) continue;
        texts[bit] = held(bit, names_[node], shard);
        reader = bit;
    }
    // One that does not read the source must not hold it back.
    for (std::uint32_t bit = 0; bit < targets_.size(); ++bit)
        if ((behind_[node] >> bit & 1) == 0) texts[bit] = texts[reader];
    return texts;
}

std::uint64_t Commits::rejects_bytes(const std::string& run) const {
    std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
    for (const auto& positions : held_) {
        std::uint64_t of_target = 0;
        for (const StoredPosition& position : positions)
            if (position.run == run) of_target = std::max(of_target, position.rejects_bytes);
        bytes = std::min(bytes, of_target);
    }
    return held_.empty() ? 0 : bytes;
}

}  // namespace etl
