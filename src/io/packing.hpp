#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "io/byte_reader.hpp"

namespace etl {

/// How a file is packed; the ending of its name says it.
enum class Packing : std::uint8_t { none, gzip, zstd };

/// gzip for .gz, zstd for .zst.
Packing packing_of(std::string_view path);
inline bool is_packed_name(std::string_view path) { return packing_of(path) != Packing::none; }

/// The bytes that a packed file holds, of all its members or frames. Throws Error: E407 with the place in the packed
/// file where it is broken or cut short, E438 where more comes out than the bounds allow.
std::unique_ptr<ByteReader> unpack(std::unique_ptr<ByteReader> packed, Packing packing, std::string name,
                                   const UnpackBounds& bounds);

/// Packs a stream into one member or frame, the same bytes for the same text.
class Packer {
  public:
    using Write = std::function<void(const char* data, std::size_t size)>;
    virtual ~Packer() = default;
    virtual void add(const char* data, std::size_t size) = 0;
    /// Nothing is added behind this.
    virtual void finish() = 0;
};
/// Not for Packing::none.
std::unique_ptr<Packer> make_packer(Packing packing, Packer::Write write);
/// Bytes go through the packer, which is made when the first come; as they are where nothing is packed.
void add_packed(std::unique_ptr<Packer>& packer, Packing packing, std::string_view bytes, const Packer::Write& write);

}  // namespace etl
