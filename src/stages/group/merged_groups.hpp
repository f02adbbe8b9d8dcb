#pragma once

#include <string>
#include <vector>

#include "component/record_sorter.hpp"
#include "stages/group/group_state.hpp"

namespace etl {

/// Groups that were written out, put together and in the order of their first appearance.
class MergedGroups {
  public:
    /// runs: of GroupStates. layout and run must outlive it. Throws Error E501 where one group alone is too large.
    MergedGroups(std::vector<RecordRun> runs, const GroupLayout& layout, std::uint32_t key_bytes, const RunContext& run,
                 const std::string& label);

    /// How often two groups became one.
    std::uint64_t merged() const { return merged_; }
    /// The next groups, `most` at most, numbered from 0 in their order; they live until the next call. nullptr: none is
    /// left.
    const GroupState* next(std::uint32_t most);

  private:
    void merge_runs(std::vector<RecordRun> runs);
    void merge_into(std::string_view saved);
    void add_merged();
    void check_size(const StageMemory& account) const;

    const GroupLayout& layout_;
    std::uint32_t key_bytes_;
    const RunContext& run_;
    std::string label_;
    RecordSorter sorter_;
    std::uint64_t merged_ = 0;
    // Of the group that is put together.
    Arena arena_;
    std::string key_, saved_, record_;
    std::vector<std::uint64_t> into_, from_;  // payloads
    bool loaded_ = false;
    // Of the groups given out last.
    std::unique_ptr<GroupState> groups_;
    std::vector<char> bytes_;
    std::vector<std::size_t> begins_;
};

}  // namespace etl
