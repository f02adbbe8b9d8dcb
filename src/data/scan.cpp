#include "data/scan.hpp"

#include <bit>
#include <cstring>

#include "data/scan_body.hpp"

namespace etl {

#if defined(__x86_64__)
extern const ScanKernels kAvx512ScanKernels;
extern const ScanKernels kAvx2ScanKernels;
#endif

namespace {

/// Words of 64 bits and nothing else.
struct Plain {
    static_assert(std::endian::native == std::endian::little);
    static constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
    static constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7FULL;

    struct Piece {
        std::uint64_t words[8];
    };
    static std::uint64_t needle(char byte) { return kOnes * static_cast<std::uint8_t>(byte); }
    static Piece load(const char* data) {
        Piece piece;
        std::memcpy(piece.words, data, sizeof piece.words);
        return piece;
    }
    static Piece load_part(const char* data, std::uint64_t there) {
        Piece piece{};
        std::memcpy(piece.words, data, static_cast<std::size_t>(std::popcount(there)));
        return piece;
    }
    /// The top bits of the bytes of a word, side by side.
    static std::uint64_t gather(std::uint64_t word) { return (((word >> 7) & kOnes) * 0x0102040810204080ULL) >> 56; }
    /// The bytes that are zero, as their top bits.
    static std::uint64_t zeros(std::uint64_t word) { return ~(((word & kLow) + kLow) | word); }
    static std::uint64_t equal(const Piece& piece, std::uint64_t needle) {
        std::uint64_t mask = 0;
        for (int i = 0; i < 8; ++i) mask |= gather(zeros(piece.words[i] ^ needle)) << (8 * i);
        return mask;
    }
    static std::uint64_t below_space(const Piece& piece) {
        std::uint64_t mask = 0;
        for (int i = 0; i < 8; ++i) mask |= gather(zeros(piece.words[i] & (kOnes * 0xE0))) << (8 * i);
        return mask;
    }
    static std::uint64_t high(const Piece& piece) {
        std::uint64_t any = 0;
        for (const std::uint64_t word : piece.words) any |= word & ~kLow;
        return any;
    }
    static std::uint64_t prefix_xor(std::uint64_t bits) {
        for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
        return bits;
    }
    static std::uint32_t* extract(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
        for (; bits != 0; bits &= bits - 1) *out++ = base + static_cast<std::uint32_t>(std::countr_zero(bits));
        return out;
    }
};

constexpr ScanKernels kPlainScanKernels = make_scan_kernels<Plain>("plain");

std::vector<const ScanKernels*> find_usable() {
    std::vector<const ScanKernels*> usable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                      __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
    if (bits && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vbmi2"))
        usable.push_back(&kAvx512ScanKernels);
    if (bits && __builtin_cpu_supports("avx2")) usable.push_back(&kAvx2ScanKernels);
#endif
    usable.push_back(&kPlainScanKernels);
    return usable;
}

}  // namespace

const std::vector<const ScanKernels*>& usable_scan_kernels() {
    static const std::vector<const ScanKernels*> usable = find_usable();
    return usable;
}

const ScanKernels& scan_kernels() {
    static const ScanKernels& fastest = *usable_scan_kernels().front();
    return fastest;
}

}  // namespace etl
