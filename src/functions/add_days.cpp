#include "data/time.hpp"
#include "expr/lift.hpp"

// add_days and add_months.

namespace etl {
namespace {

std::shared_ptr<const void> prepare_zone(std::span<const Argument> /*arguments*/, const DataType* /*result*/,
                                         PrepareContext& context, Diagnostics& /*diagnostics*/) {
    return std::make_shared<TimeZone>(TimeZone::find(context.timezone()).value_or(TimeZone()));
}

using Move = bool (*)(std::int32_t days, std::int64_t count, std::int32_t& result);

template <Move move>
Checked<Date> move_date(Date date, std::int64_t count) {
    std::int32_t moved = 0;
    if (!move(date.days, count, moved)) return RowError::out_of_range;
    return Date{moved};
}

/// The clock of the zone shows the same time; where that does not exist it is put forward as the clock is.
template <Move move>
Checked<Timestamp> move_timestamp(Timestamp instant, std::int64_t count, const TimeZone& zone) {
    const std::int64_t local_us = zone.to_local(instant.us);
    const std::int32_t day = day_of(local_us);
    std::int32_t moved = 0;
    if (!move(day, count, moved)) return RowError::out_of_range;
    std::int64_t utc_us = 0;
    if (moved == day) return instant;
    zone.to_utc(local_us + (moved - day) * kDay_us, utc_us);
    if (utc_us < kFirstTimestamp || utc_us > kLastTimestamp) return RowError::out_of_range;
    return Timestamp{utc_us};
}

template <TypePattern Pattern>
constexpr Parameter kDays[] = {{"value", Pattern}, {"days", TypePattern::integer}};
template <TypePattern Pattern>
constexpr Parameter kMonths[] = {{"value", Pattern}, {"months", TypePattern::integer}};

constexpr Overload kDaysOverloads[] = {
    lift<move_date<add_days>>(kDays<TypePattern::date>),
    lift<move_timestamp<add_days>>(kDays<TypePattern::timestamp>, prepare_zone),
};
constexpr Example kDaysExamples[] = {
    {R"(add_days(date("2024-02-28"), 2))", R"(date("2024-03-01"))"},
    {R"(add_days(date("2024-01-01"), -1))", R"(date("2023-12-31"))"},
    {R"(add_days(timestamp("2024-02-28T10:00:00Z"), 1))", R"(timestamp("2024-02-29T10:00:00Z"))"},
    {R"(add_days(date("9999-12-31"), 1))", "error: out of range for date"},
};
constexpr FunctionSpec kAddDays{
    .name = "add_days",
    .category = "date and time",
    .summary = "A date or timestamp so many days later, at the same time of the clock in the pipeline's time zone.",
    .overloads = kDaysOverloads,
    .examples = kDaysExamples};
const Registration<FunctionSpec> kAddDaysRegistration{kAddDays};

constexpr Overload kMonthsOverloads[] = {
    lift<move_date<add_months>>(kMonths<TypePattern::date>),
    lift<move_timestamp<add_months>>(kMonths<TypePattern::timestamp>, prepare_zone),
};
constexpr Example kMonthsExamples[] = {
    {R"(add_months(date("2024-01-31"), 1))", R"(date("2024-02-29"))"},
    {R"(add_months(date("2024-01-15"), -12))", R"(date("2023-01-15"))"},
    {R"(add_months(timestamp("2024-01-31T10:00:00Z"), 1))", R"(timestamp("2024-02-29T10:00:00Z"))"},
};
constexpr FunctionSpec kAddMonths{
    .name = "add_months",
    .category = "date and time",
    .summary = "The same day so many months later, or the month's last day where it has fewer.",
    .overloads = kMonthsOverloads,
    .examples = kMonthsExamples};
const Registration<FunctionSpec> kAddMonthsRegistration{kAddMonths};

}  // namespace
}  // namespace etl
