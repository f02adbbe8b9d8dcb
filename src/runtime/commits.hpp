#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace etl {

/// Which targets of a plan keep positions of which sources, and what they hold of them. A target that does has a bit.
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
    /// An incremental source that such a target reads.
    bool is_source(std::uint32_t node) const { return is_source_[node]; }
    /// Rows come to the targets without a stage that must see all of them first, so that a run may commit on its way.
    bool on_the_way() const { return on_the_way_; }
    /// All targets keep positions, those of rejects apart: a run that is stopped may keep what it has read.
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
    void look_for_blocking(const Plan& plan, std::uint32_t node);

    std::vector<std::uint32_t> targets_;
    std::vector<std::uint64_t> behind_;
    std::vector<bool> is_source_;
    std::vector<std::string> names_;  // of sources, by node
    std::vector<std::vector<StoredPosition>> held_;
    bool on_the_way_ = true;
    bool all_ = true;
};

}  // namespace etl
