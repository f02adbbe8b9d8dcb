#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/column.hpp"
#include "data/decimal.hpp"
#include "data/value.hpp"

namespace etl {

// The one spelling of each value. print_* return the end; bytes behind it, up to the width, may be overwritten. No zero
// byte.

inline constexpr std::size_t kIntWidth_bytes = 20;
inline constexpr std::size_t kDecimalWidth_bytes = 41;
inline constexpr std::size_t kFloatWidth_bytes = 32;
inline constexpr std::size_t kBoolWidth_bytes = 5;
inline constexpr std::size_t kDateWidth_bytes = 10;
inline constexpr std::size_t kTimestampWidth_bytes = 28;
inline constexpr std::size_t kDurationWidth_bytes = 48;

char* print_int(char* out, std::int64_t value);
char* print_decimal(char* out, std::int64_t value, unsigned scale);
char* print_decimal(char* out, Int128 value, unsigned scale);
/// The shortest that reads back the same, always with . or e: 1.0, 0.1, 1e300; nan, inf, -inf.
char* print_float(char* out, double value);
char* print_bool(char* out, bool value);
char* print_date(char* out, std::int32_t days);
/// 2024-01-31T10:00:00Z; a fraction only if it is not 0, without trailing zeros.
char* print_timestamp(char* out, std::int64_t utc_us);
/// 1h30m; 0s; units d h m s ms us.
char* print_duration(char* out, std::int64_t us);

/// The value as text: text as it is, null as nothing, list and record as JSON. Any encoding but raw.
void append_text(std::string& out, const Column& column, std::uint32_t row);
/// The value as JSON: decimals as numbers with all their places, dates and times as strings, floats that are not finite
/// as null. Any encoding but raw.
void append_json(std::string& out, const Column& column, std::uint32_t row);

/// As append_text.
std::string to_text(const Value& value);
/// As a pipeline would write it: text in quotes, null as null, lists and records as their literals.
std::string to_literal(const Value& value);

}  // namespace etl
