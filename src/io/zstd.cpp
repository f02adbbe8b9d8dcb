#include "io/zstd.hpp"

#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <vector>

#include "base/error.hpp"
#include "io/unpacking_reader.hpp"

namespace etl {

namespace {

constexpr std::size_t kPiece_bytes = 256 * 1024;

struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
    void operator()(ZSTD_CStream* stream) const { ZSTD_freeCStream(stream); }
};

class ZstdReader final : public UnpackingReader {
  public:
    ZstdReader(std::unique_ptr<ByteReader> packed, std::string name)
        : UnpackingReader(std::move(packed), std::move(name), "zstd"), stream_(ZSTD_createDStream()) {
        if (!stream_) throw std::bad_alloc();
    }

    std::size_t read(char* to, std::size_t most) override {
        ZSTD_outBuffer out{to, most, 0};
        while (out.pos == 0) {
            if (in_.pos == in_.size && !is_held_back_ && !refill()) return 0;
            const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in_);
            if (ZSTD_isError(left) != 0) broken(left);
            between_ = left == 0;
            is_held_back_ = out.pos == out.size && !between_;
        }
        return out.pos;
    }

  private:
    bool refill() {
        const std::span<char> piece = next_piece(between_);
        in_ = {piece.data(), piece.size(), 0};
        return !piece.empty();
    }

    [[noreturn]] void broken(std::size_t status) const {
        std::string why = ZSTD_getErrorName(status);
        if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
            why = "it was packed with a window of more than 128 MiB; pack it again with `--long=27` at most";
        fail(in_.size - in_.pos, why);
    }

    std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
    ZSTD_inBuffer in_{nullptr, 0, 0};
    bool between_ = true;        // frames
    bool is_held_back_ = false;  // text of which the input was taken, for which there was no room
};

class ZstdPacker final : public Packer {
  public:
    explicit ZstdPacker(Write write) : write_(std::move(write)), stream_(ZSTD_createCStream()) {
        if (!stream_) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
    }

    void add(const char* data, std::size_t size) override {
        ZSTD_inBuffer in{data, size, 0};
        while (in.pos < in.size) run(in, ZSTD_e_continue);
    }
    void finish() override {
        ZSTD_inBuffer none{nullptr, 0, 0};
        while (run(none, ZSTD_e_end) != 0) continue;
    }

  private:
    std::size_t run(ZSTD_inBuffer& in, ZSTD_EndDirective directive) {
        ZSTD_outBuffer out{piece_.data(), piece_.size(), 0};
        const std::size_t left = ZSTD_compressStream2(stream_.get(), &out, &in, directive);
        if (ZSTD_isError(left) != 0) throw Error("E502", std::string("zstd cannot pack: ") + ZSTD_getErrorName(left));
        if (out.pos > 0) write_(piece_.data(), out.pos);
        return left;
    }

    Write write_;
    std::unique_ptr<ZSTD_CStream, FreeStream> stream_;
    std::vector<char> piece_ = std::vector<char>(kPiece_bytes);
};

}  // namespace

std::unique_ptr<ByteReader> unpack_zstd(std::unique_ptr<ByteReader> packed, std::string name) {
    return std::make_unique<ZstdReader>(std::move(packed), std::move(name));
}

std::unique_ptr<Packer> make_zstd_packer(Packer::Write write) { return std::make_unique<ZstdPacker>(std::move(write)); }

}  // namespace etl
