#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/options.hpp"
#include "data/scan.hpp"

namespace etl {

/// The options of `csv(…)`.
struct CsvOptions {
    CsvMarks marks;
    std::string encoding;      // empty: UTF-8
    std::string null_text;     // empty: none
    std::uint32_t header = 1;  // lines
    std::uint32_t skip = 0;    // lines before the header
    std::uint32_t footer = 0;  // lines
    std::uint64_t max_record_bytes = 0;
};

std::span<const OptionSpec> csv_option_specs();
/// Throws Error (E415) where options contradict each other.
CsvOptions read_csv_options(const OptionValues& values);

}  // namespace etl
