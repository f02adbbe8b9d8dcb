#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/column.hpp"

namespace etl {

/// The bytes that give a CSV text its structure, beside the line feed and the carriage return.
struct CsvMarks {
    char delimiter = ',';
    char quote = '"';  // 0: none
    char comment = 0;  // 0: none
};

/// Where the records of a piece end that begins at a record's begin.
struct CsvCut {
    std::size_t end = 0;        // behind the last line end outside of quotes; 0: there is none
    std::uint64_t records = 0;  // line ends outside of quotes in [0, end)
    std::uint64_t lines = 0;    // line ends in [0, end)
    bool irregular = false;     // a quote that stands at no field's edge, or a comment: the others mean nothing
};

/// The separators of a block of whole, regular records, found piece by piece: call until `at` is the block's size, with
/// more room at `ends` each time.
struct CsvSeparators {
    std::uint32_t* ends = nullptr;  // offsets of delimiters and line ends outside of quotes
    std::uint32_t capacity = 0;     // at least kScanSlack more than count, to get on
    std::uint32_t count = 0;
    std::uint32_t at = 0;
    std::uint32_t line_ends = 0;
    bool needless_quotes = false;        // a quoted field that holds no delimiter, quote or line end
    bool zeros = false;                  // a NUL byte
    bool high = false;                   // a byte of 128 or more
    std::uint32_t carriage_returns = 0;  // outside of quotes
    std::uint64_t inside = 0;            // carried: all ones inside of quotes
    std::uint64_t plain = 0;             // carried: 1 in a quoted field that needs no quotes so far
    std::uint64_t closing = 0;           // carried: 1 behind a closing quote
};
inline constexpr std::uint32_t kScanSlack = 128;

/// Passes over bytes for one instruction set. No kernel reads outside of the bytes it is given.
struct ScanKernels {
    std::string_view name;  // "avx512", "avx2", "plain"
    /// At most `most_records` records (0: any).
    CsvCut (*cut_csv)(const char* data, std::size_t size, CsvMarks marks, std::uint64_t most_records);
    void (*index_csv)(const char* data, std::uint32_t size, CsvMarks marks, CsvSeparators& found);
    /// flags[i] = 1 where the text of selected row i is not null and holds a delimiter, quote, line feed or carriage
    /// return, else 0.
    void (*find_marks)(const Column& texts, Selection selected, CsvMarks marks, std::uint8_t* flags);
    /// flags[i] = 1 where the text of selected row i is not null and holds a quote, a backslash or a byte below a
    /// space, else 0.
    void (*find_escapes)(const Column& texts, Selection selected, std::uint8_t* flags);
    std::uint64_t (*count_lines)(const char* data, std::size_t size);
};

/// The fastest that this machine runs, chosen once.
const ScanKernels& scan_kernels();
/// All that this machine runs, the fastest first.
const std::vector<const ScanKernels*>& usable_scan_kernels();

}  // namespace etl
