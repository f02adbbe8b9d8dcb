#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/byte_reader.hpp"

namespace etl {

/// Also the empty name.
bool is_utf8_name(std::string_view encoding);
/// By ICU's names and aliases: latin1, windows-1252, utf-16, shift_jis, …
bool is_known_encoding(const std::string& encoding);

/// The text in UTF-8. What is no character in the encoding becomes a byte 0xFF, so that its record can be refused.
std::unique_ptr<ByteReader> convert_to_utf8(std::unique_ptr<ByteReader> reader, std::string_view encoding);

/// Writes text in another encoding than UTF-8. One thread at a time.
class TextEncoder {
  public:
    /// Throws Error (E408) for a name that is not known.
    explicit TextEncoder(const std::string& encoding);
    ~TextEncoder();
    TextEncoder(const TextEncoder&) = delete;
    TextEncoder& operator=(const TextEncoder&) = delete;

    /// What a file begins with; empty for most.
    std::string_view byte_order_mark() const;
    /// Appends the text, which is valid UTF-8. False: the encoding lacks a character of it, and nothing was appended.
    bool encode(std::string_view utf8, std::string& out);

  private:
    struct Converter;
    std::unique_ptr<Converter> converter_;
};

}  // namespace etl
