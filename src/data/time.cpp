#include "data/time.hpp"

namespace etl {

CivilTime civil_from_us(std::int64_t local_us) {
    const std::int32_t day = day_of(local_us);
    const std::int64_t of_day_us = local_us - day * kDay_us;
    const auto seconds = static_cast<std::uint32_t>(of_day_us / kSecond_us);
    return {civil_from_days(day), seconds / 3600, seconds / 60 % 60, seconds % 60,
            static_cast<std::uint32_t>(of_day_us % kSecond_us)};
}

std::int64_t us_from_civil(const CivilTime& time) {
    const std::int64_t seconds = (time.hour * 60 + time.minute) * 60 + time.second;
    return days_from_civil(time.date) * kDay_us + seconds * kSecond_us + time.microsecond;
}

bool add_months(std::int32_t days, std::int64_t months, std::int32_t& result) {
    if (months > 12 * 9999 || months < -12 * 9999) return false;
    const CivilDate date = civil_from_days(days);
    const std::int64_t month = std::int64_t{date.year} * 12 + date.month - 1 + months;
    const auto year = static_cast<std::int32_t>(floor_divide(month, 12));
    if (year < 1 || year > 9999) return false;
    const auto month_of_year = static_cast<std::uint32_t>(month - std::int64_t{year} * 12) + 1;
    const std::uint32_t last = days_in_month(year, month_of_year);
    result = days_from_civil({year, month_of_year, date.day < last ? date.day : last});
    return true;
}

bool add_days(std::int32_t days, std::int64_t more, std::int32_t& result) {
    if (more > kLastDate - days || more < kFirstDate - days) return false;
    result = static_cast<std::int32_t>(days + more);
    return true;
}

namespace {

constexpr std::int64_t kMonday_us = -3 * kDay_us;  // 1969-12-29

std::int64_t floor_local(std::int64_t local_us, std::int64_t step_us) {
    return floor_divide(local_us - kMonday_us, step_us) * step_us + kMonday_us;
}

}  // namespace

std::int64_t floor_timestamp(std::int64_t utc_us, std::int64_t step_us, TimeZone zone) {
    if (zone.is_utc()) return floor_local(utc_us, step_us);
    // The offset of the instant itself, so that the two hours of one name stay apart; another one only where the step
    // begins under it.
    const std::int64_t offset_us = zone.offset_us(utc_us);
    const std::int64_t local_us = floor_local(utc_us + offset_us, step_us);
    // A day begins once, also where its first hour comes twice.
    if (step_us % kDay_us == 0) return zone.first_instant(local_us);
    if (zone.offset_us(local_us - offset_us) == offset_us) return local_us - offset_us;
    return zone.first_instant(local_us);
}

std::int32_t floor_date(std::int32_t days, std::int64_t step_us) {
    return static_cast<std::int32_t>(floor_local(days * kDay_us, step_us) / kDay_us);
}

}  // namespace etl
