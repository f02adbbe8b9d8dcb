#pragma once

#include <cstddef>
#include <span>

namespace etl {

/// Bytes that packing so many may take.
std::size_t most_packed_bytes(std::size_t raw_bytes);
/// Packs a block by LZ4; `to` has room for most_packed_bytes. 0: it is too large for that, or would not become smaller.
std::size_t pack_block(std::span<const char> raw, char* to);
/// Fills raw. False: that is not what pack_block made of so many bytes.
bool unpack_block(std::span<const char> packed, std::span<char> raw);

}  // namespace etl
