#include "expr/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

namespace etl {

/// Digits of 32 bits that may stand above or below their range until they are settled; digit i counts
/// 2^(32 i - kOffset), from under the least double to 2^64 times the greatest.
struct ExactSum::Wide {
    static constexpr std::int32_t kOffset = 1120;
    static constexpr std::size_t kDigits = 70;
    static constexpr std::uint32_t kMostAdds = 1U << 29;
    std::array<std::int64_t, kDigits> digits{};
    std::uint32_t adds = 0;

    void add(Int128 value, std::int32_t exponent) {
        const bool negative = value < 0;
        UInt128 rest = negative ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
        const auto place = static_cast<std::uint32_t>(exponent + kOffset);
        const std::uint32_t shift = place % 32;
        std::size_t digit = place / 32;
        // The lowest digit takes 32 - shift bits, so that the others lie on their borders.
        std::uint64_t part = (static_cast<std::uint64_t>(rest) << shift) & 0xFFFFFFFF;
        rest >>= 32 - shift;
        while (part != 0 || rest != 0) {
            digits[digit++] += negative ? -static_cast<std::int64_t>(part) : static_cast<std::int64_t>(part);
            part = static_cast<std::uint64_t>(rest) & 0xFFFFFFFF;
            rest >>= 32;
        }
        if (++adds == kMostAdds) settle();
    }
    void add(const Wide& other) {
        settle();
        Wide settled = other;
        settled.settle();
        for (std::size_t i = 0; i < kDigits; ++i) digits[i] += settled.digits[i];
        ++adds;
    }
    /// All digits but the last in their range.
    void settle() {
        std::int64_t carry = 0;
        for (std::size_t i = 0; i + 1 < kDigits; ++i) {
            const std::int64_t sum = digits[i] + carry;
            digits[i] = sum & 0xFFFFFFFF;
            carry = sum >> 32;
        }
        digits.back() += carry;
        adds = 0;
    }
    bool bit(std::size_t place) const { return ((digits[place / 32] >> (place % 32)) & 1) != 0; }
    double rounded();
};

double ExactSum::Wide::rounded() {
    settle();
    const bool negative = digits.back() < 0;
    if (negative) {
        for (std::int64_t& digit : digits) digit = -digit;
        settle();
    }
    std::size_t top = kDigits;
    while (top > 0 && digits[top - 1] == 0) --top;
    if (top == 0) return 0.0;
    const std::size_t last =
        32 * (top - 1) + static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(digits[top - 1]))) - 1;
    constexpr std::size_t kLeast = kOffset - 1074;  // the place of the least double
    const std::size_t first = last >= kLeast + 52 ? last - 52 : kLeast;
    std::uint64_t mantissa = 0;
    for (std::size_t place = last + 1; place-- > first;) mantissa = mantissa * 2 + (bit(place) ? 1 : 0);
    bool below = false;
    for (std::size_t place = 0; place + 1 < first && !below; ++place) below = bit(place);
    if (bit(first - 1) && (below || (mantissa & 1) != 0)) ++mantissa;
    const double size = std::ldexp(static_cast<double>(mantissa), static_cast<int>(first) - kOffset);
    return negative ? -size : size;
}

ExactSum::Wide& ExactSum::wide(Arena& arena) {
    if (wide_ == nullptr) wide_ = new (arena.take(sizeof(Wide))) Wide();
    return *wide_;
}

void ExactSum::spill_window(Arena& arena) {
    if (window() != 0) wide(arena).add(window(), exponent_);
    set_window(0);
}

void ExactSum::add_slowly(double value, Arena& arena) {
    if (!std::isfinite(value)) {
        special_ += value;
        return;
    }
    if (value == 0) return;
    int exponent = 0;
    const auto digits = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
    exponent -= 53;
    if (exponent < -1074) {
        // The least doubles have fewer bits.
        wide(arena).add(digits >> (-1074 - exponent), -1074);
        return;
    }
    // Room for 2^30 of its size above, and for values of 2^-42 of it below.
    constexpr std::int32_t kBelow = 42;
    if (started_ == 0) {
        started_ = 1;
        exponent_ = std::max(exponent - kBelow, -1074);
        set_window(Int128{digits} << (exponent - exponent_));
        return;
    }
    const std::int32_t shift = exponent - exponent_;
    if (shift < 0 || shift > static_cast<std::int32_t>(kMostShift)) {
        wide(arena).add(digits, exponent);
        return;
    }
    spill_window(arena);
    set_window(Int128{digits} << shift);
}

void ExactSum::add(const ExactSum& other, Arena& arena) {
    special_ += other.special_;
    if (other.wide_ != nullptr) wide(arena).add(*other.wide_);
    if (other.started_ == 0) return;
    Int128 sum = 0;
    if (started_ == 0) {
        started_ = 1;
        exponent_ = other.exponent_;
        set_window(other.window());
    } else if (exponent_ == other.exponent_ && !__builtin_add_overflow(window(), other.window(), &sum)) {
        set_window(sum);
    } else if (other.window() != 0) {
        wide(arena).add(other.window(), other.exponent_);
    }
}

double ExactSum::value() const {
    if (special_ != 0) return special_;
    if (wide_ == nullptr) {
        // Rounded once; the power of two is exact unless the result is among the least doubles or too great.
        const double quick = std::ldexp(static_cast<double>(window()), exponent_);
        if (quick == 0 || std::abs(quick) > std::numeric_limits<double>::min()) return quick;
    }
    Wide all;
    if (wide_ != nullptr) all = *wide_;
    all.add(window(), exponent_);
    return all.rounded();
}

void ExactSum::save(std::string& saved) const {
    saved.append(reinterpret_cast<const char*>(this), sizeof *this);
    if (wide_ != nullptr) saved.append(reinterpret_cast<const char*>(wide_), sizeof *wide_);
}

void ExactSum::load(std::string_view saved, Arena& arena) {
    std::memcpy(static_cast<void*>(this), saved.data(), sizeof *this);
    if (wide_ == nullptr) return;
    wide_ = nullptr;
    std::memcpy(static_cast<void*>(&wide(arena)), saved.data() + sizeof *this, sizeof(Wide));
}

}  // namespace etl
