#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "data/decimal.hpp"
#include "data/time.hpp"

namespace etl::digits {

// Reading numbers and dates eight characters at a time. kPadded: at least 8 bytes behind the text's end may be read, as
// in a block; else nothing behind it is.

static_assert(std::endian::native == std::endian::little);

inline constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
inline constexpr std::uint64_t kZeros = 0x3030303030303030ULL;

template <typename Word>
inline Word load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The first `size` bytes (1 to 8); what stands in the bytes above is not defined.
template <bool kPadded>
inline std::uint64_t load_few(const char* at, std::size_t size) {
    if (kPadded || size == 8) return load<std::uint64_t>(at);
    if (size >= 4) {
        const std::uint64_t tail = load<std::uint32_t>(at + size - 4);
        return load<std::uint32_t>(at) | tail << (8 * (size - 4));
    }
    if (size >= 2) {
        const std::uint64_t tail = load<std::uint16_t>(at + size - 2);
        return load<std::uint16_t>(at) | tail << (8 * (size - 2));
    }
    return static_cast<unsigned char>(*at);
}

/// Eight digits, the first in the lowest byte, each less '0'.
inline std::uint32_t combine8(std::uint64_t word) {
    word = word * 10 + (word >> 8);
    return static_cast<std::uint32_t>(((word & 0x000000FF000000FFULL) * 0x000F424000000064ULL +
                                       ((word >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL) >>
                                      32);
}

inline bool all_digits(std::uint64_t less_zero) {
    return (((less_zero + 0x7676767676767676ULL) | less_zero) & kHighBits) == 0;
}

/// 1 to 8 digits. False: there is something else.
template <bool kPadded>
inline bool read8(const char* at, std::size_t size, std::uint64_t& value) {
    const std::uint64_t word = (load_few<kPadded>(at, size) ^ kZeros) << (64 - 8 * size);
    if (!all_digits(word)) return false;
    value = combine8(word);
    return true;
}

/// 1 to 19 digits.
template <bool kPadded>
inline bool read19(const char* at, std::size_t size, std::uint64_t& value) {
    if (size <= 8) return read8<kPadded>(at, size, value);
    std::uint64_t last = 0;
    if (!read8<true>(at + size - 8, 8, last)) return false;
    if (size <= 16) {
        if (!read8<true>(at, size - 8, value)) return false;
    } else {
        std::uint64_t middle = 0;
        if (!read8<true>(at + size - 16, 8, middle) || !read8<true>(at, size - 16, value)) return false;
        value = value * 100'000'000 + middle;
    }
    value = value * 100'000'000 + last;
    return true;
}

/// 1 to 38 digits.
template <bool kPadded>
inline bool read38(const char* at, std::size_t size, UInt128& value) {
    std::uint64_t high = 0, low = 0;
    if (size <= 19) {
        if (!read19<kPadded>(at, size, low)) return false;
        value = low;
        return true;
    }
    if (!read19<true>(at, size - 19, high) || !read19<kPadded>(at + size - 19, 19, low)) return false;
    value = UInt128{high} * static_cast<std::uint64_t>(kPowersOfTen[19]) + low;
    return true;
}

/// Where the byte first stands; `size` if it does not.
template <bool kPadded>
inline std::size_t find_byte(const char* at, std::size_t size, char byte) {
    const std::uint64_t wanted = 0x0101010101010101ULL * static_cast<unsigned char>(byte);
    for (std::size_t i = 0; i < size; i += 8) {
        const std::uint64_t word = load_few<kPadded>(at + i, size - i < 8 ? size - i : 8) ^ wanted;
        const std::uint64_t found = (word - 0x0101010101010101ULL) & ~word & kHighBits;
        if (found != 0) {
            const std::size_t place = i + static_cast<std::size_t>(std::countr_zero(found)) / 8;
            return place < size ? place : size;
        }
    }
    return size;
}

inline bool only_digits(const char* at, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        if (static_cast<unsigned char>(at[i] - '0') > 9) return false;
    return true;
}

struct MonthDays {
    std::uint16_t before = 0;  // in its year
    std::uint16_t length = 0;
};
enum YearKind : std::uint32_t { common_year, leap_year, no_year };
/// By kind of year and month; what is no month has no days.
constexpr auto make_month_days() {
    std::array<std::array<MonthDays, 128>, 3> all{};
    for (std::uint32_t kind = 0; kind < 2; ++kind) {
        std::uint16_t before = 0;
        for (std::uint32_t month = 1; month <= 12; ++month) {
            const auto length = static_cast<std::uint16_t>(days_in_month(kind == leap_year ? 2000 : 2001, month));
            all[kind][month] = {before, length};
            before = static_cast<std::uint16_t>(before + length);
        }
    }
    return all;
}
inline constexpr auto kMonthDays = make_month_days();
/// By year: its first day times 4, and its kind.
constexpr auto make_years() {
    std::array<std::int32_t, 10000> all{};
    all[0] = no_year;
    std::int32_t first = kFirstDate;
    for (std::int32_t year = 1; year < 10000; ++year) {
        const bool leap = is_leap_year(year);
        all[static_cast<std::size_t>(year)] = first * 4 + (leap ? 1 : 0);
        first += leap ? 366 : 365;
    }
    return all;
}
inline constexpr auto kYears = make_years();

/// 2024-01-31 at `at`: 10 bytes readable. False: not that form, or no such day.
inline bool read_date10(const char* at, std::int32_t& days) {
    // Digits less '0' are at most 9, the two dashes become 0.
    const std::uint64_t word = load<std::uint64_t>(at) ^ 0x2D30302D30303030ULL;
    const std::uint32_t tail = load<std::uint16_t>(at + 8) ^ 0x3030U;
    if ((((word + 0x7F76767F76767676ULL) | word) & kHighBits) != 0) return false;
    if ((((tail + 0x7676U) | tail) & 0x8080U) != 0) return false;
    const std::uint32_t pairs = static_cast<std::uint32_t>(word) * 10 + (static_cast<std::uint32_t>(word) >> 8);
    const std::int32_t year = kYears[(pairs & 0xFF) * 100 + ((pairs >> 16) & 0xFF)];
    const std::uint32_t month = static_cast<std::uint32_t>((word >> 40) & 0xFF) * 10 + ((word >> 48) & 0xFF);
    const std::uint32_t day = (tail & 0xFF) * 10 + (tail >> 8);
    const MonthDays days_of = kMonthDays[static_cast<std::uint32_t>(year) & 3][month];
    if (day - 1 >= days_of.length) return false;
    days = (year >> 2) + static_cast<std::int32_t>(days_of.before + day - 1);
    return true;
}

/// 10:00:59 at `at`: 8 bytes readable. Seconds of the day.
inline bool read_time8(const char* at, std::uint32_t& seconds) {
    const std::uint64_t word = load<std::uint64_t>(at) ^ 0x30303A30303A3030ULL;
    if ((((word + 0x76767F76767F7676ULL) | word) & kHighBits) != 0) return false;
    const auto pair = [word](unsigned byte) {
        return static_cast<std::uint32_t>((word >> (8 * byte)) & 0xFF) * 10 +
               static_cast<std::uint32_t>((word >> (8 * byte + 8)) & 0xFF);
    };
    const std::uint32_t hour = pair(0), minute = pair(3), second = pair(6);
    if (hour > 23 || minute > 59 || second > 59) return false;
    seconds = (hour * 60 + minute) * 60 + second;
    return true;
}

}  // namespace etl::digits
