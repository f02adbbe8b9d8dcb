#pragma once

#include <cstddef>
#include <cstdint>

#include "data/digits.hpp"
#include "data/text_parse.hpp"

namespace etl {

// Behind parse_* and is_canonical_* of text_parse.hpp and unpack.hpp: reads a value and tells whether it is spelled as
// print.hpp would. kPadded as in digits.hpp; size may be 0. Meant to be inlined into loops over a column.

namespace detail {

/// Takes a sign off. `plus`: it was a +.
inline bool take_sign(const char*& at, std::size_t& size, bool& plus) {
    if (size == 0 || static_cast<unsigned char>(*at) >= '0') return false;
    const bool minus = *at == '-';
    plus = *at == '+';
    if (!minus && !plus) return false;
    ++at;
    --size;
    return minus;
}

}  // namespace detail

template <bool kPadded>
inline ParseResult read_int(const char* at, std::size_t size, std::int64_t& value, bool& canonical) {
    bool plus = false;
    const bool negative = detail::take_sign(at, size, plus);
    if (size == 0) return ParseResult::malformed;
    canonical = !plus && (*at != '0' || (size == 1 && !negative));
    if (size > 19) {
        if (!digits::only_digits(at, size)) return ParseResult::malformed;
        while (size > 1 && *at == '0') ++at, --size;
        if (size > 19) return ParseResult::out_of_range;
    }
    std::uint64_t number = 0;
    if (!digits::read19<kPadded>(at, size, number)) return ParseResult::malformed;
    const std::uint64_t most = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (number > most) return ParseResult::out_of_range;
    value = static_cast<std::int64_t>(negative ? 0 - number : number);
    return ParseResult::ok;
}

/// Integer is int64_t (precision to 18) or Int128.
template <bool kPadded, typename Integer>
inline ParseResult read_decimal(const char* at, std::size_t size, unsigned precision, unsigned scale, Integer& value,
                                bool& canonical) {
    bool plus = false;
    const bool negative = detail::take_sign(at, size, plus);
    if (size == 0) return ParseResult::malformed;
    // Most often all places are there.
    std::size_t whole = size;
    std::size_t places = 0;
    if (scale != 0 && size > scale + 1 && at[size - 1 - scale] == '.') {
        whole = size - 1 - scale;
        places = scale;
    } else if (const std::size_t point = digits::find_byte<kPadded>(at, size, '.'); point != size) {
        whole = point;
        places = size - whole - 1;
        if (whole == 0 || places == 0) return ParseResult::malformed;
    }
    const char* fraction = at + whole + 1;
    canonical = !plus && places == scale && (*at != '0' || whole == 1);
    if (places > scale) {
        if (!digits::only_digits(fraction, places) || !digits::only_digits(at, whole)) return ParseResult::malformed;
        for (std::size_t i = scale; i < places; ++i)
            if (fraction[i] != '0') return ParseResult::too_many_places;
        places = scale;
    }
    if (whole > precision - scale) {
        const char* end = at + whole;
        while (at < end && *at == '0') ++at;
        if (static_cast<std::size_t>(end - at) > precision - scale) {
            const bool numeric = digits::only_digits(at, end - at) && digits::only_digits(fraction, places);
            return numeric ? ParseResult::out_of_range : ParseResult::malformed;
        }
        whole = static_cast<std::size_t>(end - at);
    }
    if (kPadded && whole + places <= 8 && whole != 0) {
        // All digits in one word, the point left out.
        std::uint64_t word = digits::load<std::uint64_t>(at);
        if (places != 0) {
            word &= (std::uint64_t{1} << (8 * whole)) - 1;
            word |= digits::load<std::uint64_t>(fraction) << (8 * whole);
        }
        word = (word ^ digits::kZeros) << (64 - 8 * (whole + places));
        if (!digits::all_digits(word)) return ParseResult::malformed;
        Integer number = digits::combine8(word);
        if (places != scale) number *= static_cast<Integer>(kPowersOfTen[scale - places]);
        if (negative && number == 0) canonical = false;
        value = negative ? -number : number;
        return ParseResult::ok;
    }
    using Unsigned = std::conditional_t<sizeof(Integer) == 8, std::uint64_t, UInt128>;
    Unsigned number = 0;
    Unsigned low = 0;
    const auto read = [](const char* from, std::size_t count, Unsigned& into) {
        if constexpr (sizeof(Integer) == 8)
            return digits::read19<kPadded>(from, count, into);
        else
            return digits::read38<kPadded>(from, count, into);
    };
    if (whole != 0 && !read(at, whole, number)) return ParseResult::malformed;
    if (places != 0) {
        if (!read(fraction, places, low)) return ParseResult::malformed;
        number = number * static_cast<Unsigned>(kPowersOfTen[places]) + low;
    }
    if (places != scale) number *= static_cast<Unsigned>(kPowersOfTen[scale - places]);
    if (negative && number == 0) canonical = false;
    value = static_cast<Integer>(negative ? 0 - number : number);
    return ParseResult::ok;
}

template <bool kPadded>
inline ParseResult read_bool(const char* at, std::size_t size, bool& value) {
    if (size - 4 > 1) return ParseResult::malformed;
    // Without branches: truth is hard to foresee.
    const auto head = digits::load<std::uint32_t>(at);
    const bool is_true = (head == digits::load<std::uint32_t>("true")) & (size == 4);
    const bool is_false = (head == digits::load<std::uint32_t>("false")) & (size == 5) & (at[size - 1] == 'e');
    value = is_true;
    return is_true | is_false ? ParseResult::ok : ParseResult::malformed;
}

inline ParseResult read_date(const char* at, std::size_t size, std::int32_t& days) {
    return size == 10 && digits::read_date10(at, days) ? ParseResult::ok : ParseResult::malformed;
}

namespace detail {
/// What stands behind 2024-01-31T10:00:00, or any shorter form.
ParseResult read_timestamp_slowly(const char* at, std::size_t size, TimeZone zone, std::int64_t& utc_us,
                                  bool& canonical);
}  // namespace detail

inline ParseResult read_timestamp(const char* at, std::size_t size, TimeZone zone, std::int64_t& utc_us,
                                  bool& canonical) {
    std::int32_t days = 0;
    std::uint32_t seconds = 0;
    if (size == 20 && at[19] == 'Z' && at[10] == 'T' && digits::read_date10(at, days) &&
        digits::read_time8(at + 11, seconds)) {
        canonical = true;
        utc_us = days * kDay_us + seconds * kSecond_us;
        return ParseResult::ok;
    }
    return detail::read_timestamp_slowly(at, size, zone, utc_us, canonical);
}

/// Any spelling, by std::from_chars. canonical: by printing the value.
ParseResult read_float_slowly(const char* at, std::size_t size, double& value, bool* canonical);

/// kCanonical: `canonical` is wanted.
template <bool kPadded, bool kCanonical>
inline ParseResult read_float(const char* at, std::size_t size, double& value, bool& canonical) {
    // To 15 digits and 22 places a whole number divided by a power of ten is the nearest double, and its digits without
    // zeros at the end are the shortest.
    if (size - 1 < 17) {
        const char* from = at;
        std::size_t rest = size;
        bool plus = false;
        const bool negative = detail::take_sign(from, rest, plus);
        std::uint64_t whole = 0, fraction = 0;
        const std::size_t before = digits::find_byte<kPadded>(from, rest, '.');
        const std::size_t places = before == rest ? 0 : rest - before - 1;
        if (before != 0 && before + places <= 15 && (before == rest || places != 0) &&
            digits::read19<kPadded>(from, before, whole) &&
            (places == 0 || digits::read19<kPadded>(from + before + 1, places, fraction))) {
            const auto power = static_cast<std::uint64_t>(kPowersOfTen[places]);
            const std::uint64_t all = whole * power + fraction;
            const double number = static_cast<double>(all) / kExactPowers[places];
            value = negative ? -number : number;
            if (!kCanonical) return ParseResult::ok;
            const bool one_zero = places == 1 || from[rest - 1] != '0';
            if (number >= 1e-4 || all == 0) {
                canonical = !plus && places != 0 && one_zero && (before == 1 || *from != '0');
                return ParseResult::ok;
            }
        }
    }
    return read_float_slowly(at, size, value, kCanonical ? &canonical : nullptr);
}

}  // namespace etl
