#include "io/lz4_block.hpp"

#include <lz4.h>

namespace etl {

namespace {

constexpr int kHurry = 4;  // LZ4's acceleration: a third less time for a little more room

}  // namespace

std::size_t most_packed_bytes(std::size_t raw_bytes) {
    return raw_bytes > LZ4_MAX_INPUT_SIZE ? 0
                                          : static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(raw_bytes)));
}

std::size_t pack_block(std::span<const char> raw, char* to) {
    if (raw.size() > LZ4_MAX_INPUT_SIZE) return 0;
    const int packed = LZ4_compress_fast(raw.data(), to, static_cast<int>(raw.size()),
                                         static_cast<int>(most_packed_bytes(raw.size())), kHurry);
    return packed <= 0 || static_cast<std::size_t>(packed) >= raw.size() ? 0 : static_cast<std::size_t>(packed);
}

bool unpack_block(std::span<const char> packed, std::span<char> raw) {
    const int unpacked =
        LZ4_decompress_safe(packed.data(), raw.data(), static_cast<int>(packed.size()), static_cast<int>(raw.size()));
    return unpacked >= 0 && static_cast<std::size_t>(unpacked) == raw.size();
}

}  // namespace etl
