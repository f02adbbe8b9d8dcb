#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "component/key_table.hpp"
#include "component/record_runs.hpp"
#include "component/row_pages.hpp"
#include "stages/join/spilled_join_table.hpp"

namespace etl {

/// The rows that one worker has seen of a join's right side. Where the run has no memory for more, they are written out
/// as a run of JoinRecords and begun anew.
class JoinPart {
  public:
    /// run and layouts must outlive it.
    JoinPart(const RunContext& run, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts);

    struct Entry {
        const char* row;
        std::uint64_t key;  // number in the table
    };
    struct Run {
        std::uint64_t order;
        std::size_t first, count;  // entries
    };
    /// Keeps rows of a batch. values, unless nullptr: stored with them.
    void add(const Batch& batch, Selection rows, const KeyBatch& keys, const KeyBatch* values);
    /// Writes out what is still in memory.
    void spill();
    std::vector<RecordRun>& runs() { return spilled_; }
    /// Gives up the memory that was kept for making a table of all parts.
    void release_scratch();

    KeyTable& table() { return *table_; }  // of the first part in the end: the others' are put into it
    const Entry* entry(std::size_t number) const { return reinterpret_cast<const Entry*>(entries_->data()) + number; }
    std::size_t size() const { return entry_count_; }
    const std::vector<Run>& batches() const { return batches_; }
    void drop_entries() { entries_->reset(); }

  private:
    void start();
    std::vector<std::uint32_t> hashes_of_keys();
    const RunContext& run_;
    RowLayouts& layouts_;
    std::uint32_t key_bytes_;
    StageMemory account_;
    std::unique_ptr<KeyTable> table_;
    std::unique_ptr<RowPages> pages_;
    std::unique_ptr<GrowingBytes> entries_;
    std::size_t entry_count_ = 0;
    std::size_t scratch_bytes_ = 0;
    std::vector<Run> batches_;  // in the order in which they came
    std::shared_ptr<SpillFile> file_;
    std::vector<RecordRun> spilled_;
    std::vector<std::uint32_t> numbers_;
    std::vector<const char*> stored_;
};

using JoinParts = std::vector<std::unique_ptr<JoinPart>>;

/// Whether a table of all parts fits into memory. False: they have written out all that they had.
bool fit_into_memory(JoinParts& parts, Memory& memory);

/// The right side of a join, by key. Built once; read by any number of workers then.
class JoinTable {
  public:
    /// parts: of all workers. layouts and memory must outlive it.
    JoinTable(JoinParts parts, MatchOrder order, const RowLayouts& layouts, Memory& memory, const std::string& label);

    /// By key: KeyTable::kNone, or what matches() takes.
    void find(const KeyBatch& keys, std::uint32_t* numbers) const;
    std::span<const char* const> matches(std::uint32_t number) const {
        if (number == KeyTable::kNone) return {};
        if (is_unique_) return {rows() + number, 1};
        return {rows() + begins()[number], begins()[number + 1] - begins()[number]};
    }

  private:
    void place_rows(const std::vector<std::vector<std::uint32_t>>& numbers);
    void order_matches(MatchOrder order, const RowLayouts& layouts);
    const char** rows() const { return reinterpret_cast<const char**>(rows_.data()); }
    std::uint64_t* begins() const { return reinterpret_cast<std::uint64_t*>(begins_.data()); }
    JoinParts parts_;  // the first one's table holds all keys
    StageMemory account_;
    GrowingBytes begins_;  // by key, where its rows begin; not kept for a unique table
    GrowingBytes rows_;
    bool is_unique_ = true;
};

}  // namespace etl
