#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "component/row_layout.hpp"
#include "component/stage_memory.hpp"
#include "data/batch.hpp"
#include "data/key.hpp"

namespace etl {

/// Rows that a stage keeps, one behind the other in pages of 256 KiB that hold no address and could be written out.
/// A row is known by its address. One thread at a time.
class RowPages {
  public:
    /// layouts and memory must outlive it.
    RowPages(RowLayouts& layouts, StageMemory& memory)
        : layouts_(&layouts), memory_(&memory), arena_(memory.buffers()) {}

    /// Copies rows of the batch: raw columns stay raw, the others become flat. stored[i]: the address of rows[i].
    /// keys, unless nullptr: key i is kept with rows[i].
    void append(const Batch& batch, Selection rows, const KeyBatch* keys, const char** stored);
    /// A copy of a stored row.
    const char* append_copy(const char* row);
    /// Of all rows.
    std::size_t rows_bytes() const { return rows_bytes_; }

  private:
    /// Raw columns whose fields follow each other in the record, so that their bytes are one span.
    struct RawRun {
        std::uint32_t field;  // the first one's, in the batch's RecordIndex
        std::uint32_t fields;
        char separator;  // before it, where it is not the first
    };
    char* take_row(std::uint64_t bytes);
    void measure(const Batch& batch, Selection rows, const RowLayout& layout, const KeyBatch* keys);
    void write_columns(const Batch& batch, Selection rows, const RowLayout& layout, char* const* to);
    void write_raw(const Batch& batch, Selection rows, const RowLayout& layout, char* const* to);
    void write_column(const Column& column, Selection rows, const StoredColumn& stored, char* const* to);
    RowLayouts* layouts_;
    StageMemory* memory_;
    Arena arena_;  // of flattened columns
    std::vector<StagePage> pages_;
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t rows_bytes_ = 0;
    // Of the batch under way, by row.
    std::vector<RawRun> runs_;
    std::vector<Column> columns_;
    std::vector<std::uint32_t> raw_bytes_;
    std::vector<std::uint64_t> sizes_;
    std::vector<std::uint64_t> origins_;
    std::vector<std::uint32_t> behind_;  // where the next text goes
};

/// The key that was stored with a row.
std::string_view stored_key(const RowLayouts& layouts, const char* row);

/// Where the selected rows of a batch were read, packed: origins[i] is that of rows[i].
void pack_origins(const Batch& batch, Selection rows, std::uint64_t* origins);

}  // namespace etl
