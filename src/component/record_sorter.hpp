#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "component/record_runs.hpp"

namespace etl {

/// Brings records, each a key and a value, into the order of the keys' bytes. What the run has no memory for goes to
/// disk. One thread at a time.
class RecordSorter {
  public:
    /// run must outlive it. stage: as of StageMemory.
    RecordSorter(const RunContext& run, const std::string& stage);

    void add(std::string_view key, std::string_view value);
    /// No more is added.
    void finish();
    /// False: that was the last one.
    bool next();
    /// As of RunMerge.
    std::string_view key() const;
    std::string_view value() const;

  private:
    struct Item {
        std::uint64_t prefix;
        const char* record;
    };
    char* take_room(std::size_t bytes);
    Item* items() const { return reinterpret_cast<Item*>(items_.data()); }
    void sort_items();
    void spill();

    const RunContext& run_;
    StageMemory memory_;
    GrowingBytes items_;
    std::size_t count_ = 0;
    std::vector<StagePage> pages_;
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::shared_ptr<SpillFile> file_;
    std::vector<RecordRun> runs_;
    std::unique_ptr<RunMerge> merge_;
    std::size_t next_ = 0;
};

}  // namespace etl
