#include "data/scan.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <bit>
#include <cstring>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt,lzcnt,pclmul"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt,lzcnt,pclmul")
#endif

#include "data/scan_body.hpp"

namespace etl {

namespace {

struct Avx512 {
    static __m512i needle(char byte) { return _mm512_set1_epi8(byte); }
    static __m512i load(const char* data) { return _mm512_loadu_si512(data); }
    static __m512i load_part(const char* data, std::uint64_t there) { return _mm512_maskz_loadu_epi8(there, data); }
    static std::uint64_t equal(__m512i piece, __m512i byte) { return _mm512_cmpeq_epi8_mask(piece, byte); }
    static std::uint64_t below_space(__m512i piece) { return _mm512_cmplt_epu8_mask(piece, _mm512_set1_epi8(' ')); }
    static std::uint64_t high(__m512i piece) { return _mm512_movepi8_mask(piece); }
    static std::uint64_t prefix_xor(std::uint64_t bits) {
        const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<std::int64_t>(bits)),
                                                     _mm_set1_epi8(static_cast<char>(0xFF)), 0);
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
    }
    // The forms with a mask of ones are the plain ones; g++ 12 warns of what those leave undefined.
    static void spread(std::uint32_t* out, __m128i bytes, __m512i offset) {
        _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(0xFFFF, bytes), offset));
    }
    static std::uint32_t* extract(std::uint64_t bits, std::uint32_t base, std::uint32_t* out) {
        const __m512i numbers =
            _mm512_set_epi64(0x3F3E3D3C3B3A3938, 0x3736353433323130, 0x2F2E2D2C2B2A2928, 0x2726252423222120,
                             0x1F1E1D1C1B1A1918, 0x1716151413121110, 0x0F0E0D0C0B0A0908, 0x0706050403020100);
        const __m512i offset = _mm512_set1_epi32(static_cast<std::int32_t>(base));
        const __m512i packed = _mm512_maskz_compress_epi8(bits, numbers);
        const int count = std::popcount(bits);
        spread(out, _mm512_maskz_extracti32x4_epi32(0xF, packed, 0), offset);
        if (count > 16) [[unlikely]] {
            spread(out + 16, _mm512_maskz_extracti32x4_epi32(0xF, packed, 1), offset);
            spread(out + 32, _mm512_maskz_extracti32x4_epi32(0xF, packed, 2), offset);
            spread(out + 48, _mm512_maskz_extracti32x4_epi32(0xF, packed, 3), offset);
        }
        return out + count;
    }
};

}  // namespace

extern const ScanKernels kAvx512ScanKernels;
constexpr ScanKernels kAvx512ScanKernels = make_scan_kernels<Avx512>("avx512");

}  // namespace etl

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
