#include "io/unpacking_reader.hpp"

#include <cstring>

#include "base/error.hpp"

namespace etl {

namespace {
constexpr std::size_t kPiece_bytes = 256 * 1024;
}  // namespace

UnpackingReader::UnpackingReader(std::unique_ptr<ByteReader> packed, std::string name, const char* format)
    : packed_(std::move(packed)), name_(std::move(name)), format_(format), piece_(kBefore_bytes + kPiece_bytes) {}

std::span<char> UnpackingReader::next_piece(bool may_end) {
    std::memmove(piece_.data(), piece_.data() + size_bytes_, kBefore_bytes);
    const std::size_t got = packed_->read(piece_.data() + kBefore_bytes, kPiece_bytes);
    size_bytes_ = got;
    if (got == 0 && !may_end && !interrupted_.load(std::memory_order_relaxed))
        throw Error("E407", "cannot read " + name_ + ": the " + format_ + " file is cut short at byte " +
                                std::to_string(bytes_read()));
    return {piece_.data() + kBefore_bytes, got};
}

void UnpackingReader::fail(std::size_t left, const std::string& why) const {
    throw Error("E407", "cannot read " + name_ + ": the " + format_ + " file is broken at byte " +
                            std::to_string(bytes_read() - left) + " (" + why + ")");
}

}  // namespace etl
