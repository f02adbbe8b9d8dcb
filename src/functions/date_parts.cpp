#include "data/time.hpp"
#include "expr/lift.hpp"

// year, month, day, hour and weekday.

namespace etl {
namespace {

std::shared_ptr<const void> prepare_zone(std::span<const Argument> /*arguments*/, const DataType* /*result*/,
                                         PrepareContext& context, Diagnostics& /*diagnostics*/) {
    return std::make_shared<TimeZone>(TimeZone::find(context.timezone()).value_or(TimeZone()));
}

std::int32_t local_day(Timestamp instant, const TimeZone& zone) { return day_of(zone.to_local(instant.us)); }

std::int64_t year(Date date) { return civil_from_days(date.days).year; }
std::int64_t month(Date date) { return civil_from_days(date.days).month; }
std::int64_t day(Date date) { return civil_from_days(date.days).day; }
std::int64_t weekday(Date date) { return weekday_of(date.days); }

std::int64_t year_at(Timestamp instant, const TimeZone& zone) { return year({local_day(instant, zone)}); }
std::int64_t month_at(Timestamp instant, const TimeZone& zone) { return month({local_day(instant, zone)}); }
std::int64_t day_at(Timestamp instant, const TimeZone& zone) { return day({local_day(instant, zone)}); }
std::int64_t weekday_at(Timestamp instant, const TimeZone& zone) { return weekday({local_day(instant, zone)}); }
std::int64_t hour_at(Timestamp instant, const TimeZone& zone) {
    const std::int64_t local_us = zone.to_local(instant.us);
    return (local_us - day_of(local_us) * kDay_us) / kHour_us;
}

constexpr Parameter kDate[] = {{"value", TypePattern::date}};
constexpr Parameter kTimestamp[] = {{"value", TypePattern::timestamp}};
constexpr std::string_view kCategory = "date and time";

constexpr Overload kYearOverloads[] = {lift<year>(kDate), lift<year_at>(kTimestamp, prepare_zone)};
constexpr Example kYearExamples[] = {
    {R"(year(date("2024-01-31")))", "2024"},
    {R"(year(timestamp("2024-12-31T23:59:59Z")))", "2024"},
};
constexpr FunctionSpec kYear{.name = "year",
                             .category = kCategory,
                             .summary = "The year of a date, or of a timestamp in the pipeline's time zone.",
                             .overloads = kYearOverloads,
                             .examples = kYearExamples};
const Registration<FunctionSpec> kYearRegistration{kYear};

constexpr Overload kMonthOverloads[] = {lift<month>(kDate), lift<month_at>(kTimestamp, prepare_zone)};
constexpr Example kMonthExamples[] = {{R"(month(date("2024-01-31")))", "1"}};
constexpr FunctionSpec kMonth{.name = "month",
                              .category = kCategory,
                              .summary = "The month, 1 to 12, of a date or timestamp.",
                              .overloads = kMonthOverloads,
                              .examples = kMonthExamples};
const Registration<FunctionSpec> kMonthRegistration{kMonth};

constexpr Overload kDayOverloads[] = {lift<day>(kDate), lift<day_at>(kTimestamp, prepare_zone)};
constexpr Example kDayExamples[] = {{R"(day(date("2024-01-31")))", "31"}};
constexpr FunctionSpec kDay{.name = "day",
                            .category = kCategory,
                            .summary = "The day of the month, 1 to 31, of a date or timestamp.",
                            .overloads = kDayOverloads,
                            .examples = kDayExamples};
const Registration<FunctionSpec> kDayRegistration{kDay};

constexpr Overload kHourOverloads[] = {lift<hour_at>(kTimestamp, prepare_zone)};
constexpr Example kHourExamples[] = {{R"(hour(timestamp("2024-01-31T23:59:59Z")))", "23"}};
constexpr FunctionSpec kHour{.name = "hour",
                             .category = kCategory,
                             .summary = "The hour, 0 to 23, of a timestamp in the pipeline's time zone.",
                             .overloads = kHourOverloads,
                             .examples = kHourExamples};
const Registration<FunctionSpec> kHourRegistration{kHour};

constexpr Overload kWeekdayOverloads[] = {lift<weekday>(kDate), lift<weekday_at>(kTimestamp, prepare_zone)};
constexpr Example kWeekdayExamples[] = {
    {R"(weekday(date("2024-01-01")))", "1"},
    {R"(weekday(date("2024-01-07")))", "7"},
};
constexpr FunctionSpec kWeekday{.name = "weekday",
                                .category = kCategory,
                                .summary = "The day of the week of a date or timestamp: 1 is Monday, 7 is Sunday.",
                                .overloads = kWeekdayOverloads,
                                .examples = kWeekdayExamples};
const Registration<FunctionSpec> kWeekdayRegistration{kWeekday};

}  // namespace
}  // namespace etl
