#include "formats/json/json_cursor.hpp"

#include <cstring>

namespace etl {

namespace {

bool read_hex(std::string_view text, std::size_t at, std::uint32_t& code) {
    if (at + 4 > text.size()) return false;
    code = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        const char c = text[i];
        code <<= 4;
        if (c >= '0' && c <= '9')
            code |= static_cast<std::uint32_t>(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            code |= static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    return true;
}

char* put_utf8(char* out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6));
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18));
        put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F));
        put(0x80 | (code & 0x3F));
    }
    return out;
}

/// at: behind the u. Surrogates come in pairs.
bool read_unicode(std::string_view text, std::size_t& at, std::uint32_t& code) {
    if (!read_hex(text, at, code)) return false;
    at += 4;
    if (code >= 0xDC00 && code < 0xE000) return false;
    if (code < 0xD800 || code >= 0xDC00) return true;
    std::uint32_t low = 0;
    if (text.substr(at, 2) != "\\u" || !read_hex(text, at + 2, low) || low < 0xDC00 || low >= 0xE000) return false;
    at += 6;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

}  // namespace

bool JsonCursor::skip() {
    std::size_t depth = 0;
    do {
        switch (peek()) {
            case '\0': return false;
            case '{':
            case '[': ++depth; break;
            case '}':
            case ']':
                if (depth == 0) return false;
                --depth;
                break;
            case ',':
            case ':':
                if (depth == 0) return false;
                break;
            default: break;
        }
        ++at_;
    } while (depth > 0);
    return true;
}

bool JsonCursor::spelled(std::string_view& text) {
    const std::uint32_t begin = *at_;
    if (peek() != '{' && peek() != '[') {
        text = token();
        return skip();
    }
    if (!skip()) return false;
    text = {base_ + begin, at_[-1] + 1 - begin};
    return true;
}

std::ptrdiff_t unescape_json(std::string_view inside, char* out) {
    char* const start = out;
    for (std::size_t at = 0; at < inside.size();) {
        const void* found = std::memchr(inside.data() + at, '\\', inside.size() - at);
        const std::size_t stop = found == nullptr
                                     ? inside.size()
                                     : static_cast<std::size_t>(static_cast<const char*>(found) - inside.data());
        std::memcpy(out, inside.data() + at, stop - at);
        out += stop - at;
        at = stop + 2;
        if (stop == inside.size()) break;
        if (stop + 1 == inside.size()) return -1;
        std::uint32_t code = 0;
        switch (inside[stop + 1]) {
            case '"': *out++ = '"'; break;
            case '\\': *out++ = '\\'; break;
            case '/': *out++ = '/'; break;
            case 'b': *out++ = '\b'; break;
            case 'f': *out++ = '\f'; break;
            case 'n': *out++ = '\n'; break;
            case 'r': *out++ = '\r'; break;
            case 't': *out++ = '\t'; break;
            case 'u':
                if (!read_unicode(inside, at, code)) return -1;
                out = put_utf8(out, code);
                break;
            default: return -1;
        }
    }
    return out - start;
}

bool is_json_number(std::string_view token) {
    std::size_t at = token.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t from = at;
        while (at < token.size() && token[at] >= '0' && token[at] <= '9') ++at;
        return at - from;
    };
    const std::size_t first = at;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && token[first] == '0')) return false;
    if (at < token.size() && token[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < token.size() && (token[at] | 0x20) == 'e') {
        ++at;
        if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == token.size();
}

}  // namespace etl
