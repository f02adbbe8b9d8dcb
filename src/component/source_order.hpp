#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "data/batch.hpp"

namespace etl {

/// The place in source order of a batch's row 0; that of row i is i more. Lane, number, part and row in one word, so
/// that blocking stages settle who came first whatever worker saw it. Throws Error E502 where they do not fit.
inline std::uint64_t order_of(const Sequence& sequence) {
    constexpr unsigned kRow_bits = 30, kPartRow_bits = 22, kNumber_bits = 26;
    if (sequence.lane >> (64 - kNumber_bits - kRow_bits) != 0 || sequence.number >> kNumber_bits != 0 ||
        sequence.part >> (kRow_bits - kPartRow_bits) != 0)
        throw Error("E502", "more batches than a stage that sees everything can tell apart (67,108,864 of 256 lanes)");
    return (std::uint64_t{sequence.lane} << (kNumber_bits + kRow_bits)) | (sequence.number << kRow_bits) |
           (std::uint64_t{sequence.part} << kPartRow_bits);
}

/// As many parts as one number may have, and as many rows as one part may.
inline constexpr std::uint32_t kMostParts = 1U << 8;
inline constexpr std::uint32_t kMostPartRows = 1U << 22;

}  // namespace etl
