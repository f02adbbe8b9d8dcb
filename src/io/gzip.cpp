#include "io/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <new>
#include <vector>

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::size_t kPiece_bytes = 256 * 1024;
constexpr int kGzipWindow = 15 + 16;

class GzipReader : public ByteReader {
  public:
    GzipReader(std::unique_ptr<ByteReader> packed, std::string name)
        : packed_(std::move(packed)), name_(std::move(name)), piece_(kPiece_bytes) {
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
                broken();
        }
        return wanted - stream_.avail_out;
    }

    void interrupt() noexcept override {
        interrupted_.store(true, std::memory_order_relaxed);
        packed_->interrupt();
    }
    std::uint64_t bytes_read() const noexcept override { return packed_->bytes_read(); }

  private:
    bool refill() {
        const std::size_t got = packed_->read(piece_.data(), piece_.size());
        if (got == 0 && !between_ && !interrupted_.load(std::memory_order_relaxed))
            throw Error("E407", "cannot read " + name_ + ": the gzip file is cut short");
        stream_.next_in = reinterpret_cast<Bytef*>(piece_.data());
        stream_.avail_in = static_cast<uInt>(got);
        return got > 0;
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

    [[noreturn]] void broken() const {
        const char* why = stream_.msg != nullptr ? stream_.msg : "unknown cause";
        throw Error("E407", "cannot read " + name_ + ": the gzip file is broken (" + why + ")");
    }

    std::unique_ptr<ByteReader> packed_;
    std::string name_;
    std::vector<char> piece_;
    z_stream stream_{};
    bool between_ = true;  // members
    std::uint64_t members_ = 0;
    std::atomic<bool> interrupted_{false};
};

}  // namespace

bool is_gzip_name(std::string_view path) { return path.ends_with(".gz"); }

std::unique_ptr<ByteReader> unpack_gzip(std::unique_ptr<ByteReader> packed, std::string name) {
    return std::make_unique<GzipReader>(std::move(packed), std::move(name));
}

struct GzipPacker::Stream {
    z_stream zlib{};
    std::vector<char> piece = std::vector<char>(kPiece_bytes);
    Write write;

    void run(int flush) {
        do {
            zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
            zlib.avail_out = static_cast<uInt>(piece.size());
            deflate(&zlib, flush);
            const std::size_t made = piece.size() - zlib.avail_out;
            if (made > 0) write(piece.data(), made);
        } while (zlib.avail_out == 0);
    }
};

GzipPacker::GzipPacker(Write write) : stream_(std::make_unique<Stream>()) {
    stream_->write = std::move(write);
    if (deflateInit2(&stream_->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
}

GzipPacker::~GzipPacker() { deflateEnd(&stream_->zlib); }

void GzipPacker::add(const char* data, std::size_t size) {
    while (size > 0) {
        const std::size_t part = std::min<std::size_t>(size, INT_MAX);
        stream_->zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data));
        stream_->zlib.avail_in = static_cast<uInt>(part);
        stream_->run(Z_NO_FLUSH);
        data += part;
        size -= part;
    }
}

void GzipPacker::finish() {
    stream_->zlib.avail_in = 0;
    stream_->run(Z_FINISH);
}

}  // namespace etl
