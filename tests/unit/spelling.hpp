#pragma once

#include <string>
#include <string_view>

#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "tests/unit/catch.hpp"

namespace etl::spelling {

inline Int128 wide(const char* digits) {
    Int128 value = 0;
    const bool negative = *digits == '-';
    for (const char* at = digits + (negative ? 1 : 0); *at != 0; ++at) value = value * 10 + (*at - '0');
    return negative ? -value : value;
}

inline std::string decimal_text(Int128 value, unsigned scale) {
    char buffer[kDecimalWidth_bytes];
    return {buffer, print_decimal(buffer, value, scale)};
}
inline std::string float_text(double value) {
    char buffer[kFloatWidth_bytes];
    return {buffer, print_float(buffer, value)};
}
inline std::string int_text(std::int64_t value) {
    char buffer[kIntWidth_bytes];
    return {buffer, print_int(buffer, value)};
}
inline std::string date_text(std::int32_t days) {
    char buffer[kDateWidth_bytes];
    return {buffer, print_date(buffer, days)};
}
inline std::string timestamp_text(std::int64_t us) {
    char buffer[kTimestampWidth_bytes];
    return {buffer, print_timestamp(buffer, us)};
}
inline std::string duration_text(std::int64_t us) {
    char buffer[kDurationWidth_bytes];
    return {buffer, print_duration(buffer, us)};
}

inline std::int64_t int_of(std::string_view text) {
    std::int64_t value = -77;
    REQUIRE(parse_int(text, value) == ParseResult::ok);
    return value;
}
inline std::string decimal_of(std::string_view text, unsigned precision, unsigned scale) {
    Int128 value = 0;
    REQUIRE(parse_decimal(text, precision, scale, value) == ParseResult::ok);
    if (precision <= 18) {
        std::int64_t narrow = 0;
        REQUIRE(parse_decimal(text, precision, scale, narrow) == ParseResult::ok);
        REQUIRE(Int128{narrow} == value);
    }
    return decimal_text(value, scale);
}
inline ParseResult decimal_fails(std::string_view text, unsigned precision, unsigned scale) {
    Int128 value = 0;
    const ParseResult result = parse_decimal(text, precision, scale, value);
    if (precision <= 18) {
        std::int64_t narrow = 0;
        REQUIRE(parse_decimal(text, precision, scale, narrow) == result);
    }
    return result;
}
inline ParseResult int_fails(std::string_view text) {
    std::int64_t value = 0;
    return parse_int(text, value);
}
inline double float_of(std::string_view text) {
    double value = -77;
    REQUIRE(parse_float(text, value) == ParseResult::ok);
    return value;
}
inline ParseResult float_fails(std::string_view text) {
    double value = 0;
    return parse_float(text, value);
}
inline std::string instant_of(std::string_view text, TimeZone zone = {}) {
    std::int64_t us = 0;
    REQUIRE(parse_timestamp(text, zone, us) == ParseResult::ok);
    return timestamp_text(us);
}
inline ParseResult instant_fails(std::string_view text, TimeZone zone = {}) {
    std::int64_t us = 0;
    return parse_timestamp(text, zone, us);
}
inline std::int32_t day(std::string_view text) {
    std::int32_t days = 0;
    REQUIRE(parse_date(text, days) == ParseResult::ok);
    return days;
}
inline std::int64_t instant(std::string_view text) {
    std::int64_t us = 0;
    REQUIRE(parse_timestamp(text, TimeZone(), us) == ParseResult::ok);
    return us;
}

inline constexpr auto kMalformed = ParseResult::malformed;
inline constexpr auto kRange = ParseResult::out_of_range;
inline constexpr auto kPlaces = ParseResult::too_many_places;
}  // namespace etl::spelling
