#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/decimal.hpp"
#include "data/memory.hpp"

namespace etl {

/// The sum of doubles without any error until it is asked for, so that neither order nor grouping changes it: value
/// rounds once, to the nearest. Nearly all values lie in a window of 128 bits about the first one; those that do not go
/// into a number as wide as doubles are, taken from the arena when it is first needed. Plain memory, 40 bytes, may be
/// moved; all zero bytes are the sum of nothing.
class ExactSum {
  public:
    void add(double value, Arena& arena) {
        std::uint64_t bits = 0;
        __builtin_memcpy(&bits, &value, sizeof bits);
        const auto biased = static_cast<std::int32_t>((bits >> 52) & 0x7FF);
        const std::int32_t shift = biased - kBias - exponent_;
        if (biased == 0 || biased == 0x7FF || started_ == 0 || static_cast<std::uint32_t>(shift) > kMostShift)
            return add_slowly(value, arena);
        const auto digits = static_cast<Int128>((bits & kFraction) | (std::uint64_t{1} << 52)) << shift;
        Int128 sum = 0;
        const Int128 old = window();
        if ((bits >> 63) != 0 ? __builtin_sub_overflow(old, digits, &sum) : __builtin_add_overflow(old, digits, &sum))
            return add_slowly(value, arena);
        set_window(sum);
    }
    void add(const ExactSum& other, Arena& arena);
    /// Not finite where the sum is too great for a double, or a value was not finite.
    double value() const;
    /// Appends it as bytes, of which load makes it again.
    void save(std::string& saved) const;
    void load(std::string_view saved, Arena& arena);

  private:
    struct Wide;
    static constexpr std::int32_t kBias = 1075;  // a double is its 53 bits times 2^(biased - 1075)
    static constexpr std::uint32_t kMostShift = 72;
    static constexpr std::uint64_t kFraction = (std::uint64_t{1} << 52) - 1;

    Int128 window() const { return static_cast<Int128>(static_cast<UInt128>(high_) << 64 | low_); }
    void set_window(Int128 sum) {
        low_ = static_cast<std::uint64_t>(sum);
        high_ = static_cast<std::int64_t>(sum >> 64);
    }
    void add_slowly(double value, Arena& arena);
    void spill_window(Arena& arena);
    Wide& wide(Arena& arena);

    std::uint64_t low_ = 0;
    std::int64_t high_ = 0;
    Wide* wide_ = nullptr;
    std::int32_t exponent_ = 0;  // of the window's lowest bit
    std::uint32_t started_ = 0;
    double special_ = 0;  // the sum of what is not finite
};

}  // namespace etl
