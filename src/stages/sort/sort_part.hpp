#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "component/record_runs.hpp"
#include "component/row_pages.hpp"
#include "stages/sort/key_sorter.hpp"

namespace etl {

/// What a worker has seen of the rows to sort; handed over to the operator.
class SortPart {
  public:
    /// words: of an entry. layouts must outlive it.
    SortPart(const RunContext& run, const std::string& label, RowLayouts& layouts, std::uint32_t words);

    /// Keeps the selected rows of a batch; key i is that of selected row i. Writes all out as a sorted run where the
    /// run has no memory for more.
    void add(const Batch& batch, const KeyBatch& keys);
    /// Writes out what is still in memory.
    void spill();
    /// What was written out.
    std::vector<RecordRun>& runs() { return spilled_; }
    std::size_t size() const { return entry_count_; }
    std::size_t most_key_bytes() const { return most_key_bytes_; }
    /// Gives up the memory that was kept for sorting, so that the one who sorts may have it.
    void release_scratch();
    void drop_entries() { entries_->reset(); }

    /// Adds the entries of all parts, in source order, as items without a key.
    static void list(std::span<const std::unique_ptr<SortPart>> parts, SortItem* items);

  private:
    /// The entries of one batch, in its order.
    struct Run {
        std::uint64_t order;
        std::size_t first;  // entry
        std::size_t count;
    };
    static void list_runs(std::span<const SortPart* const> parts, SortItem* items);
    const KeyBatch* cut_tails(const KeyBatch& keys);
    void add_entries(const Batch& batch, const KeyBatch& keys);
    void write_run(const SortItem* items);
    std::uint64_t order_of_entry(std::size_t number) const;
    void start();

    const RunContext& run_;
    RowLayouts& layouts_;
    std::uint32_t words_;
    StageMemory account_;
    std::unique_ptr<RowPages> pages_;
    std::unique_ptr<GrowingBytes> entries_;
    std::size_t entry_count_ = 0;
    std::size_t most_key_bytes_ = 0;
    std::size_t scratch_bytes_ = 0;  // counted ahead, to sort what is kept
    std::vector<Run> batches_;
    std::shared_ptr<SpillFile> file_;
    std::vector<RecordRun> spilled_;
    // Of the batch under way.
    KeyBatch tails_;
    std::vector<const char*> stored_;
};

}  // namespace etl
