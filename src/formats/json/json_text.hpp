#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

/// Where a JSON text begins behind a byte order mark; nothing: more bytes are needed. Throws Error where it is UTF-16
/// and the encoding is said to be UTF-8.
std::optional<std::size_t> json_text_begin(std::span<const char> head, bool at_end, const std::string& encoding,
                                           std::string_view file_name);

inline bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Finds where values end, by brackets and quotes alone. One thread at a time.
class JsonBrackets {
  public:
    enum class End : std::uint8_t {
        found,       // `at` is behind the value
        needs_more,  // the text ends before
        broken       // at `at` stands a bracket that closes nothing
    };
    /// at: the value's first byte, which is no space, comma, colon or closing bracket.
    End find_end(std::string_view text, std::size_t& at);

  private:
    std::string open_;  // the brackets that are to come, the next one last
};

/// A record in a block.
struct JsonSpan {
    std::uint32_t begin;
    std::uint32_t end;
};

/// The values of a text in which nothing but spaces and commas stands between them.
void index_json_values(std::string_view text, std::uint32_t begin, std::vector<JsonSpan>& values);

}  // namespace etl
