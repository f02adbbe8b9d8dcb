#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "component/key_table.hpp"
#include "expr/evaluator.hpp"
#include "expr/function_spec.hpp"

namespace etl {

/// How a group's row lies behind its key: the order of its first appearance, then a state for each aggregate.
class GroupLayout {
  public:
    explicit GroupLayout(std::vector<BoundAggregate> aggregates);

    const std::vector<BoundAggregate>& aggregates() const { return aggregates_; }
    std::uint32_t payload_bytes() const { return payload_bytes_; }
    /// Of aggregate i, behind the payload's begin.
    std::uint32_t state_offset(std::size_t i) const { return offsets_[i]; }

  private:
    std::vector<BoundAggregate> aggregates_;
    std::vector<std::uint32_t> offsets_;
    std::uint32_t payload_bytes_ = 0;
};

/// The groups that one worker has seen, or all of them.
class GroupState {
  public:
    /// layout must outlive it. key_bytes: as of KeyTable.
    GroupState(const GroupLayout& layout, std::uint32_t key_bytes, Memory& memory, std::string label);

    const KeyTable& table() const { return table_; }
    std::uint64_t first_seen(std::uint32_t group) const { return table_.payload_as<std::uint64_t>(group); }
    /// Puts the selected rows of a batch into their groups. keys: nullptr if there is but one group. inputs: the
    /// arguments of the aggregates, one after the other, flat or constant. order: that of row 0. Returns how many
    /// groups are new.
    std::uint32_t add(const KeyBatch* keys, const std::vector<Column>& inputs, Selection rows, std::uint32_t row_count,
                      std::uint64_t order);
    /// Where there is but one group: makes it, also without a row.
    void add_only_group();
    /// Puts another's groups in, which must live on. Returns how many groups are new.
    std::uint32_t merge(const GroupState& other);

  private:
    void start_groups(std::uint32_t first);
    void update(const std::vector<Column>& inputs, Selection rows);
    void count_arena();
    const GroupLayout* layout_;
    StageMemory account_;
    KeyTable table_;
    Arena arena_;  // what states point to
    std::size_t arena_buffers_ = 0;
    std::size_t arena_bytes_ = 0;  // counted so far
    std::uint64_t greatest_order_ = 0;
    // Of the batch under way.
    std::vector<std::uint32_t> numbers_;
    std::vector<std::uint32_t> group_of_row_;
    std::vector<std::uint64_t> order_of_row_;
};

}  // namespace etl
