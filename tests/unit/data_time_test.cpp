#include <string>

#include "data/time.hpp"
#include "tests/unit/columns.hpp"
#include "tests/unit/spelling.hpp"

using namespace etl;
using namespace etl::spelling;
using namespace etl::columns;

TEST_CASE("dates") {
    CHECK(day("1970-01-01") == 0);
    CHECK(day("0001-01-01") == kFirstDate);
    CHECK(day("9999-12-31") == kLastDate);
    CHECK(day("2000-02-29") == 11016);
    CHECK(day("1969-12-31") == -1);
    CHECK(date_text(kFirstDate) == "0001-01-01");
    CHECK(date_text(kLastDate) == "9999-12-31");
    for (std::int32_t days = kFirstDate; days <= kLastDate; days += 37) {
        CHECK(day(date_text(days)) == days);
        CHECK(civil_from_days(days).day >= 1);
    }
    std::int32_t out = 0;
    for (const char* text : {"2023-02-29", "1900-02-29", "2024-00-01", "2024-13-01", "2024-04-31", "2024-01-00",
                             "2024-01-32", "0000-01-01", "2024-1-1", "2024/01/01", "20240101", "2024-01-01 ",
                             " 2024-01-01", "2024-01-0a", "2024-O1-01", "10000-01-01", "", "2024-01-1:"}) {
        CHECK(parse_date(text, out) == kMalformed);
        CHECK_FALSE(is_canonical_date(text));
    }
    CHECK(parse_date("2024-02-29", out) == ParseResult::ok);
    CHECK(weekday_of(0) == 4);  // a Thursday
    CHECK(weekday_of(day("2024-01-01")) == 1);
    CHECK(weekday_of(day("2024-01-07")) == 7);
    CHECK(weekday_of(kFirstDate) == 1);
    CHECK(add_months(day("2024-01-31"), 1, out));
    CHECK(date_text(out) == "2024-02-29");
    CHECK(add_months(day("2024-03-31"), -13, out));
    CHECK(date_text(out) == "2023-02-28");
    CHECK(add_months(day("2024-12-15"), 0, out));
    CHECK(date_text(out) == "2024-12-15");
    CHECK_FALSE(add_months(kLastDate, 1, out));
    CHECK_FALSE(add_months(0, INT64_MAX, out));
    CHECK_FALSE(add_days(kLastDate, 1, out));
    CHECK_FALSE(add_days(0, INT64_MIN, out));
    CHECK(add_days(0, -1, out));
    CHECK(out == -1);
}

TEST_CASE("timestamps") {
    CHECK(instant_of("2024-01-31T10:00:00Z") == "2024-01-31T10:00:00Z");
    CHECK(instant_of("2024-01-31 10:00") == "2024-01-31T10:00:00Z");
    CHECK(instant_of("2024-01-31") == "2024-01-31T00:00:00Z");
    CHECK(instant_of("2024-01-31T10:00:00.5+02:00") == "2024-01-31T08:00:00.5Z");
    CHECK(instant_of("2024-01-31T10:00:00.123456-0330") == "2024-01-31T13:30:00.123456Z");
    CHECK(instant_of("2024-01-31T10:00:00.100000000Z") == "2024-01-31T10:00:00.1Z");
    CHECK(instant_of("2024-01-31T00:30+01") == "2024-01-30T23:30:00Z");
    CHECK(instant_of("1969-12-31T23:59:59.999999Z") == "1969-12-31T23:59:59.999999Z");
    CHECK(instant("1969-12-31T23:59:59.999999Z") == -1);
    CHECK(instant("0001-01-01T00:00:00Z") == kFirstTimestamp);
    CHECK(instant("9999-12-31T23:59:59.999999Z") == kLastTimestamp);
    CHECK(timestamp_text(kFirstTimestamp) == "0001-01-01T00:00:00Z");
    CHECK(timestamp_text(kLastTimestamp) == "9999-12-31T23:59:59.999999Z");
    CHECK(instant_fails("0001-01-01T00:00:00+01:00") == kRange);
    CHECK(instant_fails("9999-12-31T23:59:59-00:01") == kRange);
    CHECK(instant_fails("2024-01-31T10:00:00.1234567Z") == kPlaces);
    for (const char* text :
         {"", "2024-01-31T", "2024-01-31T10", "2024-01-31T24:00:00Z", "2024-01-31T10:60:00Z", "2024-01-31T10:00:60Z",
          "2024-01-31T10:00:00.Z", "2024-01-31T10:00:00z", "2024-01-31t10:00:00Z", "2024-02-30T10:00:00Z",
          "2024-01-31T10:00:00+24:00", "2024-01-31T10:00:00+2:00", "2024-01-31T10:00:00 Z", "2024-01-31T10:00:00Zx",
          "2024-01-31  10:00", "2024-01-31T10:00:00+02:", "2024-01-31T10:00:00+24", "2024-01-31T10:00:00+"})
        CHECK(instant_fails(text) == kMalformed);
    for (const char* text : {"2024-01-31T10:00:00Z", "2024-01-31T10:00:00.5Z", "2024-01-31T10:00:00.000001Z"})
        CHECK(is_canonical_timestamp(text));
    for (const char* text : {"2024-01-31", "2024-01-31 10:00:00Z", "2024-01-31T10:00Z", "2024-01-31T10:00:00",
                             "2024-01-31T10:00:00.50Z", "2024-01-31T10:00:00.0Z", "2024-01-31T10:00:00+00:00"})
        CHECK_FALSE(is_canonical_timestamp(text));
}

TEST_CASE("time zones") {
    CHECK_FALSE(TimeZone::find("Europe/Atlantis").has_value());
    CHECK_FALSE(TimeZone::find("../../etc/passwd").has_value());
    CHECK_FALSE(TimeZone::find("").has_value());
    CHECK(TimeZone::find("Z")->is_utc());
    CHECK(TimeZone::find("+00:00")->is_utc());
    const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
    CHECK(berlin == TimeZone::find("Europe/Berlin").value());
    CHECK(instant_of("2024-01-31T10:00", berlin) == "2024-01-31T09:00:00Z");
    CHECK(instant_of("2024-07-31T10:00", berlin) == "2024-07-31T08:00:00Z");
    CHECK(instant_of("2024-07-31T10:00Z", berlin) == "2024-07-31T10:00:00Z");
    // 2024-03-31 02:00 to 03:00 does not exist, 2024-10-27 02:00 to 03:00 exists twice.
    CHECK(instant_fails("2024-03-31 02:30", berlin) == ParseResult::no_such_instant);
    CHECK(instant_fails("2024-03-31 02:00", berlin) == ParseResult::no_such_instant);
    CHECK(instant_of("2024-03-31 01:59:59.999999", berlin) == "2024-03-31T00:59:59.999999Z");
    CHECK(instant_of("2024-03-31 03:00", berlin) == "2024-03-31T01:00:00Z");
    CHECK(instant_of("2024-10-27 02:30", berlin) == "2024-10-27T00:30:00Z");
    CHECK(instant_of("2024-10-27 02:00", berlin) == "2024-10-27T00:00:00Z");
    CHECK(instant_of("2024-10-27 03:00", berlin) == "2024-10-27T02:00:00Z");
    CHECK(berlin.to_local(instant("2024-10-27T01:30:00Z")) == instant("2024-10-27T02:30:00Z"));
    CHECK(berlin.to_local(instant("2024-10-27T00:30:00Z")) == instant("2024-10-27T02:30:00Z"));
    CHECK(berlin.to_local(instant("2024-03-31T00:59:59Z")) == instant("2024-03-31T01:59:59Z"));
    CHECK(berlin.to_local(instant("2024-03-31T01:00:00Z")) == instant("2024-03-31T03:00:00Z"));
    CHECK(berlin.to_local(instant("2500-07-01T00:00:00Z")) == instant("2500-07-01T02:00:00Z"));
    CHECK(instant_of("2500-07-01T02:00", berlin) == "2500-07-01T00:00:00Z");
    CHECK(instant_fails("0001-01-01T00:00", berlin) == kRange);
    const TimeZone fixed = TimeZone::find("-03:30").value();
    CHECK(instant_of("2024-01-31T10:00", fixed) == "2024-01-31T13:30:00Z");
    // Midnight of 2018-11-04 does not exist in Sao Paulo: the day begins at 01:00, which is 03:00 UTC.
    const TimeZone sao_paulo = TimeZone::find("America/Sao_Paulo").value();
    CHECK(timestamp_text(sao_paulo.start_of_day(day("2018-11-04"))) == "2018-11-04T03:00:00Z");
    CHECK(timestamp_text(berlin.start_of_day(day("2024-07-01"))) == "2024-06-30T22:00:00Z");
    // Every half hour of two years there and back.
    for (std::int64_t us = instant("2023-01-01T00:00:00Z"); us < instant("2025-01-01T00:00:00Z"); us += kHour_us / 2) {
        std::int64_t back = 0;
        REQUIRE(berlin.to_utc(berlin.to_local(us), back));
        CHECK((back == us || back == us - kHour_us));
    }
}

TEST_CASE("floors of time") {
    const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
    const auto floor_text = [](std::string_view text, std::int64_t step_us, TimeZone zone) {
        return timestamp_text(floor_timestamp(instant(text), step_us, zone));
    };
    CHECK(floor_text("2024-01-31T10:47:12.5Z", 15 * kMinute_us, {}) == "2024-01-31T10:45:00Z");
    CHECK(floor_text("1969-12-31T23:59:59Z", kDay_us, {}) == "1969-12-31T00:00:00Z");
    CHECK(floor_text("2024-07-31T23:30:00Z", kDay_us, berlin) == "2024-07-31T22:00:00Z");
    CHECK(floor_text("2024-10-27T00:30:00Z", kHour_us, berlin) == "2024-10-27T00:00:00Z");
    CHECK(floor_text("2024-10-27T01:30:00Z", kHour_us, berlin) == "2024-10-27T01:00:00Z");
    CHECK(floor_text("2024-10-27T20:00:00Z", kDay_us, berlin) == "2024-10-26T22:00:00Z");
    CHECK(floor_text("2024-03-31T20:00:00Z", kDay_us, berlin) == "2024-03-30T23:00:00Z");
    CHECK(date_text(floor_date(day("2024-01-31"), 7 * kDay_us)) == "2024-01-29");
    CHECK(date_text(floor_date(day("1969-12-30"), 7 * kDay_us)) == "1969-12-29");
    CHECK(date_text(floor_date(day("1969-12-28"), 7 * kDay_us)) == "1969-12-22");
    CHECK(date_text(floor_date(day("2024-01-31"), kDay_us)) == "2024-01-31");
}

TEST_CASE("durations") {
    for (const auto& [text, us] : std::initializer_list<std::pair<const char*, std::int64_t>>{
             {"0s", 0},
             {"5s", 5 * kSecond_us},
             {"1h30m", 90 * kMinute_us},
             {"-2d", -2 * kDay_us},
             {"500ms", 500'000},
             {"1d2h3m4s5ms6us", kDay_us + 2 * kHour_us + 3 * kMinute_us + 4 * kSecond_us + 5006}}) {
        std::int64_t read = -77;
        CHECK(parse_duration(text, read) == ParseResult::ok);
        CHECK(read == us);
        CHECK(duration_text(us) == text);
    }
    CHECK(duration_text(INT64_MIN) == "-106751991d4h54s775ms808us");
    std::int64_t read = 0;
    CHECK(parse_duration(duration_text(INT64_MIN), read) == ParseResult::ok);
    CHECK(read == INT64_MIN);
    for (const char* text : {"", "-", "5", "s", "1m1h", "1s1s", "5 s", "1.5h", "5x"})
        CHECK(parse_duration(text, read) == kMalformed);
    CHECK(parse_duration("99999999999999999999d", read) == kRange);
}
TEST_CASE("date formats read and print") {
    std::string error;
    const auto read = [&error](const char* format, std::string_view value, TimeZone zone = {}) -> std::string {
        const auto compiled = DateFormat::compile(format, error);
        REQUIRE(compiled.has_value());
        std::int64_t us = 0;
        const ParseResult result = compiled->parse_timestamp(value, zone, us);
        if (result != ParseResult::ok) return "!" + std::to_string(static_cast<int>(result));
        return to_text(whole(us, TypeKind::timestamp));
    };
    const auto print = [&error](const char* format, std::string_view instant, TimeZone zone = {}) {
        const auto compiled = DateFormat::compile(format, error);
        REQUIRE(compiled.has_value());
        std::int64_t us = 0;
        REQUIRE(parse_timestamp(instant, TimeZone(), us) == ParseResult::ok);
        std::string out(compiled->width_bytes(), '?');
        out.resize(static_cast<std::size_t>(compiled->print_timestamp(out.data(), us, zone) - out.data()));
        return out;
    };
    const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
    CHECK(read("%d.%m.%Y %H:%M", "31.01.2024 10:05") == "2024-01-31T10:05:00Z");
    CHECK(read("%d.%m.%Y %H:%M", "31.01.2024 10:05", berlin) == "2024-01-31T09:05:00Z");
    CHECK(read("%d.%m.%Y %H:%M", "1.2.2024   9:05") == "2024-02-01T09:05:00Z");
    CHECK(read("%d.%m.%Y", "31.03.2024 10:05") == "!1");
    CHECK(read("%d.%m.%Y", "31.04.2024") == "!1");
    CHECK(read("%d.%m.%Y", "31.04.24") == "!1");
    CHECK(read("%d.%m.%Y %H:%M", "31.03.2024 02:30", berlin) == "!4");
    CHECK(read("%Y%m%d%H%M%S", "20240131100559") == "2024-01-31T10:05:59Z");
    CHECK(read("%m/%d/%y %I:%M %p", "12/31/99 12:30 am") == "1999-12-31T00:30:00Z");
    CHECK(read("%m/%d/%y %I:%M %p", "12/31/68 12:30 PM") == "2068-12-31T12:30:00Z");
    CHECK(read("%D %T", "12/31/69 01:02:03") == "1969-12-31T01:02:03Z");
    CHECK(read("%d %b %Y", "5 MAR 2024") == "2024-03-05T00:00:00Z");
    CHECK(read("%e %B %Y", " 5 march 2024") == "2024-03-05T00:00:00Z");
    CHECK(read("%A, %d %b %Y", "Tuesday, 05 Mar 2024") == "2024-03-05T00:00:00Z");
    CHECK(read("%Y-%j", "2024-366") == "2024-12-31T00:00:00Z");
    CHECK(read("%Y-%j", "2023-366") == "!1");
    CHECK(read("%FT%T.%f%z", "2024-01-31T10:05:59.25+0130") == "2024-01-31T08:35:59.25Z");
    CHECK(read("%FT%T.%f%z", "2024-01-31T10:05:59.1234567Z") == "!3");
    CHECK(read("%s", "1700000000") == "2023-11-14T22:13:20Z");
    CHECK(read("%s", "-1") == "1969-12-31T23:59:59Z");
    CHECK(read("%s", "999999999999") == "!2");
    CHECK(read("%d%%%m%%%Y", "1%2%2024") == "2024-02-01T00:00:00Z");
    CHECK(print("%d.%m.%Y %H:%M:%S.%f", "2024-02-03T04:05:06.07Z") == "03.02.2024 04:05:06.070000");
    CHECK(print("%-d/%-m/%y %I:%M %p", "2024-02-03T00:05:06Z") == "3/2/24 12:05 AM");
    CHECK(print("%a %A %b %B %j %e %%", "2024-02-03T00:05:06Z") == "Sat Saturday Feb February 034  3 %");
    CHECK(print("%F %R %z", "2024-07-03T22:05:06Z", berlin) == "2024-07-04 00:05 +02:00");
    CHECK(print("%s", "2024-07-03T22:05:06Z", berlin) == "1720044306");
    for (const char* format : {"%Q", "%", "abc", "%I:%M", "%Y-%"}) {
        error.clear();
        CHECK_FALSE(DateFormat::compile(format, error).has_value());
        CHECK_FALSE(error.empty());
    }
    CHECK_FALSE(DateFormat::compile("%H:%M", error)->has_date());
    CHECK(DateFormat::compile("%y %j", error)->has_date());
    CHECK_FALSE(compile_column_format(of(TypeKind::date), {"%Y-%m"}, {}, error).has_value());
    CHECK_FALSE(compile_column_format(of(TypeKind::text), {"x"}, {}, error).has_value());
}
