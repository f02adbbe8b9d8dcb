#include <array>

#include "data/print.hpp"
#include "data/time.hpp"

namespace etl {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool takes_word(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if (lower(text[i]) != lower(word[i])) return false;
    return true;
}

/// The bytes of the name that the text begins with, whole or its first three letters; 0: none.
template <std::size_t kCount>
std::size_t take_name(std::string_view text, const std::array<std::string_view, kCount>& names, std::uint32_t& number) {
    for (std::uint32_t i = 0; i < kCount; ++i) {
        if (!takes_word(text, names[i].substr(0, 3))) continue;
        number = i + 1;
        return takes_word(text, names[i]) ? names[i].size() : 3;
    }
    return 0;
}

/// The bytes of a number of least to most digits.
std::size_t take_number(std::string_view text, std::size_t least, std::size_t most, std::int64_t& value) {
    std::size_t size = 0;
    std::int64_t number = 0;
    for (; size < text.size() && size < most && is_digit(text[size]); ++size) number = number * 10 + (text[size] - '0');
    if (size < least) return 0;
    value = number;
    return size;
}

char* put_text(char* out, std::string_view text) {
    for (const char c : text) *out++ = c;
    return out;
}

char* put_number(char* out, std::uint32_t value, unsigned width, char pad) {
    char digits[kIntWidth_bytes];
    const auto size = static_cast<unsigned>(print_int(digits, value) - digits);
    if (pad != '-')
        for (unsigned i = size; i < width; ++i) *out++ = pad;
    return put_text(out, {digits, size});
}

char* put_offset(char* out, std::int64_t offset_us) {
    *out++ = offset_us < 0 ? '-' : '+';
    const auto minutes = static_cast<std::uint32_t>((offset_us < 0 ? -offset_us : offset_us) / kMinute_us);
    out = put_number(out, minutes / 60, 2, '0');
    *out++ = ':';
    return put_number(out, minutes % 60, 2, '0');
}

}  // namespace

struct DateFormat::Fields {
    std::int64_t year = 1970;
    std::int64_t month = 1;
    std::int64_t day = 1;
    std::int64_t day_of_year = 0;  // 0: not given
    std::int64_t hour = 0;
    std::int64_t minute = 0;
    std::int64_t second = 0;
    std::int64_t microsecond = 0;
    std::int64_t offset_us = 0;
    bool has_offset = false;
    bool is_twelve_hour = false;
    bool is_afternoon = false;
    bool lost_places = false;
    bool has_epoch = false;
    std::int64_t epoch_us = 0;
};

namespace {

std::string unknown_letter(char letter) {
    return std::string("`%") + letter +
           "` is not known in a date format: there are %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %z %s %F %T %D "
           "%R";
}

/// %F, %T, %D and %R written out.
std::string expand(std::string_view format) {
    std::string expanded;
    for (std::size_t i = 0; i < format.size(); ++i) {
        const char letter = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
        const std::string_view longer = letter == 'F'   ? "%Y-%m-%d"
                                        : letter == 'T' ? "%H:%M:%S"
                                        : letter == 'D' ? "%m/%d/%y"
                                        : letter == 'R' ? "%H:%M"
                                                        : "";
        if (!longer.empty())
            expanded += longer;
        else
            expanded += format.substr(i, letter == '\0' ? 1 : 2);
        if (letter != '\0') ++i;
    }
    return expanded;
}

}  // namespace

std::optional<DateFormat> DateFormat::compile(std::string_view format, std::string& error) {
    DateFormat compiled;
    compiled.text_ = format;
    const std::string expanded = expand(format);
    std::string seen;
    for (std::size_t i = 0; i < expanded.size(); ++i) {
        char c = expanded[i];
        if (c != '%') {
            compiled.parts_.push_back({is_space(c) ? ' ' : '=', '0', c});
            compiled.width_ += 1;
            continue;
        }
        char pad = '0';
        c = ++i < expanded.size() ? expanded[i] : '\0';
        if (c == '-') {
            pad = '-';
            c = ++i < expanded.size() ? expanded[i] : '\0';
        }
        if (c == '%') {
            compiled.parts_.push_back({'=', '0', '%'});
            compiled.width_ += 1;
            continue;
        }
        if (c == '\0' || std::string_view("YymdejbBaAHIpMSfzs").find(c) == std::string_view::npos) {
            error = c == '\0' ? std::string("a `%` without a letter behind it") : unknown_letter(c);
            return std::nullopt;
        }
        if (c == 'e') {
            if (pad == '0') pad = ' ';
            c = 'd';
        }
        seen += c;
        compiled.parts_.push_back({c, pad, 0});
        compiled.width_ += c == 's' ? kIntWidth_bytes : 9;
    }
    const auto has = [&seen](char letter) { return seen.find(letter) != std::string::npos; };
    if (seen.empty()) {
        error = "a date format needs letters such as `%Y`, `%m`, `%d`";
        return std::nullopt;
    }
    if (has('I') && !has('p')) {
        error = "`%I` needs `%p` (AM or PM) beside it";
        return std::nullopt;
    }
    const bool has_month = has('m') || has('b') || has('B');
    compiled.has_date_ = has('s') || ((has('Y') || has('y')) && (has('j') || (has_month && has('d'))));
    compiled.has_time_ = has('s') || has('H') || has('I');
    compiled.has_zone_ = has('s') || has('z');
    return compiled;
}

namespace {

std::size_t take_offset(std::string_view text, std::int64_t& offset_us) {
    if (text.starts_with('Z')) {
        offset_us = 0;
        return 1;
    }
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
    std::int64_t hours = 0, minutes = 0;
    if (take_number(text.substr(1), 2, 2, hours) == 0) return 0;
    std::size_t size = 3;
    const std::size_t colon = size < text.size() && text[size] == ':' ? 1 : 0;
    if (take_number(text.substr(size + colon), 2, 2, minutes) != 0)
        size += colon + 2;
    else if (colon != 0)
        return 0;
    if (hours > 23 || minutes > 59) return 0;
    offset_us = (hours * 60 + minutes) * kMinute_us * (text[0] == '-' ? -1 : 1);
    return size;
}

/// One to six digits; more are taken where they are 0.
std::size_t take_fraction(std::string_view text, std::int64_t& microsecond, bool& lost_places) {
    std::size_t size = take_number(text, 1, 6, microsecond);
    if (size == 0) return 0;
    for (std::size_t i = size; i < 6; ++i) microsecond *= 10;
    for (; size < text.size() && is_digit(text[size]); ++size) lost_places = lost_places || text[size] != '0';
    return size;
}

std::size_t take_epoch(std::string_view text, std::int64_t& epoch_us) {
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    std::int64_t seconds = 0;
    const std::size_t size = take_number(text.substr(sign), 1, 12, seconds);
    epoch_us = seconds * kSecond_us * (sign != 0 ? -1 : 1);
    return size == 0 ? 0 : size + sign;
}

}  // namespace

bool DateFormat::read(std::string_view text, Fields& fields) const {
    for (const Part part : parts_) {
        std::size_t size = 0;
        std::uint32_t number = 0;
        switch (part.kind) {
            case '=': size = !text.empty() && text[0] == part.byte ? 1 : 0; break;
            case ' ':
                while (size < text.size() && is_space(text[size])) ++size;
                break;
            case 'Y': size = take_number(text, 4, 4, fields.year); break;
            case 'y':
                size = take_number(text, 2, 2, fields.year);
                fields.year += fields.year < 69 ? 2000 : 1900;
                break;
            case 'm': size = take_number(text, 1, 2, fields.month); break;
            case 'd':
                while (part.pad == ' ' && !text.empty() && text[0] == ' ') text.remove_prefix(1);
                size = take_number(text, 1, 2, fields.day);
                break;
            case 'j':
                size = take_number(text, 1, 3, fields.day_of_year);
                if (fields.day_of_year == 0) return false;
                break;
            case 'b':
            case 'B':
                size = take_name(text, kMonths, number);
                fields.month = number;
                break;
            case 'a':
            case 'A': size = take_name(text, kWeekdays, number); break;
            case 'I': fields.is_twelve_hour = true; [[fallthrough]];
            case 'H': size = take_number(text, 1, 2, fields.hour); break;
            case 'p':
                fields.is_afternoon = takes_word(text, "PM");
                size = fields.is_afternoon || takes_word(text, "AM") ? 2 : 0;
                break;
            case 'M': size = take_number(text, 1, 2, fields.minute); break;
            case 'S': size = take_number(text, 1, 2, fields.second); break;
            case 'f': size = take_fraction(text, fields.microsecond, fields.lost_places); break;
            case 'z':
                size = take_offset(text, fields.offset_us);
                fields.has_offset = true;
                break;
            case 's':
                size = take_epoch(text, fields.epoch_us);
                fields.has_epoch = true;
                break;
            default: return false;
        }
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return text.empty();
}

ParseResult DateFormat::resolve(const Fields& fields, std::int32_t& days, std::int64_t& clock_us) const {
    if (fields.lost_places) return ParseResult::too_many_places;
    std::int64_t hour = fields.hour;
    if (fields.is_twelve_hour) {
        if (hour < 1 || hour > 12) return ParseResult::malformed;
        hour = hour % 12 + (fields.is_afternoon ? 12 : 0);
    }
    if (hour > 23 || fields.minute > 59 || fields.second > 59) return ParseResult::malformed;
    const auto year = static_cast<std::int32_t>(fields.year);
    if (fields.day_of_year != 0) {
        if (year < 1 || fields.day_of_year > (is_leap_year(year) ? 366 : 365)) return ParseResult::malformed;
        days = days_from_civil({year, 1, 1}) + static_cast<std::int32_t>(fields.day_of_year) - 1;
    } else {
        const CivilDate date{year, static_cast<std::uint32_t>(fields.month), static_cast<std::uint32_t>(fields.day)};
        if (!is_civil_date(date)) return ParseResult::malformed;
        days = days_from_civil(date);
    }
    clock_us = ((hour * 60 + fields.minute) * 60 + fields.second) * kSecond_us + fields.microsecond;
    return ParseResult::ok;
}

ParseResult DateFormat::parse_date(std::string_view text, std::int32_t& days) const {
    Fields fields;
    if (!read(text, fields)) return ParseResult::malformed;
    std::int64_t clock_us = 0;
    std::int32_t day = 0;
    const ParseResult result = resolve(fields, day, clock_us);
    if (result != ParseResult::ok) return result;
    if (fields.has_epoch) {
        if (fields.epoch_us < kFirstTimestamp || fields.epoch_us > kLastTimestamp) return ParseResult::out_of_range;
        day = day_of(fields.epoch_us);
    }
    days = day;
    return ParseResult::ok;
}

ParseResult DateFormat::parse_timestamp(std::string_view text, TimeZone zone, std::int64_t& utc_us) const {
    Fields fields;
    if (!read(text, fields)) return ParseResult::malformed;
    std::int32_t days = 0;
    std::int64_t clock_us = 0;
    const ParseResult result = resolve(fields, days, clock_us);
    if (result != ParseResult::ok) return result;
    std::int64_t instant_us = days * kDay_us + clock_us;
    if (fields.has_epoch || fields.has_offset) {
        instant_us = fields.has_epoch ? fields.epoch_us + fields.microsecond : instant_us - fields.offset_us;
    } else {
        const std::int64_t local_us = instant_us;
        if (!zone.to_utc(local_us, instant_us) && instant_us >= kFirstTimestamp && instant_us <= kLastTimestamp)
            return ParseResult::no_such_instant;
    }
    if (instant_us < kFirstTimestamp || instant_us > kLastTimestamp) return ParseResult::out_of_range;
    utc_us = instant_us;
    return ParseResult::ok;
}

char* DateFormat::print(char* out, std::int64_t local_us, std::int64_t offset_us) const {
    const CivilTime time = civil_from_us(local_us);
    const CivilDate& date = time.date;
    const std::int32_t day = day_of(local_us);
    const auto year = static_cast<std::uint32_t>(date.year);
    const std::uint32_t hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12;
    for (const Part part : parts_) {
        switch (part.kind) {
            case 'Y': out = put_number(out, year, 4, part.pad); break;
            case 'y': out = put_number(out, year % 100, 2, part.pad); break;
            case 'm': out = put_number(out, date.month, 2, part.pad); break;
            case 'd': out = put_number(out, date.day, 2, part.pad); break;
            case 'j':
                out = put_number(out, static_cast<std::uint32_t>(day - days_from_civil({date.year, 1, 1}) + 1), 3,
                                 part.pad);
                break;
            case 'b': out = put_text(out, kMonths[date.month - 1].substr(0, 3)); break;
            case 'B': out = put_text(out, kMonths[date.month - 1]); break;
            case 'a': out = put_text(out, kWeekdays[weekday_of(day) - 1].substr(0, 3)); break;
            case 'A': out = put_text(out, kWeekdays[weekday_of(day) - 1]); break;
            case 'H': out = put_number(out, time.hour, 2, part.pad); break;
            case 'I': out = put_number(out, hour12, 2, part.pad); break;
            case 'p': out = put_text(out, time.hour < 12 ? "AM" : "PM"); break;
            case 'M': out = put_number(out, time.minute, 2, part.pad); break;
            case 'S': out = put_number(out, time.second, 2, part.pad); break;
            case 'f': out = put_number(out, time.microsecond, 6, '0'); break;
            case 'z': out = put_offset(out, offset_us); break;
            case 's': out = print_int(out, floor_divide(local_us - offset_us, kSecond_us)); break;
            default: *out++ = part.byte;
        }
    }
    return out;
}

char* DateFormat::print_date(char* out, std::int32_t days) const { return print(out, days * kDay_us, 0); }

char* DateFormat::print_timestamp(char* out, std::int64_t utc_us, TimeZone zone) const {
    const std::int64_t offset_us = zone.offset_us(utc_us);
    return print(out, utc_us + offset_us, offset_us);
}

}  // namespace etl
