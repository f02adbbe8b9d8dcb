#pragma once

#include <array>
#include <cstdint>

namespace etl {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

// Decimals are integers scaled by 10^scale, at most 38 digits. Functions that return bool: false, with the result left
// as it was, where it would be more than 38 digits (or what else is said).

inline constexpr unsigned kMaxPrecision = 38;

namespace detail {
constexpr std::array<Int128, 39> make_powers_of_ten() {
    std::array<Int128, 39> powers{};
    powers[0] = 1;
    for (unsigned i = 1; i < 39; ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}
}  // namespace detail

/// 10^0 to 10^38.
inline constexpr std::array<Int128, 39> kPowersOfTen = detail::make_powers_of_ten();
inline constexpr Int128 kMaxDecimal = kPowersOfTen[38] - 1;

/// 1e0 to 1e22, each exact.
inline constexpr std::array<double, 23> kExactPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr bool fits_precision(Int128 value, unsigned precision) {
    return value < kPowersOfTen[precision] && value > -kPowersOfTen[precision];
}

enum class Rounding : std::uint8_t {
    exact,      // fails where a digit other than 0 would be lost
    half_away,  // half away from zero
    half_even,
    toward_zero,
    down,  // floor
    up,    // ceil
};

inline bool add_decimal(Int128 a, Int128 b, Int128& sum) {
    Int128 result;
    if (__builtin_add_overflow(a, b, &result) || !fits_precision(result, kMaxPrecision)) return false;
    sum = result;
    return true;
}
inline bool subtract_decimal(Int128 a, Int128 b, Int128& difference) {
    Int128 result;
    if (__builtin_sub_overflow(a, b, &result) || !fits_precision(result, kMaxPrecision)) return false;
    difference = result;
    return true;
}
inline bool multiply_decimal(Int128 a, Int128 b, Int128& product) {
    Int128 result;
    if (__builtin_mul_overflow(a, b, &result) || !fits_precision(result, kMaxPrecision)) return false;
    product = result;
    return true;
}

/// Integer division of value by a divisor > 0.
Int128 divide_rounded(Int128 value, Int128 divisor, Rounding rounding, bool& exact);

/// value at from_scale, at to_scale. Also false where Rounding::exact would lose digits.
bool rescale_decimal(Int128 value, unsigned from_scale, unsigned to_scale, Rounding rounding, Int128& result);
/// value at from_scale rounded to `places` (negative: left of the point) and given at to_scale >= places.
bool round_decimal(Int128 value, unsigned from_scale, int places, unsigned to_scale, Rounding rounding, Int128& result);

/// a / b at `scale`, by a 256-bit intermediate. Also false where b is 0.
bool divide_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, unsigned scale, Rounding rounding,
                    Int128& quotient);
/// The whole quotient, towards zero (as div) and the remainder with the sign of a (as %), at the greater scale.
/// Also false where b is 0.
bool divide_whole(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, Int128& quotient);
bool remainder_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, Int128& remainder);

/// Less than 0, 0 or more than 0: exact whatever the scales.
int compare_decimal(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale);

/// The nearest double.
double decimal_to_double(Int128 value, unsigned scale);
/// The double as it is printed (shortest), rounded: 2.675 is 2.68 at scale 2. Also false for not a number and
/// infinities.
bool decimal_from_double(double value, unsigned scale, Rounding rounding, Int128& result);

}  // namespace etl
