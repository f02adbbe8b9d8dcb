#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace etl {

/// Walks over one record of JSON by the places where its tokens begin, as simdjson's first stage finds them: it has
/// checked UTF-8, quotes and control characters; what else makes JSON is checked here.
class JsonCursor {
  public:
    /// at, end: offsets into base of tokens; those behind `limit` belong to later records.
    JsonCursor(const char* base, const std::uint32_t* at, const std::uint32_t* end, std::uint32_t limit)
        : base_(base), at_(at), end_(end), limit_(limit) {}

    /// The first byte of the token, 0 behind the last.
    char peek() const { return at_ < end_ && *at_ < limit_ ? base_[*at_] : '\0'; }
    bool has_ended() const { return at_ >= end_ || *at_ >= limit_; }
    void next() { ++at_; }
    bool take(char wanted) {
        if (peek() != wanted) return false;
        ++at_;
        return true;
    }
    const std::uint32_t* place() const { return at_; }

    /// The token with what it is made of: a scalar or a string with its quotes. There must be one.
    std::string_view token() const;
    /// The bytes between a string's quotes, as they stand. False: no string.
    bool string(std::string_view& inside) const;
    /// Goes behind the value. False: brackets do not close.
    bool skip();
    /// The value's bytes, and goes behind it.
    bool spelled(std::string_view& text);

  private:
    const char* base_;
    const std::uint32_t* at_;
    const std::uint32_t* end_;
    std::uint32_t limit_;
};

/// Undoes the escapes of a JSON string; `out` has room for inside.size() bytes. Returns the size; -1: a wrong escape.
std::ptrdiff_t unescape_json(std::string_view inside, char* out);

/// A number as JSON allows it: no plus, no leading zeros, digits around the point.
bool is_json_number(std::string_view token);

}  // namespace etl
