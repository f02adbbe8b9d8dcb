#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "component/key_table.hpp"
#include "component/record_runs.hpp"
#include "component/row_pages.hpp"

namespace etl {

/// What is known of a key of which one row is kept.
struct Choice {
    std::uint64_t first;  // order of its first appearance
    std::uint64_t best;   // order of the row that is kept
    std::uint64_t row;    // its address; odd: it is row number row / 2 of the batch under way; 0: none yet

    static std::uint64_t pending(std::uint32_t i) { return (std::uint64_t{i} << 1) | 1; }
    bool is_pending() const { return (row & 1) != 0; }
    const char* stored_row() const { return reinterpret_cast<const char*>(row); }
};

/// What a worker has seen of the rows of which one a key is kept; handed over to the operator. Where the run has no
/// memory for more, it is written out as a run of records, in the order of the hashed keys, and begun anew.
class ChoicePart {
  public:
    /// run and layouts must outlive it. key_bytes: as of KeyTable.
    ChoicePart(const RunContext& run, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts);

    KeyTable& table() { return *table_; }
    RowPages& pages() { return *pages_; }
    Choice& choice(std::uint32_t number) { return table_->payload_as<Choice>(number); }

    /// Before a batch with so many rows, and behind it: writes out what there is no memory for.
    void before(std::uint32_t rows);
    void behind();
    /// A row is kept no longer.
    void drop(const char* row) { dropped_bytes_ += reinterpret_cast<const StoredRow*>(row)->size; }
    /// Whether the run has no memory to merge another in or, without one, to put the keys in order.
    bool lacks_room(const ChoicePart* other) const;
    /// Writes out what is still in memory.
    void spill();
    std::vector<RecordRun>& runs() { return runs_; }
    void drop_table() { table_->clear(); }

  private:
    void tidy();
    const RunContext& run_;
    RowLayouts& layouts_;
    StageMemory account_;
    std::unique_ptr<KeyTable> table_;
    std::unique_ptr<RowPages> pages_;
    std::size_t dropped_bytes_ = 0;  // of rows that are kept no longer
    std::shared_ptr<SpillFile> file_;
    std::vector<RecordRun> runs_;
};

/// A choice as it was written out.
struct SavedChoice {
    explicit SavedChoice(std::string_view record);
    std::uint64_t first;
    std::uint64_t best;
    std::string_view row;  // at a multiple of 8 if the record is
};

}  // namespace etl
