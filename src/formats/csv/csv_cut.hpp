#pragma once

#include <span>
#include <string_view>

#include "component/connector_spec.hpp"
#include "formats/csv/csv_options.hpp"

namespace etl {

/// Decoder::cut for CSV.
std::size_t cut_csv_records(std::span<const char> bytes, bool at_end, std::uint32_t most_records,
                            const CsvOptions& options, std::string_view file_name, CutState& state);

}  // namespace etl
