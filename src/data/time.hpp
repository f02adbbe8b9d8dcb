#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

// Dates are days, instants microseconds since 1970-01-01 (UTC). Years are 0001 to 9999; the proleptic Gregorian
// calendar. "Local" microseconds are a wall clock read as if it were UTC.

inline constexpr std::int64_t kSecond_us = 1'000'000;
inline constexpr std::int64_t kMinute_us = 60 * kSecond_us;
inline constexpr std::int64_t kHour_us = 60 * kMinute_us;
inline constexpr std::int64_t kDay_us = 24 * kHour_us;
inline constexpr std::int32_t kFirstDate = -719162;  // 0001-01-01
inline constexpr std::int32_t kLastDate = 2932896;   // 9999-12-31
inline constexpr std::int64_t kFirstTimestamp = kFirstDate * kDay_us;
inline constexpr std::int64_t kLastTimestamp = (kLastDate + 1) * kDay_us - 1;

struct CivilDate {
    std::int32_t year = 1970;
    std::uint32_t month = 1;
    std::uint32_t day = 1;
    friend bool operator==(const CivilDate&, const CivilDate&) = default;
};
struct CivilTime {
    CivilDate date;
    std::uint32_t hour = 0;
    std::uint32_t minute = 0;
    std::uint32_t second = 0;
    std::uint32_t microsecond = 0;
    friend bool operator==(const CivilTime&, const CivilTime&) = default;
};

constexpr bool is_leap_year(std::int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
constexpr std::uint32_t days_in_month(std::int32_t year, std::uint32_t month) {
    if (month == 2) return is_leap_year(year) ? 29 : 28;
    return 30 + ((month + (month >> 3)) & 1);
}
constexpr bool is_civil_date(CivilDate date) {
    return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= days_in_month(date.year, date.month);
}
constexpr std::int32_t days_from_civil(CivilDate date) {
    const std::uint32_t shifted = static_cast<std::uint32_t>(date.year + 4800) - (date.month <= 2 ? 1U : 0U);
    const std::uint32_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    const std::uint32_t days =
        shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (month * 153 + 2) / 5 + date.day - 1;
    return static_cast<std::int32_t>(days) - 2472632;
}
/// After Neri and Schneider: divisions by constants only, which become multiplications.
constexpr CivilDate civil_from_days(std::int32_t days) {
    const std::uint32_t shifted = static_cast<std::uint32_t>(days + 2472632);  // since March of year -4800
    const std::uint32_t quarters = 4 * shifted + 3;
    const std::uint32_t century = quarters / 146097;
    const std::uint32_t of_century = quarters % 146097 / 4;
    const std::uint64_t years = 2939745ULL * (4 * of_century + 3);
    const std::uint32_t of_year = static_cast<std::uint32_t>(years) / 2939745 / 4;
    const std::uint32_t months = 2141 * of_year + 197913;
    const std::uint32_t next_year = of_year >= 306 ? 1 : 0;
    const std::uint32_t year = 100 * century + static_cast<std::uint32_t>(years >> 32) + next_year;
    return {static_cast<std::int32_t>(year) - 4800, (months >> 16) - 12 * next_year, (months & 0xFFFF) / 2141 + 1};
}
/// Monday 1 to Sunday 7.
constexpr std::uint32_t weekday_of(std::int32_t days) {
    const std::int32_t rest = (days + 3) % 7;
    return static_cast<std::uint32_t>(rest < 0 ? rest + 8 : rest + 1);
}
constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr std::int32_t day_of(std::int64_t local_us) {
    return static_cast<std::int32_t>(floor_divide(local_us, kDay_us));
}
CivilTime civil_from_us(std::int64_t local_us);
std::int64_t us_from_civil(const CivilTime& time);

/// The same day of another month; the month's last where it has none. False: outside of the years.
bool add_months(std::int32_t days, std::int64_t months, std::int32_t& result);
bool add_days(std::int32_t days, std::int64_t more, std::int32_t& result);

/// A time zone of the tz database or a fixed offset. Cheap to copy; lives as long as the program.
class TimeZone {
  public:
    TimeZone() = default;  // UTC
    /// "Europe/Berlin", "UTC", "Z", "+02:00", "-0330". Nothing for another name.
    static std::optional<TimeZone> find(std::string_view name);

    bool is_utc() const { return table_ == nullptr; }
    std::string name() const;
    std::int64_t to_local(std::int64_t utc_us) const { return table_ == nullptr ? utc_us : utc_us + offset_us(utc_us); }
    /// False: that local time does not exist (utc_us is then that of the clock before it was put forward), or
    /// the instant is outside of the years. One that exists twice is the earlier.
    bool to_utc(std::int64_t local_us, std::int64_t& utc_us) const;
    /// Local time less UTC.
    std::int64_t offset_us(std::int64_t utc_us) const;
    /// As to_utc, but a local time that does not exist is the first instant behind the gap.
    std::int64_t first_instant(std::int64_t local_us) const;
    /// The first instant of a local day.
    std::int64_t start_of_day(std::int32_t day) const { return first_instant(day * kDay_us); }
    friend bool operator==(const TimeZone&, const TimeZone&) = default;

    struct Table;

  private:
    explicit TimeZone(const Table* table) : table_(table) {}
    const Table* table_ = nullptr;
};

/// The greatest multiple of step_us (> 0) not above, on the local clock; multiples of a day count from a Monday.
std::int64_t floor_timestamp(std::int64_t utc_us, std::int64_t step_us, TimeZone zone);
/// step_us: whole days.
std::int32_t floor_date(std::int32_t days, std::int64_t step_us);

/// Why a text is no value.
enum class ParseResult : std::uint8_t {
    ok,
    malformed,
    out_of_range,
    too_many_places,  // decimal: digits other than 0 beyond the scale
    no_such_instant,  // the local time does not exist
};

/// A format as of strftime, compiled: %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %z %s %F %T %D %R %%, and %-d
/// (no padding) for any number. English names, whatever the locale. Reading takes exactly the format: %Y four digits,
/// %y 1969 to 2068, the other numbers one digit or two, names in any case, %f one to six digits (more are refused if
/// not 0), %z Z, +02:00, +0200 or +02; a space takes one space or more. What the format lacks is 0 (month and day 1).
class DateFormat {
  public:
    /// Nothing, and why in `error`, for a format that is none.
    static std::optional<DateFormat> compile(std::string_view format, std::string& error);

    const std::string& text() const { return text_; }
    bool has_date() const { return has_date_; }  // year, month and day: enough to read a date
    bool has_time() const { return has_time_; }
    bool has_zone() const { return has_zone_; }  // %z or %s

    ParseResult parse_date(std::string_view text, std::int32_t& days) const;
    ParseResult parse_timestamp(std::string_view text, TimeZone zone, std::int64_t& utc_us) const;
    /// Writes at most width_bytes() and returns the end.
    char* print_date(char* out, std::int32_t days) const;
    char* print_timestamp(char* out, std::int64_t utc_us, TimeZone zone) const;
    std::size_t width_bytes() const { return width_; }

  private:
    struct Fields;
    struct Part {
        char kind;  // a letter of strftime; '=' one byte of text; ' ' spaces
        char pad;   // '0', ' ' or '-'
        char byte;
    };
    bool read(std::string_view text, Fields& fields) const;
    ParseResult resolve(const Fields& fields, std::int32_t& days, std::int64_t& clock_us) const;
    char* print(char* out, std::int64_t local_us, std::int64_t offset_us) const;
    std::string text_;
    std::vector<Part> parts_;
    std::size_t width_ = 0;
    bool has_date_ = false;
    bool has_time_ = false;
    bool has_zone_ = false;
};

}  // namespace etl
