#include "data/text_parse.hpp"

#include <charconv>
#include <cmath>

#include "data/print.hpp"
#include "data/read_value.hpp"

namespace etl {

ParseResult parse_int(std::string_view text, std::int64_t& value) {
    bool canonical = false;
    return read_int<false>(text.data(), text.size(), value, canonical);
}

ParseResult parse_decimal(std::string_view text, unsigned precision, unsigned scale, Int128& value) {
    bool canonical = false;
    return read_decimal<false>(text.data(), text.size(), precision, scale, value, canonical);
}

ParseResult parse_decimal(std::string_view text, unsigned precision, unsigned scale, std::int64_t& value) {
    bool canonical = false;
    return read_decimal<false>(text.data(), text.size(), precision, scale, value, canonical);
}

ParseResult parse_float(std::string_view text, double& value) {
    bool canonical = false;
    return read_float<false, false>(text.data(), text.size(), value, canonical);
}

ParseResult parse_bool(std::string_view text, bool& value) { return read_bool<false>(text.data(), text.size(), value); }

ParseResult parse_date(std::string_view text, std::int32_t& days) { return read_date(text.data(), text.size(), days); }

ParseResult parse_timestamp(std::string_view text, TimeZone zone, std::int64_t& utc_us) {
    bool canonical = false;
    return read_timestamp(text.data(), text.size(), zone, utc_us, canonical);
}

bool is_canonical_int(std::string_view text) {
    std::int64_t value = 0;
    bool canonical = false;
    return read_int<false>(text.data(), text.size(), value, canonical) == ParseResult::ok && canonical;
}

bool is_canonical_decimal(std::string_view text, unsigned precision, unsigned scale) {
    bool canonical = false;
    if (precision <= 18) {
        std::int64_t value = 0;
        return read_decimal<false>(text.data(), text.size(), precision, scale, value, canonical) == ParseResult::ok &&
               canonical;
    }
    Int128 value = 0;
    return read_decimal<false>(text.data(), text.size(), precision, scale, value, canonical) == ParseResult::ok &&
           canonical;
}

bool is_canonical_float(std::string_view text) {
    double value = 0;
    bool canonical = false;
    return read_float<false, true>(text.data(), text.size(), value, canonical) == ParseResult::ok && canonical;
}

bool is_canonical_bool(std::string_view text) {
    bool value = false;
    return read_bool<false>(text.data(), text.size(), value) == ParseResult::ok;
}

bool is_canonical_date(std::string_view text) {
    std::int32_t days = 0;
    return read_date(text.data(), text.size(), days) == ParseResult::ok;
}

bool is_canonical_timestamp(std::string_view text) {
    std::int64_t utc_us = 0;
    bool canonical = false;
    return read_timestamp(text.data(), text.size(), TimeZone(), utc_us, canonical) == ParseResult::ok && canonical;
}

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Of [digits][.digits][e[+-]digits], as it must be spelled.
struct FloatShape {
    bool valid = false;
    std::int64_t magnitude = 0;  // of the first digit that is not 0, as a power of ten
};

FloatShape shape_of(const char* at, const char* end) {
    const char* first = at;
    const char* leading = nullptr;
    while (at < end && is_digit(*at)) {
        if (leading == nullptr && *at != '0') leading = at;
        ++at;
    }
    const char* point = at;
    if (point == first) return {};
    if (at < end && *at == '.') {
        for (++at; at < end && is_digit(*at); ++at)
            if (leading == nullptr && *at != '0') leading = at;
        if (at == point + 1) return {};
    }
    std::int64_t exponent = 0;
    if (at < end && (*at == 'e' || *at == 'E')) {
        ++at;
        const bool negative = at < end && *at == '-';
        if (at < end && (*at == '-' || *at == '+')) ++at;
        if (at == end) return {};
        for (; at < end && is_digit(*at); ++at)
            if (exponent < 1'000'000'000'000) exponent = exponent * 10 + (*at - '0');
        if (negative) exponent = -exponent;
    }
    if (at != end) return {};
    if (leading == nullptr) return {true, INT64_MIN};
    return {true, exponent + (leading < point ? point - leading - 1 : point - leading)};
}

}  // namespace

ParseResult read_float_slowly(const char* at, std::size_t size, double& value, bool* canonical) {
    const std::string_view text(at, size);
    const char* end = at + size;
    const bool negative = size != 0 && *at == '-';
    if (size != 0 && (*at == '-' || *at == '+')) ++at;
    const FloatShape shape = shape_of(at, end);
    if (!shape.valid) return ParseResult::malformed;
    double number = 0;
    const auto read = std::from_chars(at, end, number);
    if (read.ec == std::errc::result_out_of_range) {
        if (shape.magnitude > 0) return ParseResult::out_of_range;
        number = 0;
    } else if (std::isinf(number)) {
        return ParseResult::out_of_range;
    }
    value = negative ? -number : number;
    if (canonical != nullptr) {
        char printed[kFloatWidth_bytes];
        *canonical = text == std::string_view(printed, static_cast<std::size_t>(print_float(printed, value) - printed));
    }
    return ParseResult::ok;
}

namespace {

/// The rest of a timestamp, read from the left.
class Cursor {
  public:
    Cursor(const char* at, const char* end) : at_(at), end_(end) {}
    bool at_end() const { return at_ == end_; }
    bool take(char wanted) {
        if (at_ == end_ || *at_ != wanted) return false;
        ++at_;
        return true;
    }
    bool take_pair(std::uint32_t most, std::uint32_t& value) {
        if (end_ - at_ < 2 || !is_digit(at_[0]) || !is_digit(at_[1])) return false;
        value = static_cast<std::uint32_t>((at_[0] - '0') * 10 + at_[1] - '0');
        at_ += 2;
        return value <= most;
    }
    /// Digits to the end of them; `count` of all, `value` of the first six filled up to six.
    bool take_fraction(std::uint32_t& value, std::size_t& count, bool& lost, bool& zero_last) {
        const char* first = at_;
        value = 0;
        for (; at_ < end_ && is_digit(*at_); ++at_) {
            zero_last = *at_ == '0';
            if (at_ - first < 6)
                value = value * 10 + static_cast<std::uint32_t>(*at_ - '0');
            else if (*at_ != '0')
                lost = true;
        }
        count = static_cast<std::size_t>(at_ - first);
        for (std::size_t i = count; i < 6; ++i) value *= 10;
        return count != 0;
    }
    /// +02:00, +0200, +02.
    bool take_offset(std::int64_t& offset_us) {
        const bool west = take('-');
        if (!west && !take('+')) return false;
        std::uint32_t hours = 0, minutes = 0;
        if (!take_pair(23, hours)) return false;
        const bool colon = take(':');
        if ((colon || !at_end()) && !take_pair(59, minutes)) return false;
        offset_us = (hours * 60 + minutes) * kMinute_us;
        if (west) offset_us = -offset_us;
        return true;
    }

  private:
    const char* at_;
    const char* end_;
};

}  // namespace

ParseResult detail::read_timestamp_slowly(const char* at, std::size_t size, TimeZone zone, std::int64_t& utc_us,
                                          bool& canonical) {
    canonical = false;
    std::int32_t days = 0;
    if (size < 10 || !digits::read_date10(at, days)) return ParseResult::malformed;
    std::int64_t clock_us = days * kDay_us;
    Cursor rest(at + 10, at + size);
    bool is_utc = false, lost = false, zero_last = false;
    std::int64_t offset_us = 0;
    bool has_offset = false;
    std::size_t places = 0;
    bool has_seconds = false;
    if (size > 10) {
        const bool spaced = rest.take(' ');
        std::uint32_t hour = 0, minute = 0, second = 0, fraction = 0;
        if (!spaced && !rest.take('T')) return ParseResult::malformed;
        if (!rest.take_pair(23, hour) || !rest.take(':') || !rest.take_pair(59, minute)) return ParseResult::malformed;
        has_seconds = rest.take(':');
        if (has_seconds && !rest.take_pair(59, second)) return ParseResult::malformed;
        if (has_seconds && rest.take('.') && !rest.take_fraction(fraction, places, lost, zero_last))
            return ParseResult::malformed;
        is_utc = rest.take('Z');
        has_offset = is_utc || !rest.at_end();
        if (!is_utc && has_offset && !rest.take_offset(offset_us)) return ParseResult::malformed;
        if (!rest.at_end()) return ParseResult::malformed;
        clock_us += (hour * 60 + minute) * kMinute_us + second * kSecond_us + fraction;
        canonical = !spaced && has_seconds && is_utc && !zero_last && places <= 6;
    }
    if (lost) return ParseResult::too_many_places;
    if (has_offset) {
        clock_us -= offset_us;
        if (clock_us < kFirstTimestamp || clock_us > kLastTimestamp) return ParseResult::out_of_range;
        utc_us = clock_us;
        return ParseResult::ok;
    }
    std::int64_t instant_us = 0;
    if (!zone.to_utc(clock_us, instant_us))
        return instant_us < kFirstTimestamp || instant_us > kLastTimestamp ? ParseResult::out_of_range
                                                                           : ParseResult::no_such_instant;
    utc_us = instant_us;
    return ParseResult::ok;
}

ParseResult parse_duration(std::string_view text, std::int64_t& us) {
    struct Unit {
        std::string_view name;
        std::int64_t size_us;
    };
    static constexpr Unit units[]{{"d", kDay_us}, {"h", kHour_us},   {"ms", 1000},
                                  {"us", 1},      {"m", kMinute_us}, {"s", kSecond_us}};
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return ParseResult::malformed;
    std::int64_t total_us = 0, last_size = INT64_MAX;
    bool fits = true;
    while (!text.empty()) {
        std::int64_t count = 0;
        std::size_t digits = 0;
        for (; digits < text.size() && is_digit(text[digits]); ++digits)
            fits = fits && !__builtin_mul_overflow(count, 10, &count) &&
                   !__builtin_add_overflow(count, text[digits] - '0', &count);
        if (digits == 0) return ParseResult::malformed;
        text.remove_prefix(digits);
        const Unit* found = nullptr;
        for (const auto& unit : units)
            if (found == nullptr && text.starts_with(unit.name)) found = &unit;
        // From the greater unit to the smaller, each once.
        if (found == nullptr || found->size_us >= last_size) return ParseResult::malformed;
        last_size = found->size_us;
        text.remove_prefix(found->name.size());
        std::int64_t part_us = 0;
        fits = fits && !__builtin_mul_overflow(negative ? -count : count, found->size_us, &part_us) &&
               !__builtin_add_overflow(total_us, part_us, &total_us);
    }
    if (!fits) return ParseResult::out_of_range;
    us = total_us;
    return ParseResult::ok;
}

}  // namespace etl
