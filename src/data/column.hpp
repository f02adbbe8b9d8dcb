#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "data/data_type.hpp"
#include "data/memory.hpp"

namespace etl {

/// A text value: 16 bytes, never inline. The bytes behind data are valid UTF-8 and outlive the batch's columns; 8 more
/// behind them may be read, as in every buffer.
struct Text {
    std::uint32_t size = 0;
    char prefix[4] = {0, 0, 0, 0};  // the first bytes, padded with zeros
    const char* data = nullptr;

    std::string_view view() const { return {data, size}; }
};

inline Text make_text(const char* data, std::size_t size) {
    Text text;
    text.size = static_cast<std::uint32_t>(size);
    text.data = data;
    if (size != 0) std::memcpy(text.prefix, data, size < 4 ? size : 4);
    return text;
}

/// Copies the text's bytes; up to 16 may be written, whatever the size. For short texts faster than std::memcpy.
inline void copy_text_bytes(char* to, const Text& text) {
    if (text.size <= 4) {
        std::memcpy(to, text.prefix, 4);
    } else if (text.size <= 8) {
        std::memcpy(to, text.prefix, 4);
        std::memcpy(to + text.size - 4, text.data + text.size - 4, 4);
    } else if (text.size <= 16) {
        char head[8], tail[8];
        std::memcpy(head, text.data, 8);
        std::memcpy(tail, text.data + text.size - 8, 8);
        std::memcpy(to, head, 8);
        std::memcpy(to + text.size - 8, tail, 8);
    } else {
        std::memcpy(to, text.data, text.size);
    }
}

enum class Encoding : std::uint8_t {
    flat,
    constant,    // values holds one value for every row; valid is nullptr (not null) or one word whose bit 0 tells
    dictionary,  // codes[row] picks a value of values
    raw,         // the text of field `raw_field` of the row's record in the batch's RecordIndex
};

/// Where the fields of a block's records lie, row-major: field f of record r ends before ends[r * columns + f]. A field
/// begins one byte behind the end of the field before it. The first field of record r begins at starts[r], or, where
/// starts is nullptr, one byte behind the end of the record before (that of record 0 at `begin`).
/// Field bytes are as they stand in the block: with their quotes (CSV), without the line end.
struct RecordIndex {
    const char* block = nullptr;
    const std::uint32_t* ends = nullptr;
    const std::uint32_t* starts = nullptr;
    std::uint32_t columns = 0;
    std::uint32_t records = 0;
    std::uint32_t begin = 0;
    const std::uint8_t* masked = nullptr;  // by field: not 0 = private; nullptr: none is

    std::uint32_t record_begin(std::uint32_t record) const {
        if (starts != nullptr) return starts[record];
        return record == 0 ? begin : ends[static_cast<std::size_t>(record) * columns - 1] + 1;
    }
    std::uint32_t record_end(std::uint32_t record) const {
        return ends[static_cast<std::size_t>(record) * columns + columns - 1];
    }
    std::string_view field(std::uint32_t record, std::uint32_t number) const {
        const std::size_t at = static_cast<std::size_t>(record) * columns + number;
        const std::uint32_t from = number == 0 ? record_begin(record) : ends[at - 1] + 1;
        return {block + from, ends[at] - from};
    }
    std::string_view record(std::uint32_t number) const {
        const std::uint32_t from = record_begin(number);
        return {block + from, record_end(number) - from};
    }
};

struct ColumnFormat;  // text_parse.hpp

/// The spelling of a raw field's bytes.
enum class RawSpelling : std::uint8_t { csv, json };

/// The values of one column: as long as the batch has rows, filtered or not. What the Selection leaves out may hold
/// anything. Buffers are owned by `keep` or by the batch.
struct Column {
    const DataType* type = nullptr;
    Encoding encoding = Encoding::flat;
    bool canonical = false;  // raw: every field is spelled as the encoder of the same format would print it
    RawSpelling spelling = RawSpelling::csv;
    char quote = '"';      // raw, csv
    char delimiter = ',';  // raw, csv
    std::uint32_t raw_field = 0;
    const ColumnFormat* format = nullptr;  // raw: how its texts are read; nullptr: the language's spelling, in UTC
    void* values = nullptr;                // by type, see TypeKind
    const std::uint64_t* valid = nullptr;  // bit 1 = not null; nullptr = no nulls. Raw: nullptr, nulls are in the text
    const std::uint32_t* codes = nullptr;  // dictionary
    std::vector<Column> children;          // list {items}, record {fields}
    BufferRef keep;

    template <typename T>
    const T* data() const {
        return static_cast<const T*>(values);
    }
    /// Where the row's value stands in `values`. Not for raw.
    std::size_t index_of(std::size_t row) const {
        if (encoding == Encoding::flat) return row;
        return encoding == Encoding::constant ? 0 : codes[row];
    }
    bool is_valid(std::size_t row) const {
        if (encoding == Encoding::constant) row = 0;
        return valid == nullptr || ((valid[row >> 6] >> (row & 63)) & 1) != 0;
    }
};

inline std::size_t bitmap_words(std::size_t rows) { return (rows + 63) / 64; }

/// The rows of a batch that are still in: ascending; rows == nullptr: 0 to size - 1.
struct Selection {
    const std::uint32_t* rows = nullptr;
    std::uint32_t size = 0;

    std::uint32_t operator[](std::uint32_t i) const { return rows == nullptr ? i : rows[i]; }
};

/// Calls body(row) for every selected row; without a row list the loop is a plain count.
template <typename Body>
inline void for_each_row(Selection selected, Body&& body) {
    if (selected.rows == nullptr)
        for (std::uint32_t row = 0; row < selected.size; ++row) body(row);
    else
        for (std::uint32_t i = 0; i < selected.size; ++i) body(selected.rows[i]);
}

}  // namespace etl
