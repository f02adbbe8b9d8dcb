#include "data/unicode.hpp"

#include <utf8proc.h>

#include <array>
#include <cstring>

#include "data/digits.hpp"

namespace etl {

namespace {

constexpr std::uint64_t repeat(unsigned char byte) { return 0x0101010101010101ULL * byte; }

/// The high bit of every ASCII byte of the word that lies between first and last.
std::uint64_t between(std::uint64_t word, unsigned char first, unsigned char last) {
    const std::uint64_t at_least = word + repeat(static_cast<unsigned char>(0x80 - first));
    const std::uint64_t above = word + repeat(static_cast<unsigned char>(0x7F - last));
    return (at_least ^ above) & digits::kHighBits;
}

/// ASCII: flips bit 5 of the letters between first and last.
struct AsciiCase {
    unsigned char first;
    unsigned char last;

    /// What became of a text: the letters to be changed and whether all of it is ASCII, as high bits.
    struct Seen {
        std::uint64_t changed = 0;
        std::uint64_t beyond = 0;
    };
    char map(char c) const {
        const bool is_letter = static_cast<unsigned char>(c) >= first && static_cast<unsigned char>(c) <= last;
        return is_letter ? static_cast<char>(c ^ 0x20) : c;
    }
    /// Writes text.size() bytes, but 8 at least.
    Seen write(std::string_view text, char* out) const {
        Seen seen;
        const auto step = [&](const char* from, char* to) {
            auto word = digits::load<std::uint64_t>(from);
            const std::uint64_t letters = between(word, first, last);
            seen.beyond |= word;
            seen.changed |= letters;
            word ^= letters >> 2;
            std::memcpy(to, &word, 8);
        };
        const std::size_t size = text.size();
        if (size < 8) {
            const std::uint64_t kept = (std::uint64_t{1} << (8 * size)) - 1;
            std::uint64_t word = digits::load_few<true>(text.data(), size) & kept;
            step(reinterpret_cast<const char*>(&word), out);
            return seen;
        }
        for (std::size_t i = 0; i + 8 <= size; i += 8) step(text.data() + i, out + i);
        step(text.data() + size - 8, out + size - 8);
        return seen;
    }
};
constexpr AsciiCase kAsciiUpper{'a', 'z'};
constexpr AsciiCase kAsciiLower{'A', 'Z'};

utf8proc_int32_t decode(const char*& at, const char* end) {
    utf8proc_int32_t point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(at), end - at, &point);
    if (size <= 0) {
        ++at;
        return 0xFFFD;
    }
    at += size;
    return point;
}

char* encode(utf8proc_int32_t point, char* out) {
    return out + utf8proc_encode_char(point, reinterpret_cast<utf8proc_uint8_t*>(out));
}

constexpr utf8proc_int32_t kSharpS = 0xDF;

char* put_upper(utf8proc_int32_t point, char* out) {
    if (point != kSharpS) return encode(utf8proc_toupper(point), out);
    *out++ = 'S';
    *out++ = 'S';
    return out;
}
char* put_lower(utf8proc_int32_t point, char* out) { return encode(utf8proc_tolower(point), out); }

/// Most letters beyond ASCII have two bytes, and so has what they become: those bytes by code point; 0 for the others.
struct TwoByteTable {
    std::array<std::uint16_t, 0x800> bytes{};

    explicit TwoByteTable(char* (*put)(utf8proc_int32_t, char*)) {
        for (utf8proc_int32_t point = 0x80; point < 0x800; ++point) {
            char mapped[8];
            if (put(point, mapped) == mapped + 2 && (mapped[0] & 0x80) != 0)
                std::memcpy(&bytes[static_cast<std::size_t>(point)], mapped, 2);
        }
    }
};

/// map(point, out) writes at most twice the point's bytes and returns the end.
template <typename Map>
Text map_points(const Text& text, Arena& arena, Map&& map) {
    char* const first = arena.reserve_bytes(2 * std::size_t{text.size});
    char* out = first;
    const char* at = text.data;
    const char* const end = at + text.size;
    while (at < end) out = map(decode(at, end), out);
    arena.commit_bytes(out);
    return make_text(first, static_cast<std::size_t>(out - first));
}

/// The same for a change of case: words of ASCII at once, letters of two bytes by table, the others by put.
Text map_mixed(const Text& text, Arena& arena, const AsciiCase& mapping, const TwoByteTable& table,
               char* (*put)(utf8proc_int32_t, char*)) {
    char* const first = arena.reserve_bytes(2 * std::size_t{text.size});
    char* out = first;
    const char* at = text.data;
    const char* const end = at + text.size;
    while (at < end) {
        if (end - at >= 8 && (digits::load<std::uint64_t>(at) & digits::kHighBits) == 0) {
            mapping.write({at, 8}, out);
            at += 8;
            out += 8;
            continue;
        }
        const auto byte = static_cast<unsigned char>(*at);
        if (byte < 0x80) {
            *out++ = mapping.map(*at++);
            continue;
        }
        const std::uint16_t two =
            byte < 0xE0 && end - at > 1 ? table.bytes[(byte & 0x1FU) << 6 | (static_cast<unsigned>(at[1]) & 0x3FU)] : 0;
        if (two != 0) {
            std::memcpy(out, &two, 2);
            at += 2;
            out += 2;
        } else {
            out = put(decode(at, end), out);
        }
    }
    arena.commit_bytes(out);
    return make_text(first, static_cast<std::size_t>(out - first));
}

Text map_case(const Text& text, Arena& arena, const AsciiCase& mapping, const TwoByteTable& table,
              char* (*put)(utf8proc_int32_t, char*)) {
    if (text.size == 0) return text;
    char* const out = arena.reserve_bytes(text.size);
    const auto seen = mapping.write(text.view(), out);
    if ((seen.beyond & digits::kHighBits) != 0) return map_mixed(text, arena, mapping, table, put);
    if (seen.changed == 0) return text;
    arena.commit_bytes(out + text.size);
    return make_text(out, text.size);
}

bool is_word_part(utf8proc_int32_t point) {
    switch (utf8proc_category(point)) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ND: return true;
        default: return false;
    }
}

bool is_mark(utf8proc_int32_t point) {
    const auto category = utf8proc_category(point);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

bool is_continuation(char c) { return (c & 0xC0) == 0x80; }

}  // namespace

Text to_upper(const Text& text, Arena& arena) {
    static const TwoByteTable table(put_upper);
    return map_case(text, arena, kAsciiUpper, table, put_upper);
}

Text to_lower(const Text& text, Arena& arena) {
    static const TwoByteTable table(put_lower);
    return map_case(text, arena, kAsciiLower, table, put_lower);
}

Text to_title(const Text& text, Arena& arena) {
    bool inside = false;
    return map_points(text, arena, [&inside](utf8proc_int32_t point, char* out) {
        const bool apostrophe = point == '\'' || point == 0x2019;
        const bool word = is_word_part(point) || (inside && apostrophe);
        const bool first = word && !inside;
        inside = word;
        if (!word) return encode(point, out);
        return encode(first ? utf8proc_totitle(point) : utf8proc_tolower(point), out);
    });
}

Text capitalize(const Text& text, Arena& arena) {
    if (text.size == 0) return text;
    const char* at = text.data;
    const auto point = decode(at, text.data + text.size);
    const auto upper = utf8proc_totitle(point);
    if (upper == point) return text;
    char* const first = arena.reserve_bytes(text.size + 4);
    char* out = encode(upper, first);
    const auto rest = static_cast<std::size_t>(text.data + text.size - at);
    if (rest != 0) std::memcpy(out, at, rest);
    out += rest;
    arena.commit_bytes(out);
    return make_text(first, static_cast<std::size_t>(out - first));
}

std::uint32_t count_characters(std::string_view text) {
    // Every byte but a continuation (10xxxxxx) begins a code point.
    std::size_t count = 0;
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        const auto word = digits::load<std::uint64_t>(text.data() + i);
        const std::uint64_t continuations = word & ~(word << 1) & digits::kHighBits;
        count += 8 - static_cast<std::size_t>(std::popcount(continuations));
    }
    for (; i < text.size(); ++i) count += is_continuation(text[i]) ? 0 : 1;
    return static_cast<std::uint32_t>(count);
}

std::size_t character_offset(std::string_view text, std::uint64_t number) {
    if (number >= text.size()) return text.size();
    std::size_t i = 0;
    for (; number >= 8 && i + 8 <= text.size(); i += 8) {
        const auto word = digits::load<std::uint64_t>(text.data() + i);
        if ((word & digits::kHighBits) != 0) break;
        number -= 8;
    }
    for (; i < text.size(); ++i) {
        if (is_continuation(text[i])) continue;
        if (number == 0) return i;
        --number;
    }
    return text.size();
}

std::string_view substring(std::string_view text, std::uint64_t start, std::uint64_t count) {
    text.remove_prefix(character_offset(text, start));
    return text.substr(0, character_offset(text, count));
}

Text reverse(const Text& text, Arena& arena) {
    if (text.size < 2) return text;
    char* const first = arena.reserve_bytes(text.size);
    char* out = first + text.size;
    const char* at = text.data;
    const char* const end = at + text.size;
    while (at < end) {
        const char* next = at;
        decode(next, end);
        while (next < end && (*next & 0x80) != 0) {
            const char* behind = next;
            if (!is_mark(decode(behind, end))) break;
            next = behind;
        }
        const auto size = static_cast<std::size_t>(next - at);
        out -= size;
        std::memcpy(out, at, size);
        at = next;
    }
    arena.commit_bytes(first + text.size);
    return make_text(first, text.size);
}

std::size_t white_space_at(std::string_view text) {
    if (text.empty()) return 0;
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x80) return byte == ' ' || (byte >= 9 && byte <= 13) ? 1 : 0;
    if (byte == 0xC2) return text.size() > 1 && (text[1] == '\x85' || text[1] == '\xA0') ? 2 : 0;
    if (text.size() < 3) return 0;
    const auto second = static_cast<unsigned char>(text[1]), third = static_cast<unsigned char>(text[2]);
    const bool space = (byte == 0xE1 && second == 0x9A && third == 0x80) ||
                       (byte == 0xE2 && second == 0x80 &&
                        ((third >= 0x80 && third <= 0x8A) || third == 0xA8 || third == 0xA9 || third == 0xAF)) ||
                       (byte == 0xE2 && second == 0x81 && third == 0x9F) ||
                       (byte == 0xE3 && second == 0x80 && third == 0x80);
    return space ? 3 : 0;
}

std::string_view trim_left(std::string_view text) {
    for (std::size_t size = white_space_at(text); size != 0; size = white_space_at(text)) text.remove_prefix(size);
    return text;
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty()) {
        std::size_t begin = text.size() - 1;
        while (begin > 0 && is_continuation(text[begin])) --begin;
        if (white_space_at(text.substr(begin)) == 0) return text;
        text = text.substr(0, begin);
    }
    return text;
}

}  // namespace etl
