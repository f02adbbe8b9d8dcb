#include "io/encoding.hpp"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::size_t kPiece_bytes = 64 * 1024;
constexpr UChar kNoCharacter = 0xDC00;  // half of a pair: no text holds it alone

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using ConverterPtr = std::unique_ptr<UConverter, CloseConverter>;

ConverterPtr open_converter(const std::string& encoding) {
    UErrorCode status = U_ZERO_ERROR;
    ConverterPtr converter(encoding.empty() ? nullptr : ucnv_open(encoding.c_str(), &status));
    if (U_FAILURE(status)) converter.reset();
    return converter;
}

[[noreturn]] void throw_unknown(const std::string& encoding) {
    throw Error("E408", "the `encoding` \"" + encoding +
                            "\" is not known; there are utf-8, latin1, windows-1252, utf-16, shift_jis and others");
}

void mark_no_character(const void*, UConverterToUnicodeArgs* arguments, const char*, std::int32_t,
                       UConverterCallbackReason reason, UErrorCode* status) {
    if (reason > UCNV_IRREGULAR) return;
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(arguments, &kNoCharacter, 1, 0, status);
}

char* put_utf8(char* out, std::uint32_t point) {
    const auto low = [&](unsigned shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) {
        *out++ = static_cast<char>(point);
    } else if (point < 0x800) {
        *out++ = static_cast<char>(0xC0 | (point >> 6));
        *out++ = low(0);
    } else if (point < 0x10000) {
        *out++ = static_cast<char>(0xE0 | (point >> 12));
        *out++ = low(6);
        *out++ = low(0);
    } else {
        *out++ = static_cast<char>(0xF0 | (point >> 18));
        *out++ = low(12);
        *out++ = low(6);
        *out++ = low(0);
    }
    return out;
}

class ConvertingReader : public ByteReader {
  public:
    ConvertingReader(std::unique_ptr<ByteReader> reader, const std::string& encoding)
        : reader_(std::move(reader)),
          converter_(open_converter(encoding)),
          bytes_(kPiece_bytes),
          units_(kPiece_bytes),
          text_(3 * kPiece_bytes + 4) {
        if (!converter_) throw_unknown(encoding);
        UErrorCode status = U_ZERO_ERROR;
        ucnv_setToUCallBack(converter_.get(), mark_no_character, nullptr, nullptr, nullptr, &status);
    }

    std::size_t read(char* to, std::size_t most) override {
        while (text_at_ == text_end_ && !ended_) refill();
        const std::size_t size = std::min(most, text_end_ - text_at_);
        std::memcpy(to, text_.data() + text_at_, size);
        text_at_ += size;
        return size;
    }
    void interrupt() noexcept override { reader_->interrupt(); }
    std::uint64_t bytes_read() const noexcept override { return reader_->bytes_read(); }

  private:
    void refill() {
        if (bytes_at_ == bytes_end_ && !flushing_) {
            bytes_at_ = 0;
            bytes_end_ = reader_->read(bytes_.data(), bytes_.size());
            flushing_ = bytes_end_ == 0;
            if (std::exchange(is_first_, false)) choose_byte_order();
        }
        const char* from = bytes_.data() + bytes_at_;
        UChar* out = units_.data();
        UErrorCode status = U_ZERO_ERROR;
        ucnv_toUnicode(converter_.get(), &out, units_.data() + units_.size(), &from, bytes_.data() + bytes_end_,
                       nullptr, flushing_ ? 1 : 0, &status);
        bytes_at_ = static_cast<std::size_t>(from - bytes_.data());
        ended_ = flushing_ && status != U_BUFFER_OVERFLOW_ERROR;
        to_utf8(out);
    }

    /// UTF-16 without a mark would be taken for big-endian, but what begins with a character of ASCII shows its order.
    void choose_byte_order() {
        UErrorCode status = U_ZERO_ERROR;
        const std::string_view name = ucnv_getName(converter_.get(), &status);
        if (name != "UTF-16" || bytes_end_ < 2 || bytes_[0] == '\0' || bytes_[1] != '\0') return;
        converter_ = open_converter("UTF-16LE");
        ucnv_setToUCallBack(converter_.get(), mark_no_character, nullptr, nullptr, nullptr, &status);
    }

    void to_utf8(const UChar* end) {
        char* out = text_.data();
        const auto lone = [&] {
            if (half_ != 0) *out++ = static_cast<char>(0xFF);
            half_ = 0;
        };
        for (const UChar* at = units_.data(); at < end; ++at) {
            const std::uint32_t unit = *at;
            if ((unit & 0xFC00) == 0xDC00) {
                if (half_ != 0)
                    out = put_utf8(out, 0x10000 + ((half_ & 0x3FF) << 10) + (unit & 0x3FF));
                else
                    *out++ = static_cast<char>(0xFF);
                half_ = 0;
                continue;
            }
            lone();
            if ((unit & 0xFC00) == 0xD800)
                half_ = unit;
            else
                out = put_utf8(out, unit);
        }
        if (ended_) lone();
        text_at_ = 0;
        text_end_ = static_cast<std::size_t>(out - text_.data());
    }

    std::unique_ptr<ByteReader> reader_;
    ConverterPtr converter_;
    std::vector<char> bytes_;
    std::vector<UChar> units_;
    std::vector<char> text_;
    std::size_t bytes_at_ = 0;
    std::size_t bytes_end_ = 0;
    std::size_t text_at_ = 0;
    std::size_t text_end_ = 0;
    std::uint32_t half_ = 0;  // the first half of a pair, whose second comes in the next piece
    bool is_first_ = true;    // no byte was read yet
    bool flushing_ = false;
    bool ended_ = false;
};

}  // namespace

bool is_utf8_name(std::string_view encoding) {
    std::string name;
    for (const char c : encoding)
        if (c != '-' && c != '_') name.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    return name.empty() || name == "utf8";
}

bool is_known_encoding(const std::string& encoding) {
    return is_utf8_name(encoding) || open_converter(encoding) != nullptr;
}

std::unique_ptr<ByteReader> convert_to_utf8(std::unique_ptr<ByteReader> reader, std::string_view encoding) {
    return std::make_unique<ConvertingReader>(std::move(reader), std::string(encoding));
}

struct TextEncoder::Converter {
    ConverterPtr icu;
    std::string_view mark;
    std::vector<UChar> units;
};

TextEncoder::TextEncoder(const std::string& encoding) : converter_(std::make_unique<Converter>()) {
    converter_->icu = open_converter(encoding);
    if (!converter_->icu) throw_unknown(encoding);
    // Those that tell the order of bytes by a mark would put one before every piece.
    UErrorCode status = U_ZERO_ERROR;
    const std::string_view name = ucnv_getName(converter_->icu.get(), &status);
    if (name == "UTF-16") {
        converter_->icu = open_converter("UTF-16LE");
        converter_->mark = "\xFF\xFE";
    } else if (name == "UTF-32") {
        converter_->icu = open_converter("UTF-32LE");
        converter_->mark = std::string_view("\xFF\xFE\0\0", 4);
    }
    ucnv_setFromUCallBack(converter_->icu.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    ucnv_setFallback(converter_->icu.get(), 0);
}

TextEncoder::~TextEncoder() = default;

std::string_view TextEncoder::byte_order_mark() const { return converter_->mark; }

bool TextEncoder::encode(std::string_view utf8, std::string& out) {
    auto& units = converter_->units;
    if (units.size() < utf8.size() + 1) units.resize(utf8.size() + 1);
    UErrorCode status = U_ZERO_ERROR;
    std::int32_t count = 0;
    u_strFromUTF8(units.data(), static_cast<std::int32_t>(units.size()), &count, utf8.data(),
                  static_cast<std::int32_t>(utf8.size()), &status);
    const std::size_t before = out.size();
    const auto most =
        static_cast<std::size_t>(UCNV_GET_MAX_BYTES_FOR_STRING(count, ucnv_getMaxCharSize(converter_->icu.get())));
    out.resize(before + most);
    status = U_ZERO_ERROR;
    ucnv_resetFromUnicode(converter_->icu.get());
    const std::int32_t size = ucnv_fromUChars(converter_->icu.get(), out.data() + before,
                                              static_cast<std::int32_t>(most), units.data(), count, &status);
    const bool good = U_SUCCESS(status);
    out.resize(good ? before + static_cast<std::size_t>(size) : before);
    return good;
}

}  // namespace etl
