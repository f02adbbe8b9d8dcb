#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "component/row_layout.hpp"
#include "data/batch.hpp"

namespace etl {

/// Makes columns of stored rows.
class RowReader {
  public:
    explicit RowReader(const RowLayouts& layouts) : layouts_(&layouts) {}

    /// A batch of those rows, in that order: columns, rows, selection, records, origins; texts are copied, so that the
    /// pages may go. What it holds lives in the arena. Raw columns stay raw where all rows agree.
    void read(std::span<const char* const> rows, Arena& arena, Batch& batch) const;

    /// One flat column: row r of it is that of rows[r] for the selected ones; nullptr gives a null. All rows have one
    /// layout, in which the column is flat. Texts are views of the pages; what is not in the arena goes to `keep`.
    Column read_column(std::uint32_t column, const char* const* rows, std::uint32_t row_count, Selection selected,
                       Arena& arena, std::vector<BufferRef>& keep) const;

  private:
    void read_mixed(std::span<const char* const> rows, Arena& arena, Batch& batch) const;
    const RowLayouts* layouts_;
};

}  // namespace etl
