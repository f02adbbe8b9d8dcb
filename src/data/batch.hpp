#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/source_text.hpp"
#include "data/column.hpp"
#include "data/schema.hpp"

namespace etl {

/// The place of a batch in the order of its lane. One number may come in parts, of which one is the last.
struct Sequence {
    std::uint32_t lane = 0;
    std::uint64_t number = 0;
    std::uint32_t part = 0;
    bool last = true;
};

/// The source in the origin of rows that a stage made of many: nobody can say where they were read.
inline constexpr std::uint32_t kNoSource = 0xFF;

/// Where a batch's first row was read. Files are numbered by the source.
struct Origin {
    std::uint32_t source = 0;
    std::uint32_t file = 0;
    std::uint64_t record = 0;  // from 0, in the file or result set
    std::uint64_t line = 1;    // from 1; 0 where there are no lines
    std::uint64_t byte = 0;
    friend bool operator==(const Origin&, const Origin&) = default;
};

/// Where one row was read.
struct RowOrigin {
    std::uint32_t source = 0;
    std::uint32_t file = 0;
    std::uint64_t line = 0;  // or the record's number from 1, where there are no lines
};

/// A RowOrigin in 8 bytes: source 8 bits, file 20, line 36.
constexpr std::uint64_t pack_origin(RowOrigin origin) {
    return (std::uint64_t{origin.source & 0xFF} << 56) | (std::uint64_t{origin.file & 0xFFFFF} << 36) |
           (origin.line & 0xFFFFFFFFFULL);
}
constexpr RowOrigin unpack_origin(std::uint64_t packed) {
    return {static_cast<std::uint32_t>(packed >> 56), static_cast<std::uint32_t>((packed >> 36) & 0xFFFFF),
            packed & 0xFFFFFFFFFULL};
}

/// How a Reject holds its row.
enum class RowForm : std::uint8_t {
    record,      // as it was read
    columns,     // as JSON, the columns that it had where it was refused
    incomplete,  // something is masked or missing
};

/// A row that was refused, and why.
struct Reject {
    std::uint32_t stage = 0;  // plan node
    SourceSpan span;          // what refused it, in the .etl file
    std::string column;
    std::string value;  // masked where the column is private
    std::string reason;
    RowOrigin origin;
    std::uint32_t record_number = 0;  // of the row in its batch
    std::string row;
    RowForm form = RowForm::incomplete;
};

/// Rows on their way: columnar, with their order, their origin and what was refused of them so far.
struct Batch {
    const Schema* schema = nullptr;  // the plan keeps it alive
    std::vector<Column> columns;     // one a field of the schema
    std::uint32_t rows = 0;
    Selection selected;
    Sequence sequence;
    Origin origin;
    const RecordIndex* records =
        nullptr;  // where raw columns lie: the source's block, or one that a blocking stage made
    const std::uint32_t* record_of = nullptr;    // row -> record of `records`, or where there are none row of the batch
                                                 // that a join made this one of; nullptr: the row's own number
    const std::uint64_t* row_origins = nullptr;  // packed, by row; set behind a blocking stage, where `records` and
                                                 // `origin` do not tell where a row was read
    const std::uint64_t* siblings = nullptr;  // bitmap by row: joins made several rows of its record, of which one may
                                              // be refused and another not; nullptr: of none
    std::vector<Reject> rejects;
    std::vector<BufferRef> keep;

    /// A row of its own in `records`.
    bool is_record(std::uint32_t row) const {
        return records != nullptr && row_origins == nullptr &&
               (siblings == nullptr || (siblings[row >> 6] >> (row & 63) & 1) == 0);
    }
    std::uint32_t record_number(std::uint32_t row) const { return record_of == nullptr ? row : record_of[row]; }
    /// For rejects and meta.line: from row_origins, else by counting the lines of the block up to the row's record, on
    /// from where the last call came to. Line 0 where there is no source. One thread at a time.
    RowOrigin origin_of(std::uint32_t row) const;
    /// The bytes of the row as it was read; without `records`, with row_origins or beside siblings its columns as a
    /// JSON object. Private ones are masked.
    std::string row_text(std::uint32_t row) const;
    /// The same for a reject, and what it is.
    void keep_row(std::uint32_t row, Reject& reject) const;

    /// Lines counted so far, from the first record of the block that begins at `origin`.
    struct CountedLines {
        const char* block = nullptr;
        Origin origin;
        const char* up_to = nullptr;
        std::uint64_t line = 0;
    };
    mutable CountedLines counted_lines;
};

}  // namespace etl
