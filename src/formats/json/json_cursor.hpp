#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace etl {

/// Walks over one record of JSON by the places where its tokens begin, as simdjson's first stage finds them: it has
/// checked UTF-8, quotes and control characters; what else makes JSON is checked here.
class JsonCursor {
  public:
    /// at: offsets into base of tokens; those from `limit` on belong to later records. Behind the last one stands an
    /// offset of at least `limit`.
    JsonCursor(const char* base, const std::uint32_t* at, std::uint32_t limit) : base_(base), at_(at), limit_(limit) {}

    /// The first byte of the token, 0 behind the last.
    char peek() const { return has_ended() ? '\0' : base_[*at_]; }
    bool has_ended() const { return *at_ >= limit_; }
    void next() { ++at_; }
    bool take(char wanted) {
        if (peek() != wanted) return false;
        ++at_;
        return true;
    }
    const std::uint32_t* place() const { return at_; }

    /// The token with what it is made of: a scalar or a string with its quotes. There must be one.
    std::string_view token() const {
        const std::uint32_t begin = *at_;
        std::uint32_t end = at_[1] < limit_ ? at_[1] : limit_;
        while (end > begin && is_space(base_[end - 1])) --end;
        return {base_ + begin, end - begin};
    }
    /// The bytes between a string's quotes, as they stand. False: no string.
    bool string(std::string_view& inside) const {
        if (peek() != '"') return false;
        const std::string_view whole = token();
        if (whole.size() < 2 || whole.back() != '"') return false;
        inside = whole.substr(1, whole.size() - 2);
        return true;
    }
    /// Goes behind the value. False: brackets do not close.
    bool skip();
    /// The value's bytes, and goes behind it.
    bool spelled(std::string_view& text);

  private:
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

    const char* base_;
    const std::uint32_t* at_;
    std::uint32_t limit_;
};

/// Undoes the escapes of a JSON string; `out` has room for inside.size() bytes. Returns the size; -1: a wrong escape.
std::ptrdiff_t unescape_json(std::string_view inside, char* out);

/// A number as JSON allows it: no plus, no leading zeros, digits around the point.
bool is_json_number(std::string_view token);

}  // namespace etl
