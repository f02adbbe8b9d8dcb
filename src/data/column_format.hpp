#pragma once

#include <cstdint>
#include <string_view>

#include "data/text_parse.hpp"

namespace etl {

// One value by a column's formats, or the language's spelling where there are none. The formats must be those that
// compile_column_format made for the type.

ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, bool& value);
ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, double& value);
ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, const DataType* type, Int128& value);
ParseResult parse_formatted_int(std::string_view text, const ColumnFormat& format, std::int64_t& value);
ParseResult parse_formatted_date(std::string_view text, const ColumnFormat& format, std::int32_t& days);
ParseResult parse_formatted_timestamp(std::string_view text, const ColumnFormat& format, std::int64_t& utc_us);

}  // namespace etl
