#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "component/key_table.hpp"
#include "component/record_runs.hpp"
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

    /// Starts a group without rows.
    void init(char* payload) const;
    /// Puts another group into one.
    void merge(char* into, const char* from, Arena& arena) const;
    /// Appends a group as bytes that mean the same anywhere.
    void save(const char* payload, std::string& saved) const;
    /// Makes a group of them; it may point into them and into the arena.
    void load(char* payload, std::string_view saved, Arena& arena) const;
    static std::uint64_t& first_seen(char* payload) { return *reinterpret_cast<std::uint64_t*>(payload); }

  private:
    std::vector<BoundAggregate> aggregates_;
    std::vector<std::uint32_t> offsets_;
    std::uint32_t payload_bytes_ = 0;
};

/// The groups that one worker has seen, or all of them. Where the run has no memory for more, they are written out as
/// a run of records, in the order of their hashed keys, and begun anew.
class GroupState {
  public:
    /// layout and run must outlive it. key_bytes: as of KeyTable.
    GroupState(const GroupLayout& layout, std::uint32_t key_bytes, const RunContext& run, std::string label);

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
    /// Adds groups that were saved, whose keys are new; the bytes must live on. keys: of each.
    void add_saved(const KeyBatch& keys, const std::vector<std::string_view>& saved);
    /// Whether the run has no memory to merge another in or, without one, to put the groups in order.
    bool lacks_room(const GroupState* other) const;
    /// Writes out what is still in memory.
    void spill();
    /// What was written out.
    std::vector<RecordRun>& runs() { return runs_; }

  private:
    void start_groups(std::uint32_t first);
    void update(const std::vector<Column>& inputs, Selection rows);
    void count_arena();
    const GroupLayout* layout_;
    const RunContext* run_;
    StageMemory account_;
    KeyTable table_;
    Arena arena_;  // what states point to
    std::size_t arena_buffers_ = 0;
    std::size_t arena_bytes_ = 0;  // counted so far
    std::uint64_t greatest_order_ = 0;
    std::shared_ptr<SpillFile> file_;
    std::vector<RecordRun> runs_;
    // Of the batch under way.
    std::vector<std::uint32_t> numbers_;
    std::vector<std::uint32_t> group_of_row_;
    std::vector<std::uint64_t> order_of_row_;
};

}  // namespace etl
