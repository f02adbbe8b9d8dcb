#include "data/print.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "data/time.hpp"

namespace etl {

namespace {

constexpr std::array<char, 200> make_pairs() {
    std::array<char, 200> pairs{};
    for (unsigned i = 0; i < 100; ++i) {
        pairs[2 * i] = static_cast<char>('0' + i / 10);
        pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return pairs;
}
constexpr std::array<char, 200> kPairs = make_pairs();

char* put_pair(char* out, std::uint32_t value) {
    std::memcpy(out, &kPairs[2 * value], 2);
    return out + 2;
}

/// Eight digits of a number below 10^8 as bytes 0 to 9, the first in the lowest.
std::uint64_t split8(std::uint32_t value) {
    const std::uint64_t halves = value / 10000 | std::uint64_t{value % 10000} << 32;
    const std::uint64_t hundreds = ((halves * 10486) >> 20) & 0x0000007F0000007FULL;
    const std::uint64_t pairs = ((halves - 100 * hundreds) << 16) + hundreds;
    const std::uint64_t tens = ((pairs * 103) >> 10) & 0x000F000F000F000FULL;
    return tens + ((pairs - 10 * tens) << 8);
}

constexpr std::uint64_t kZeros = 0x3030303030303030ULL;

char* store8(char* out, std::uint64_t digits, unsigned count) {
    std::memcpy(out, &digits, 8);
    return out + count;
}

/// Without leading zeros; writes eight bytes, of which those behind the result are nothing.
char* put_below8(char* out, std::uint32_t value) {
    const std::uint64_t digits = split8(value);
    const auto zeros = static_cast<unsigned>(std::countr_zero(digits | std::uint64_t{1} << 56)) / 8;
    return store8(out, (digits | kZeros) >> (8 * zeros), 8 - zeros);
}

char* put_all8(char* out, std::uint32_t value) { return store8(out, split8(value) | kZeros, 8); }

constexpr std::uint64_t k1e8 = 100'000'000;
constexpr std::uint64_t k1e16 = k1e8 * k1e8;

/// Writes within kIntWidth_bytes.
char* put_unsigned(char* out, std::uint64_t value) {
    if (value < k1e8) return put_below8(out, static_cast<std::uint32_t>(value));
    if (value < k1e16) {
        out = put_below8(out, static_cast<std::uint32_t>(value / k1e8));
        return put_all8(out, static_cast<std::uint32_t>(value % k1e8));
    }
    out = put_below8(out, static_cast<std::uint32_t>(value / k1e16));
    value %= k1e16;
    out = put_all8(out, static_cast<std::uint32_t>(value / k1e8));
    return put_all8(out, static_cast<std::uint32_t>(value % k1e8));
}

/// Exactly `width` digits, zeros in front.
void put_digits(char* out, std::uint64_t value, unsigned width) {
    if (width <= 8) {
        store8(out, (split8(static_cast<std::uint32_t>(value)) | kZeros) >> (8 * (8 - width)), width);
        return;
    }
    put_digits(out, value / k1e8, width - 8);
    put_all8(out + width - 8, static_cast<std::uint32_t>(value % k1e8));
}

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

}  // namespace

char* print_int(char* out, std::int64_t value) {
    if (value < 0) *out++ = '-';
    return put_unsigned(out, magnitude(value));
}

namespace {

struct Parts {
    std::uint64_t whole;
    std::uint64_t fraction;
};

/// The most frequent scales are divisions by a constant.
Parts split_at(std::uint64_t size, unsigned scale) {
    if (scale == 2) return {size / 100, size % 100};
    if (scale == 6) return {size / 1'000'000, size % 1'000'000};
    const auto power = static_cast<std::uint64_t>(kPowersOfTen[scale]);
    return {size / power, size % power};
}

/// A number >= 0 of at most 15 digits, `places` (2 or 6) of them behind the point, of which zeros at the end but one
/// are left out.
char* print_trimmed(char* out, std::uint64_t size, unsigned places) {
    const Parts parts = split_at(size, places);
    out = put_unsigned(out, parts.whole);
    *out++ = '.';
    const std::uint64_t digits = split8(static_cast<std::uint32_t>(parts.fraction)) >> (8 * (8 - places));
    const auto kept = 8 - static_cast<unsigned>(std::countl_zero(digits | 1)) / 8;
    return store8(out, digits | kZeros, kept);
}

}  // namespace

char* print_decimal(char* out, std::int64_t value, unsigned scale) {
    if (value < 0) *out++ = '-';
    const std::uint64_t size = magnitude(value);
    if (scale == 0) return put_unsigned(out, size);
    const Parts parts = split_at(size, scale);
    out = put_unsigned(out, parts.whole);
    *out++ = '.';
    put_digits(out, parts.fraction, scale);
    return out + scale;
}

char* print_decimal(char* out, Int128 value, unsigned scale) {
    if (value >= -INT64_MAX && value <= INT64_MAX && scale <= 18)
        return print_decimal(out, static_cast<std::int64_t>(value), scale);
    if (value < 0) *out++ = '-';
    UInt128 size = value < 0 ? 0 - static_cast<UInt128>(value) : static_cast<UInt128>(value);
    // At most 39 digits in three pieces.
    constexpr std::uint64_t piece = 10'000'000'000'000'000'000ULL;
    char digits[57];
    for (int i = 2; i >= 0; --i) {
        put_digits(digits + 19 * i, static_cast<std::uint64_t>(size % piece), 19);
        size /= piece;
    }
    unsigned first = 0;
    while (first < 56 - scale && digits[first] == '0') ++first;
    const unsigned whole = 57 - scale - first;
    std::memcpy(out, digits + first, whole);
    out += whole;
    if (scale == 0) return out;
    *out++ = '.';
    std::memcpy(out, digits + 57 - scale, scale);
    return out + scale;
}

namespace {

/// The shortest digits of a finite number > 0, as d.ddd × 10^exponent.
struct Shortest {
    char digits[20];
    int count = 0;
    int exponent = 0;
};

Shortest shortest_of(double value) {
    char text[32];
    const char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    Shortest result;
    const char* at = text;
    for (; *at != 'e'; ++at)
        if (*at != '.') result.digits[result.count++] = *at;
    ++at;
    if (*at == '+') ++at;
    std::from_chars(at, end, result.exponent);
    return result;
}

char* put_zeros(char* out, int count) {
    std::memset(out, '0', static_cast<std::size_t>(count));
    return out + count;
}

char* put_shortest(char* out, const Shortest& number) {
    const auto copy = [&](int from, int count) {
        std::memcpy(out, number.digits + from, static_cast<std::size_t>(count));
        out += count;
    };
    const int exponent = number.exponent;
    if (exponent < -5 || exponent > 15) {
        copy(0, 1);
        if (number.count > 1) {
            *out++ = '.';
            copy(1, number.count - 1);
        }
        *out++ = 'e';
        return print_int(out, exponent);
    }
    if (exponent < 0) {
        *out++ = '0';
        *out++ = '.';
        out = put_zeros(out, -exponent - 1);
        copy(0, number.count);
        return out;
    }
    if (number.count <= exponent + 1) {
        copy(0, number.count);
        out = put_zeros(out, exponent + 1 - number.count);
        *out++ = '.';
        *out++ = '0';
        return out;
    }
    copy(0, exponent + 1);
    *out++ = '.';
    copy(exponent + 1, number.count - exponent - 1);
    return out;
}

}  // namespace

char* print_float(char* out, double value) {
    if (std::isnan(value)) return static_cast<char*>(std::memcpy(out, "nan", 3)) + 3;
    if (std::signbit(value)) {
        *out++ = '-';
        value = -value;
    }
    if (std::isinf(value)) return static_cast<char*>(std::memcpy(out, "inf", 3)) + 3;
    // A decimal of at most 15 digits that reads back the same is the shortest one, but for zeros at its end.
    if (value < 1e9 && (value >= 1e-4 || value == 0)) {
        for (const unsigned places : {2U, 6U}) {
            const double power = places == 2 ? 1e2 : 1e6;
            const auto scaled = static_cast<std::int64_t>(value * power + 0.5);
            if (static_cast<double>(scaled) / power != value) continue;
            return print_trimmed(out, static_cast<std::uint64_t>(scaled), places);
        }
    }
    return put_shortest(out, shortest_of(value));
}

char* print_bool(char* out, bool value) {
    const std::size_t size = value ? 4 : 5;
    std::memcpy(out, value ? "true" : "false", size);
    return out + size;
}

char* print_date(char* out, std::int32_t days) {
    const CivilDate date = civil_from_days(days);
    const auto year = static_cast<std::uint32_t>(date.year);
    put_pair(out, year / 100);
    put_pair(out + 2, year % 100);
    out[4] = '-';
    put_pair(out + 5, date.month);
    out[7] = '-';
    put_pair(out + 8, date.day);
    return out + 10;
}

char* print_timestamp(char* out, std::int64_t utc_us) {
    const std::int32_t day = day_of(utc_us);
    const auto of_day_us = static_cast<std::uint64_t>(utc_us - day * kDay_us);
    const auto seconds = static_cast<std::uint32_t>(of_day_us / kSecond_us);
    const auto fraction = static_cast<std::uint32_t>(of_day_us % kSecond_us);
    out = print_date(out, day);
    out[0] = 'T';
    put_pair(out + 1, seconds / 3600);
    out[3] = ':';
    put_pair(out + 4, seconds / 60 % 60);
    out[6] = ':';
    put_pair(out + 7, seconds % 60);
    out += 9;
    if (fraction != 0) {
        *out = '.';
        put_digits(out + 1, fraction, 6);
        out += 7;
        while (out[-1] == '0') --out;
    }
    *out = 'Z';
    return out + 1;
}

char* print_duration(char* out, std::int64_t us) {
    struct Unit {
        const char* name;
        std::uint64_t size_us;
    };
    static constexpr Unit units[]{{"d", kDay_us},    {"h", kHour_us}, {"m", kMinute_us},
                                  {"s", kSecond_us}, {"ms", 1000},    {"us", 1}};
    std::uint64_t rest = magnitude(us);
    if (rest == 0) return static_cast<char*>(std::memcpy(out, "0s", 2)) + 2;
    if (us < 0) *out++ = '-';
    for (const auto& unit : units) {
        const std::uint64_t count = rest / unit.size_us;
        rest %= unit.size_us;
        if (count == 0) continue;
        out = put_unsigned(out, count);
        for (const char* name = unit.name; *name != 0; ++name) *out++ = *name;
    }
    return out;
}

}  // namespace etl
