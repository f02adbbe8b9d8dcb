#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/column.hpp"
#include "data/text_parse.hpp"

namespace etl {

/// The rows of a batch whose raw columns are read.
struct RawRows {
    const RecordIndex* records = nullptr;
    const std::uint32_t* record_of = nullptr;  // row -> record; nullptr: the row's own number
    std::uint32_t rows = 0;
    Selection selected;
};

/// A raw field that does not fit its column's type. The row's value is left undefined.
struct ParseFailure {
    std::uint32_t row;
    ParseResult why;
};

/// Reads the selected rows of a raw column into a flat one of the same type, as long as `rows`. Buffers come from the
/// arena; texts stay views into the block, but for those with doubled quotes. CSV: quoted fields lose their quotes, an
/// empty field is null for a nullable type (for text? only an unquoted one), an empty text for text, else malformed.
/// Appends a failure a row that does not fit, in ascending order. `out` may not be `raw`.
/// JSON's spelling: data/json.hpp.
void unpack(const Column& raw, const RawRows& rows, const ColumnFormat& format, Arena& arena, Column& out,
            std::vector<ParseFailure>& failures);

/// Checks the selected rows of a raw CSV column as unpack would, without keeping values. True: every one that did not
/// fail is spelled as the CSV encoder would print it with the column's delimiter and quote.
bool check_raw(const Column& raw, const RawRows& rows, const ColumnFormat& format, std::vector<ParseFailure>& failures);

/// The text of one CSV field without its quotes. `out` is used where quotes are doubled.
std::string_view unquote_csv(std::string_view field, char quote, std::string& out);

}  // namespace etl
