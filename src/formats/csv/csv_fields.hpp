#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.hpp"
#include "data/scan.hpp"
#include "data/text_output.hpp"

namespace etl {

/// How values are spelled in a CSV text.
struct CsvSpelling {
    CsvMarks marks;
    std::string null_text;

    /// Whether the spelling of numbers, dates and the like may need quotes.
    bool is_unusual() const;
    /// Whether a raw column's fields can be written as they stand.
    bool takes(const Column& column) const;
};

/// Writes the rows of a batch. One thread at a time.
class CsvRowWriter {
  public:
    CsvRowWriter(Memory& memory, const CsvSpelling& spelling)
        : arena_(memory), spelling_(&spelling), unusual_(spelling.is_unusual()) {}

    /// Looks at the batch's columns; raw ones that cannot be copied are unpacked.
    void prepare(const Batch& batch);
    /// Whether a row is written as its record stands in its block.
    bool copies_records() const { return copies_records_; }
    /// The selected row number i. False: a text cannot be written without quotes, `failed_column` tells which; what was
    /// written of the row is to be cut off.
    bool write(std::uint32_t i, TextOutput& out);
    std::uint32_t failed_column = 0;

    /// What prepare() took goes with the batch.
    void release(std::vector<BufferRef>& keep) { arena_.hand_over(keep); }

  private:
    enum class Kind : std::uint8_t {
        span,  // raw fields that stand side by side, as they are
        text,
        boolean,
        integer,
        floating,
        decimal,
        wide_decimal,
        date,
        timestamp,
        other,
    };
    struct Piece {
        Kind kind;
        std::uint32_t column;  // of the batch; the first
        std::uint32_t first_field = 0;
        std::uint32_t last_field = 0;
        const std::uint8_t* marked = nullptr;  // by selected row: the text needs quotes
        Column values;
    };

    void add_span(std::uint32_t column, std::uint32_t field);
    void add_values(const Batch& batch, std::uint32_t number);
    bool write_text(const Piece& piece, std::uint32_t i, std::size_t index, TextOutput& out);
    bool write_other(const Piece& piece, std::uint32_t row, TextOutput& out);
    bool write_quoted(std::string_view text, TextOutput& out) const;

    Arena arena_;
    const CsvSpelling* spelling_;
    bool unusual_;
    bool copies_records_ = false;
    const Batch* batch_ = nullptr;
    std::vector<Piece> pieces_;
    std::size_t widths_bytes_ = 0;  // of what has a greatest width, with all delimiters
    std::string scratch_;
};

}  // namespace etl
