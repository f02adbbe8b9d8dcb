#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "component/connector_spec.hpp"
#include "formats/csv/csv_options.hpp"

namespace etl {

/// What stands before a file's first record.
struct CsvHead {
    std::size_t size = 0;            // in bytes
    std::uint64_t lines = 0;         // that it takes
    std::vector<std::string> names;  // of the header; without one: empty
    std::uint32_t columns = 0;       // fields of a record: of the header, else of the first record; 0: an empty file
};

/// Reads it from a file's first bytes; nothing: more are needed. A name that is empty becomes column1, column2, … by
/// its place. Throws Error: no header, an open quote, no text.
std::optional<CsvHead> read_csv_head(std::span<const char> bytes, bool at_end, const CsvOptions& options,
                                     std::string_view file_name);

/// A line that read_csv_head() takes for the header, or without one for the first record, of a file with that head.
std::string csv_head_text(const CsvHead& head, const CsvOptions& options);

/// Where the declared columns stand in the records of one file.
struct CsvLayout {
    std::uint32_t columns = 0;          // fields of a record
    std::vector<std::uint32_t> fields;  // by declared column: its field
    std::vector<std::uint8_t> masked;   // by field: 1 = private; empty: none is

    friend bool operator==(const CsvLayout&, const CsvLayout&) = default;
};

/// Throws Error: a column is missing or twice, or, if strict, there are others.
CsvLayout make_csv_layout(const CsvHead& head, const std::vector<SourceColumn>& columns, bool strict,
                          std::string_view file_name);

}  // namespace etl
