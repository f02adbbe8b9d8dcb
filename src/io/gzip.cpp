#include "io/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>
#include <vector>

#include "io/unpacking_reader.hpp"

namespace etl {

namespace {

constexpr std::size_t kPiece_bytes = 256 * 1024;
constexpr int kGzipWindow = 15 + 16;

class GzipReader final : public UnpackingReader {
  public:
    GzipReader(std::unique_ptr<ByteReader> packed, std::string name)
        : UnpackingReader(std::move(packed), std::move(name), "gzip") {
        if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
    }
    ~GzipReader() override { inflateEnd(&stream_); }
    GzipReader(const GzipReader&) = delete;
    GzipReader& operator=(const GzipReader&) = delete;

    std::size_t read(char* to, std::size_t most) override {
        const auto wanted = static_cast<uInt>(std::min<std::size_t>(most, INT_MAX));
        stream_.next_out = reinterpret_cast<Bytef*>(to);
        stream_.avail_out = wanted;
        while (stream_.avail_out == wanted) {
            if (stream_.avail_in == 0 && !refill()) return 0;
            if (between_ && !begin_member()) return 0;
            const int status = inflate(&stream_, Z_NO_FLUSH);
            between_ = status == Z_STREAM_END;
            if (between_)
                inflateReset(&stream_);
            else if (status != Z_OK && status != Z_BUF_ERROR)
                fail(stream_.avail_in, stream_.msg != nullptr ? stream_.msg : "unknown cause");
        }
        return wanted - stream_.avail_out;
    }

  private:
    bool refill() {
        const std::span<char> piece = next_piece(between_);
        stream_.next_in = reinterpret_cast<Bytef*>(piece.data());
        stream_.avail_in = static_cast<uInt>(piece.size());
        return !piece.empty();
    }

    /// Members may follow each other; zeros behind the last one are padding.
    bool begin_member() {
        if (members_++ > 0)
            while (*stream_.next_in == 0) {
                ++stream_.next_in;
                if (--stream_.avail_in == 0 && !refill()) return false;
            }
        between_ = false;
        return true;
    }

    z_stream stream_{};
    bool between_ = true;  // members
    std::uint64_t members_ = 0;
};

class GzipPacker final : public Packer {
  public:
    explicit GzipPacker(Write write) : write_(std::move(write)) {
        if (deflateInit2(&zlib_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~GzipPacker() override { deflateEnd(&zlib_); }
    GzipPacker(const GzipPacker&) = delete;
    GzipPacker& operator=(const GzipPacker&) = delete;

    void add(const char* data, std::size_t size) override {
        while (size > 0) {
            const std::size_t part = std::min<std::size_t>(size, INT_MAX);
            zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));
            zlib_.avail_in = static_cast<uInt>(part);
            run(Z_NO_FLUSH);
            data += part;
            size -= part;
        }
    }
    void finish() override {
        zlib_.avail_in = 0;
        run(Z_FINISH);
    }

  private:
    void run(int flush) {
        do {
            zlib_.next_out = reinterpret_cast<Bytef*>(piece_.data());
            zlib_.avail_out = static_cast<uInt>(piece_.size());
            deflate(&zlib_, flush);
            const std::size_t made = piece_.size() - zlib_.avail_out;
            if (made > 0) write_(piece_.data(), made);
        } while (zlib_.avail_out == 0);
    }

    Write write_;
    z_stream zlib_{};
    std::vector<char> piece_ = std::vector<char>(kPiece_bytes);
};

}  // namespace

std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> packed, std::string name) {
    return std::make_unique<GzipReader>(std::move(packed), std::move(name));
}

std::unique_ptr<Packer> make_gzip_packer(Packer::Write write) { return std::make_unique<GzipPacker>(std::move(write)); }

}  // namespace etl
