#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "data/data_type.hpp"
#include "data/decimal.hpp"
#include "data/time.hpp"
#include "data/value.hpp"

namespace etl {

// Reading the spelling of the language: no spaces around, no locale, no exceptions. The result is written only where
// ParseResult::ok comes back. Nothing is read behind the text's end.

/// Digits, - or + before them.
ParseResult parse_int(std::string_view text, std::int64_t& value);
/// Digits with at most one point and a digit before it; fewer places than the scale are filled up, more must be 0.
ParseResult parse_decimal(std::string_view text, unsigned precision, unsigned scale, Int128& value);
/// The same for precisions to 18.
ParseResult parse_decimal(std::string_view text, unsigned precision, unsigned scale, std::int64_t& value);
/// Digits, point, exponent; nan and inf are malformed, what overflows a double is out of range.
ParseResult parse_float(std::string_view text, double& value);
/// true or false.
ParseResult parse_bool(std::string_view text, bool& value);
/// 2024-01-31
ParseResult parse_date(std::string_view text, std::int32_t& days);
/// 2024-01-31T10:00[:00[.123456]][Z|+02:00|+0200|+02], a space for T; a date alone is its first instant. Without an
/// offset it is the zone's local time.
ParseResult parse_timestamp(std::string_view text, TimeZone zone, std::int64_t& utc_us);
/// "1h30m", "-5s", units d h m s ms us.
ParseResult parse_duration(std::string_view text, std::int64_t& us);

/// Valid, and spelled as print.hpp would print it.
bool is_canonical_int(std::string_view text);
bool is_canonical_decimal(std::string_view text, unsigned precision, unsigned scale);
bool is_canonical_float(std::string_view text);
bool is_canonical_bool(std::string_view text);
bool is_canonical_date(std::string_view text);
bool is_canonical_timestamp(std::string_view text);

/// A number's spelling given by an example: "1.234,56", "1 234,56", "1234.5", "1,234". The last sign that is no digit
/// is the decimal separator, unless it stands more than once or exactly three digits follow it and nothing else tells
/// (then it separates thousands: "1,234"); spaces, no-break spaces and apostrophes always separate thousands. Thousands
/// may be left out in reading, but stand between groups of three where they are written.
class NumberFormat {
  public:
    static std::optional<NumberFormat> compile(std::string_view example, std::string& error);

    const std::string& text() const { return text_; }
    /// Places behind the example's decimal separator.
    unsigned places() const { return places_; }
    ParseResult parse_int(std::string_view text, std::int64_t& value) const;
    ParseResult parse_decimal(std::string_view text, unsigned precision, unsigned scale, Int128& value) const;
    ParseResult parse_float(std::string_view text, double& value) const;
    /// Prints with the example's separators and places, rounded half away from zero.
    void append(std::string& out, Int128 value, unsigned scale) const;
    void append(std::string& out, double value) const;

  private:
    bool plain(std::string_view text, char* out, std::size_t capacity, std::size_t& size) const;
    std::string text_;
    std::string thousands_;  // empty: none; UTF-8
    char point_ = 0;         // 0: none
    unsigned places_ = 0;
};

/// "ja/nein": the word for true, then the one for false; upper and lower case are told apart.
class BoolFormat {
  public:
    static std::optional<BoolFormat> compile(std::string_view pair, std::string& error);
    ParseResult parse(std::string_view text, bool& value) const;
    const std::string& word(bool value) const { return value ? yes_ : no_; }

  private:
    std::string yes_;
    std::string no_;
};

/// How the texts of a column are read: the first of the formats that takes a text wins; none: the language's spelling.
struct ColumnFormat {
    std::vector<std::variant<DateFormat, NumberFormat, BoolFormat>> formats;
    TimeZone zone;  // of timestamps without an offset

    bool is_default() const { return formats.empty(); }
};

/// Compiles what stands behind a column's type. Nothing, and why in `error`, where a format is none or the type takes
/// none.
std::optional<ColumnFormat> compile_column_format(const DataType* type, const std::vector<std::string>& formats,
                                                  TimeZone zone, std::string& error);

/// Reads one value of a type: params, cells of tests, constants. Text is taken as it is; list and record are malformed.
ParseResult parse_value(std::string_view text, const DataType* type, const ColumnFormat& format, Value& value);

/// The reason of a reject: "not an int", "out of range for decimal(12, 2)", "more than 2 places", …
std::string parse_reason(ParseResult why, const DataType* type);

}  // namespace etl
