#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "io/byte_reader.hpp"

namespace etl {

bool is_gzip_name(std::string_view path);

/// The bytes that a gzip file holds, of all its members. Throws Error (E407) where it is broken or cut short.
std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> packed, std::string name);

/// Packs a stream into one gzip member, the same bytes for the same text.
class GzipPacker {
  public:
    using Write = std::function<void(const char* data, std::size_t size)>;
    explicit GzipPacker(Write write);
    ~GzipPacker();
    GzipPacker(const GzipPacker&) = delete;
    GzipPacker& operator=(const GzipPacker&) = delete;

    void add(const char* data, std::size_t size);
    void finish();

  private:
    struct Stream;
    std::unique_ptr<Stream> stream_;
};

}  // namespace etl
