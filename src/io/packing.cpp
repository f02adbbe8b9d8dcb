#include "io/packing.hpp"

#include <cassert>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "io/gzip.hpp"
#include "io/zstd.hpp"

namespace etl {

namespace {

/// A small file may hold one text over and over.
constexpr std::uint64_t kFree_bytes = 100ULL << 20;

/// Few bytes can be made to unpack to more than any disk or day holds.
class BoundedReader : public ByteReader {
  public:
    BoundedReader(std::unique_ptr<ByteReader> unpacked, std::string name, const UnpackBounds& bounds)
        : unpacked_(std::move(unpacked)), name_(std::move(name)), bounds_(bounds) {}

    std::size_t read(char* to, std::size_t most) override {
        const std::size_t got = unpacked_->read(to, most);
        size_bytes_ += got;
        if (bounds_.most_bytes > 0 && size_bytes_ > bounds_.most_bytes) refuse("max_unpacked", bounds_.most_bytes);
        if (bounds_.most_ratio > 0 && size_bytes_ > kFree_bytes &&
            size_bytes_ / bounds_.most_ratio > unpacked_->bytes_read())
            refuse("max_ratio", 0);
        return got;
    }
    void interrupt() noexcept override { unpacked_->interrupt(); }
    std::uint64_t bytes_read() const noexcept override { return unpacked_->bytes_read(); }

  private:
    [[noreturn]] void refuse(const std::string& option, std::uint64_t most_bytes) const {
        const std::string bound = most_bytes > 0 ? format_bytes(most_bytes)
                                                 : std::to_string(bounds_.most_ratio) + " times what was read of it";
        throw Error("E438",
                    name_ + " unpacks to more than " + bound + " (`" + option + "`): " + format_bytes(size_bytes_) +
                        " came out of its first " + format_bytes(unpacked_->bytes_read()) +
                        "; if that is how the file is meant to be, set `" + option + "` higher, or to 0 for no bound");
    }

    std::unique_ptr<ByteReader> unpacked_;
    std::string name_;
    UnpackBounds bounds_;
    std::uint64_t size_bytes_ = 0;
};

std::unique_ptr<ByteReader> unpack_all(std::unique_ptr<ByteReader> packed, Packing packing, const std::string& name) {
    return packing == Packing::gzip ? unpack_gzip(std::move(packed), name) : unpack_zstd(std::move(packed), name);
}

}  // namespace

Packing packing_of(std::string_view path) {
    if (path.ends_with(".gz")) return Packing::gzip;
    return path.ends_with(".zst") ? Packing::zstd : Packing::none;
}

std::unique_ptr<ByteReader> unpack(std::unique_ptr<ByteReader> packed, Packing packing, std::string name,
                                   const UnpackBounds& bounds) {
    if (packing == Packing::none) return packed;
    auto unpacked = unpack_all(std::move(packed), packing, name);
    return std::make_unique<BoundedReader>(std::move(unpacked), std::move(name), bounds);
}

std::unique_ptr<Packer> make_packer(Packing packing, Packer::Write write) {
    assert(packing != Packing::none);
    return packing == Packing::gzip ? make_gzip_packer(std::move(write)) : make_zstd_packer(std::move(write));
}

void add_packed(std::unique_ptr<Packer>& packer, Packing packing, std::string_view bytes, const Packer::Write& write) {
    if (bytes.empty()) return;
    if (packing == Packing::none) return write(bytes.data(), bytes.size());
    if (!packer) packer = make_packer(packing, write);
    packer->add(bytes.data(), bytes.size());
}

}  // namespace etl
