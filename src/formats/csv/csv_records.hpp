#pragma once

#include <cstdint>
#include <vector>

#include "component/source.hpp"
#include "data/column.hpp"
#include "formats/csv/csv_layout.hpp"
#include "formats/csv/csv_walk.hpp"

namespace etl {

/// A record that does not hold the file's columns.
struct CsvBadRecord {
    enum class Why : std::uint8_t { text_behind_quote, wrong_field_count, zero_byte, bad_encoding };
    std::uint32_t begin = 0;
    std::uint32_t end = 0;  // without the line end
    Why why = Why::wrong_field_count;
    std::uint32_t fields = 0;  // that it has
};

/// The records of a block. Empty lines (but not in files with one column) and comments are none.
struct CsvRecords {
    RecordIndex* index = nullptr;  // lives in `keep`
    BufferRef keep;
    BufferRef starts;               // may be none
    std::vector<CsvBadRecord> bad;  // in order
    /// Every field is spelled as a text is printed: quotes only and always where they are needed.
    bool plain_texts = false;
};

/// Finds the records of blocks. One thread at a time.
class CsvIndexer {
  public:
    CsvIndexer(Memory& memory, CsvMarks marks) : memory_(&memory), marks_(marks) {}
    void index(const Block& block, std::uint32_t columns, CsvRecords& records);

    // Called by walk_csv.
    void separator(std::size_t offset);
    bool record(std::size_t begin, CsvRecordShape shape);

  private:
    struct WalkedRecord {
        std::uint32_t separators;
        CsvRecordShape shape;
    };

    void take_room(std::uint32_t separators);
    void find_separators(const Block& block);
    void walk(const Block& block);
    bool is_regular(const Block& block, std::uint32_t columns) const;
    void cut_carriage_returns(const Block& block, CsvRecords& records);
    void sort_out(const Block& block, bool check_bytes, CsvRecords& records);
    RecordIndex& start_index(const Block& block, std::uint32_t columns, CsvRecords& records);

    Memory* memory_;
    CsvMarks marks_;
    BufferRef room_;  // a RecordIndex, then the separators
    CsvSeparators found_;
    std::uint32_t usual_separators_ = 0;
    std::vector<WalkedRecord> walked_;
    std::uint32_t walked_separators_ = 0;
    std::uint32_t walk_base_ = 0;
};

}  // namespace etl
