#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace etl {

/// Which targets of a plan commit on the way, or keep positions of which sources, and what they hold of them. A target
/// that does has a bit.
class Commits {
  public:
    explicit Commits(const Plan& plan);
    /// Throws Error where the plan has more of these targets than there are bits.
    void check() const;

    bool empty() const { return targets_.empty(); }
    /// Nodes, by bit.
    const std::vector<std::uint32_t>& targets() const { return targets_; }
    /// Bits of the targets that rows of a node may come to.
    std::uint64_t behind(std::uint32_t node) const { return behind_[node]; }
    /// A source whose rows stream to such a target, or that is incremental: it pauses while they commit.
    bool is_source(std::uint32_t node) const { return is_source_[node]; }
    /// Some of these sources are incremental; without one the next run reads everything again.
    bool has_positions() const { return has_positions_; }
    /// While the sources pause no row is on its way to the targets: no stage that must see all rows first, no spool and
    /// no union that waits. So a run may commit on its way.
    bool on_the_way() const { return on_the_way_; }
    /// All targets keep positions and take a part of a run, those of rejects apart: one that is stopped may keep what
    /// it has read.
    bool all() const { return all_; }

    void hold(std::uint32_t bit, std::vector<StoredPosition> positions) { held_[bit] = std::move(positions); }
    /// What the targets hold of a source and shard, by bit, for Source::open.
    std::vector<std::string> positions(std::uint32_t node, const std::string& shard) const;
    /// The text that the target holds; empty: none.
    std::string held(std::uint32_t bit, const std::string& source, const std::string& shard) const;
    /// Bytes of that run's rejects that belong to rows which all targets hold.
    std::uint64_t rejects_bytes(const std::string& run) const;

  private:
    void mark(const Plan& plan, std::uint32_t target);
    void follow(const Plan& plan, std::uint32_t node, bool& streams);

    std::vector<std::uint32_t> targets_;
    std::vector<std::uint64_t> behind_;
    std::vector<bool> is_source_;
    std::vector<std::string> names_;  // of sources, by node
    std::vector<std::vector<StoredPosition>> held_;
    bool has_positions_ = false;
    bool on_the_way_ = true;
    bool all_ = true;
};

}  // namespace etl
