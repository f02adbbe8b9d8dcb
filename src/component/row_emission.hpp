#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "component/radix_sort.hpp"
#include "component/row_reader.hpp"
#include "component/stage.hpp"

namespace etl {

/// Whether the run was cancelled: long loops of blocking stages look at it and return.
inline bool is_cancelled(const RunContext& run) {
    return run.cancelled != nullptr && run.cancelled->load(std::memory_order_relaxed);
}

/// Sends what a blocking stage has made on as batches of a new lane, numbered from 0. One a finish().
class BatchSeries {
  public:
    BatchSeries(RunContext& run, Emitter& out) : run_(&run), out_(&out) {}

    /// The most rows of a batch.
    std::uint32_t most_rows() const;
    /// Numbers the batch and pushes it. False: no more is wanted, or the run was cancelled.
    bool push(Batch&& batch);
    RunContext& run() const { return *run_; }

  private:
    RunContext* run_;
    Emitter* out_;
    std::uint64_t next_ = 0;
};

/// Sends copies of stored rows on in the order in which they come, in batches as those of emit_rows.
class RowGatherer {
  public:
    /// Both must outlive it.
    RowGatherer(const RowReader& reader, BatchSeries& series)
        : reader_(reader), series_(series), arena_(series.run().memory) {}

    /// row: of a StoredRow; may go then. False: no more is wanted.
    bool add(std::string_view row);
    /// The last batch.
    void finish();

  private:
    bool flush();
    const RowReader& reader_;
    BatchSeries& series_;
    Arena arena_;
    std::vector<char> bytes_;
    std::vector<std::size_t> begins_;
    std::vector<const char*> rows_;
    std::size_t rows_bytes_ = 0;
};

/// Where the addresses of rows are that go with SortItems: the value itself, or where it points to.
enum class RowAddress : std::uint8_t { value, pointed };

/// Sends stored rows on in the order of the items, about 256 KiB of them at a time.
void emit_rows(const RowReader& reader, std::span<const SortItem> items, RowAddress address, BatchSeries& series);

}  // namespace etl
