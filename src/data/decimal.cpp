#include "data/decimal.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "data/print.hpp"

namespace etl {

namespace {

UInt128 magnitude(Int128 value) { return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value); }

Int128 with_sign(UInt128 size, bool negative) {
    return negative ? -static_cast<Int128>(size) : static_cast<Int128>(size);
}

/// Whether a quotient with that remainder (not 0) goes one away from zero. `half`: the remainder against half of the
/// divisor.
bool rounds_away(Rounding rounding, bool negative, bool odd, int half) {
    switch (rounding) {
        case Rounding::exact:
        case Rounding::toward_zero: return false;
        case Rounding::half_away: return half >= 0;
        case Rounding::half_even: return half > 0 || (half == 0 && odd);
        case Rounding::down: return negative;
        case Rounding::up: return !negative;
    }
    return false;
}

struct Division {
    UInt128 quotient;
    UInt128 remainder;
};

Division divide_small(UInt128 value, UInt128 divisor) {
    if ((value >> 64) == 0 && (divisor >> 64) == 0) {
        const auto v = static_cast<std::uint64_t>(value);
        const auto d = static_cast<std::uint64_t>(divisor);
        return {v / d, v % d};
    }
    const UInt128 quotient = value / divisor;
    return {quotient, value - quotient * divisor};
}

bool finish_division(Division division, UInt128 divisor, bool negative, Rounding rounding, Int128& result) {
    if (division.remainder != 0) {
        if (rounding == Rounding::exact) return false;
        const UInt128 rest = divisor - division.remainder;
        const int half = division.remainder < rest ? -1 : (division.remainder > rest ? 1 : 0);
        if (rounds_away(rounding, negative, (division.quotient & 1) != 0, half)) ++division.quotient;
    }
    if (division.quotient > static_cast<UInt128>(kMaxDecimal)) return false;
    result = with_sign(division.quotient, negative);
    return true;
}

struct Wide {
    UInt128 high = 0;
    UInt128 low = 0;
};

Wide multiply_wide(UInt128 a, UInt128 b) {
    const UInt128 mask = ~std::uint64_t{0};
    const UInt128 a_low = a & mask, a_high = a >> 64, b_low = b & mask, b_high = b >> 64;
    const UInt128 low = a_low * b_low;
    const UInt128 middle = a_high * b_low + (low >> 64);
    const UInt128 cross = a_low * b_high + (middle & mask);
    return {a_high * b_high + (middle >> 64) + (cross >> 64), (cross << 64) | (low & mask)};
}

/// Bit by bit; the divisor is less than 2^127 and greater than value.high.
Division divide_wide(Wide value, UInt128 divisor) {
    UInt128 rest = value.high;
    UInt128 quotient = 0;
    for (int bit = 127; bit >= 0; --bit) {
        rest = (rest << 1) | ((value.low >> bit) & 1);
        quotient <<= 1;
        if (rest < divisor) continue;
        rest -= divisor;
        quotient |= 1;
    }
    return {quotient, rest};
}

UInt128 power(unsigned exponent) { return static_cast<UInt128>(kPowersOfTen[exponent]); }

/// value * 10^exponent; false beyond 256 bits.
bool scale_up_wide(UInt128 value, unsigned exponent, Wide& result) {
    result = multiply_wide(value, power(std::min(exponent, kMaxPrecision)));
    if (exponent <= kMaxPrecision || value == 0) return true;
    const UInt128 factor = power(exponent - kMaxPrecision);
    const Wide upper = multiply_wide(result.high, factor);
    if (upper.high != 0) return false;
    const Wide lower = multiply_wide(result.low, factor);
    result.low = lower.low;
    return !__builtin_add_overflow(upper.low, lower.high, &result.high);
}

}  // namespace

Int128 divide_rounded(Int128 value, Int128 divisor, Rounding rounding, bool& exact) {
    const bool negative = value < 0;
    const Division division = divide_small(magnitude(value), static_cast<UInt128>(divisor));
    exact = division.remainder == 0;
    Int128 result = with_sign(division.quotient, negative);
    if (!exact && rounding != Rounding::exact)
        finish_division(division, static_cast<UInt128>(divisor), negative, rounding, result);
    return result;
}

bool rescale_decimal(Int128 value, unsigned from_scale, unsigned to_scale, Rounding rounding, Int128& result) {
    if (from_scale <= to_scale) return multiply_decimal(value, kPowersOfTen[to_scale - from_scale], result);
    const UInt128 divisor = power(from_scale - to_scale);
    return finish_division(divide_small(magnitude(value), divisor), divisor, value < 0, rounding, result);
}

bool round_decimal(Int128 value, unsigned from_scale, int places, unsigned to_scale, Rounding rounding,
                   Int128& result) {
    const int dropped = static_cast<int>(from_scale) - places;
    if (dropped <= 0) return rescale_decimal(value, from_scale, to_scale, rounding, result);
    const int added = static_cast<int>(to_scale) - places;
    Int128 kept = 0;
    if (dropped > static_cast<int>(kMaxPrecision)) {
        // Less than half of the last place: 0, unless every rest counts, and then one in that place does not fit.
        const bool to_zero = rounding == Rounding::half_away || rounding == Rounding::half_even ||
                             rounding == Rounding::toward_zero || (rounding == Rounding::down && value > 0) ||
                             (rounding == Rounding::up && value < 0);
        if (value != 0 && !to_zero) return false;
    } else {
        const UInt128 divisor = power(static_cast<unsigned>(dropped));
        if (!finish_division(divide_small(magnitude(value), divisor), divisor, value < 0, rounding, kept)) return false;
    }
    if (kept == 0) {
        result = 0;
        return true;
    }
    return added <= static_cast<int>(kMaxPrecision) &&
           multiply_decimal(kept, kPowersOfTen[static_cast<std::size_t>(added)], result);
}

bool divide_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, unsigned scale, Rounding rounding,
                    Int128& quotient) {
    if (b == 0) return false;
    const bool negative = (a < 0) != (b < 0);
    const UInt128 divisor = magnitude(b);
    const unsigned up = scale + b_scale;
    if (up < a_scale) {
        // a / (b * 10^n): the divisor may pass 128 bits; then |a| is less than half of it.
        const unsigned down = a_scale - up;
        const Wide scaled = multiply_wide(divisor, power(down));
        if (scaled.high == 0)
            return finish_division(divide_small(magnitude(a), scaled.low), scaled.low, negative, rounding, quotient);
        return finish_division({0, magnitude(a)}, ~UInt128{0}, negative, rounding, quotient);
    }
    const unsigned exponent = up - a_scale;
    UInt128 scaled = 0;
    if (exponent <= kMaxPrecision && !__builtin_mul_overflow(magnitude(a), power(exponent), &scaled))
        return finish_division(divide_small(scaled, divisor), divisor, negative, rounding, quotient);
    Wide wide;
    if (!scale_up_wide(magnitude(a), exponent, wide) || wide.high >= divisor) return false;
    return finish_division(divide_wide(wide, divisor), divisor, negative, rounding, quotient);
}

bool divide_whole(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, Int128& quotient) {
    return divide_decimal(a, a_scale, b, b_scale, 0, Rounding::toward_zero, quotient);
}

bool remainder_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, Int128& remainder) {
    if (b == 0) return false;
    const bool negative = a < 0;
    UInt128 rest = 0;
    if (a_scale >= b_scale) {
        Wide divisor = multiply_wide(magnitude(b), power(a_scale - b_scale));
        rest = divisor.high != 0 ? magnitude(a) : divide_small(magnitude(a), divisor.low).remainder;
    } else {
        const UInt128 divisor = magnitude(b);
        const Wide scaled = multiply_wide(magnitude(a), power(b_scale - a_scale));
        rest = scaled.high == 0 ? divide_small(scaled.low, divisor).remainder
                                : divide_wide({scaled.high % divisor, scaled.low}, divisor).remainder;
    }
    if (rest > static_cast<UInt128>(kMaxDecimal)) return false;
    remainder = with_sign(rest, negative);
    return true;
}

int compare_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale) {
    const auto order = [](Int128 x, Int128 y) { return x < y ? -1 : (x > y ? 1 : 0); };
    if (a_scale == b_scale) return order(a, b);
    // What passes 128 bits when scaled up is farther from zero than anything that does not.
    Int128 scaled;
    if (a_scale < b_scale) {
        if (__builtin_mul_overflow(a, kPowersOfTen[b_scale - a_scale], &scaled)) return a < 0 ? -1 : 1;
        return order(scaled, b);
    }
    if (__builtin_mul_overflow(b, kPowersOfTen[a_scale - b_scale], &scaled)) return b < 0 ? 1 : -1;
    return order(a, scaled);
}

double decimal_to_double(Int128 value, unsigned scale) {
    constexpr Int128 exact_most = Int128{1} << 53;
    if (scale <= 22 && value <= exact_most && value >= -exact_most)
        return static_cast<double>(static_cast<std::int64_t>(value)) / kExactPowers[scale];
    char text[kDecimalWidth_bytes];
    const char* end = print_decimal(text, value, scale);
    double result = 0;
    std::from_chars(text, end, result);
    return result;
}

bool decimal_from_double(double value, unsigned scale, Rounding rounding, Int128& result) {
    if (!std::isfinite(value) || std::fabs(value) >= 1e38) return false;
    // Digits as printed: d.ddde-xx, at most 17 of them.
    char text[40];
    const char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    const bool negative = *at == '-';
    if (negative) ++at;
    Int128 digits = 0;
    int places = 0;
    bool behind_point = false;
    for (; *at != 'e'; ++at) {
        if (*at == '.') {
            behind_point = true;
            continue;
        }
        digits = digits * 10 + (*at - '0');
        if (behind_point) ++places;
    }
    ++at;
    if (*at == '+') ++at;
    int exponent = 0;
    std::from_chars(at, end, exponent);
    const int from_scale = places - exponent;
    if (digits == 0) {
        result = 0;
        return true;
    }
    if (negative) digits = -digits;
    const int up = static_cast<int>(scale) - from_scale;
    if (up >= 0)
        return up <= static_cast<int>(kMaxPrecision) &&
               multiply_decimal(digits, kPowersOfTen[static_cast<std::size_t>(up)], result);
    const unsigned down = static_cast<unsigned>(std::min(-up, static_cast<int>(kMaxPrecision)));
    return finish_division(divide_small(magnitude(digits), power(down)), power(down), negative, rounding, result);
}

}  // namespace etl
