#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.hpp"

namespace etl {

/// Rows counted, one number a place: see TallyLayout.
using Tally = std::vector<std::uint64_t>;

/// What the runtime counts of a node itself, or takes over from its slots.
enum class NodeCount : std::uint8_t { made, filtered, merged, cut, rejected, written };
inline constexpr std::uint32_t kNodeCounts = 6;

/// Where a tally keeps which number: rows into each edge's reader, rows out of each port, the counts and warnings of
/// each node.
class TallyLayout {
  public:
    explicit TallyLayout(const Plan& plan);

    std::size_t size() const { return size_; }
    std::uint32_t edge_in(std::uint32_t edge) const { return edge; }
    std::uint32_t port_out(std::uint32_t node, std::uint32_t port) const { return ports_[node] + port; }
    std::uint32_t of_node(std::uint32_t node, NodeCount count) const {
        return nodes_ + node * kNodeCounts + static_cast<std::uint32_t>(count);
    }
    std::uint32_t warning(std::uint32_t node, std::size_t place) const {
        return warnings_[node] + static_cast<std::uint32_t>(place);
    }
    std::size_t warnings(std::uint32_t node) const { return warnings_[node + 1] - warnings_[node]; }

  private:
    std::vector<std::uint32_t> ports_;
    std::uint32_t nodes_ = 0;
    std::vector<std::uint32_t> warnings_;  // by node, and the end
    std::size_t size_ = 0;
};

/// Adds what a slot has counted since `seen` and sets `seen` to it.
void add_slot_counts(const TallyLayout& layout, std::uint32_t node, const StageCounts& now, StageCounts& seen,
                     Tally& tally);

}  // namespace etl
