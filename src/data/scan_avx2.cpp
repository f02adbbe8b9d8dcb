#include "data/scan.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#include <cstring>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")
#endif

#include "data/scan_body.hpp"

namespace etl {

namespace {

struct Avx2 {
    struct Piece {
        __m256i low;
        __m256i high;
    };
    static __m256i needle(char byte) { return _mm256_set1_epi8(byte); }
    static Piece load(const char* data) {
        return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(data)),
                _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + 32))};
    }
    static Piece load_part(const char* data, std::uint64_t there) {
        char copy[64] = {};
        std::memcpy(copy, data, static_cast<std::size_t>(std::popcount(there)));
        return load(copy);
    }
    static std::uint64_t join(__m256i low, __m256i high) {
        const auto lower = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
        const auto upper = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
        return lower | (std::uint64_t{upper} << 32);
    }
    static std::uint64_t equal(const Piece& piece, __m256i byte) {
        return join(_mm256_cmpeq_epi8(piece.low, byte), _mm256_cmpeq_epi8(piece.high, byte));
    }
    static std::uint64_t below_space(const Piece& piece) {
        const __m256i last = _mm256_set1_epi8(' ' - 1);
        return join(_mm256_cmpeq_epi8(_mm256_max_epu8(piece.low, last), last),
                    _mm256_cmpeq_epi8(_mm256_max_epu8(piece.high, last), last));
    }
    static std::uint64_t high(const Piece& piece) { return join(piece.low, piece.high); }
    static std::uint64_t prefix_xor(std::uint64_t bits) {
        const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<std::int64_t>(bits)),
                                                     _mm_set1_epi8(static_cast<char>(0xFF)), 0);
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
    }
    static std::uint32_t* extract(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
        std::uint32_t* const end = out + std::popcount(bits);
        // Eight at a time without a look whether they are there: what is too much is written over.
        do {
            for (int i = 0; i < 8; ++i) {
                out[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(bits));
                bits = _blsr_u64(bits);
            }
            out += 8;
        } while (bits != 0);
        return end;
    }
};

}  // namespace

extern const ScanKernels kAvx2ScanKernels;
constexpr ScanKernels kAvx2ScanKernels = make_scan_kernels<Avx2>("avx2");

}  // namespace etl

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
