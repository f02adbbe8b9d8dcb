#include <charconv>
#include <limits>

#include "base/quantity.hpp"
#include "lang/parser_build.hpp"

namespace etl {

using ast::Literal;
using ast::LiteralKind;

namespace {

void append_code_point(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

char plain_escape(char c) {
    switch (c) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'b': return '\b';
        case 'f': return '\f';
        case '0': return '\0';
        default: return c;
    }
}

std::string without_underscores(std::string_view digits) {
    std::string out;
    for (const char c : digits)
        if (c != '_') out += c;
    return out;
}

}  // namespace

/// shown: what stands between the quotes of a text, or between two holes of an f-string; begin: where.
std::string TreeBuilder::decode(std::string_view shown, std::uint32_t begin, bool is_format) {
    std::string out;
    for (std::size_t at = 0; at < shown.size(); ++at) {
        if (shown[at] != '\\' || at + 1 == shown.size()) {
            out += shown[at];
            if (is_format && (shown[at] == '{' || shown[at] == '}')) ++at;  // written twice
            continue;
        }
        const std::size_t escape = at++;
        if (shown[at] != 'u') {
            out += plain_escape(shown[at]);
            continue;
        }
        const bool braced = shown[at + 1] == '{';
        const std::size_t first = at + (braced ? 2 : 1);
        const std::size_t last = braced ? shown.find('}', first) : first + 4;
        std::uint32_t code = 0;
        const auto read = std::from_chars(shown.data() + first, shown.data() + last, code, 16);
        at = braced ? last : last - 1;
        if (read.ec == std::errc() && code <= 0x10FFFF && !(code >= 0xD800 && code < 0xE000)) {
            append_code_point(out, code);
            continue;
        }
        const auto place = static_cast<std::uint32_t>(begin + escape);
        error("E104", {file_, place, static_cast<std::uint32_t>(begin + at + 1)}, "this escape is no character", {},
              {"characters are \\u{0} to \\u{10FFFF} without \\u{D800} to \\u{DFFF}"});
    }
    return out;
}

void TreeBuilder::read_quantity(Literal& literal) {
    const std::string_view shown = literal.spelling;
    const bool is_size = shown.back() == 'B';
    literal.kind = is_size ? LiteralKind::size : LiteralKind::duration;
    const auto value = is_size ? parse_size_bytes(shown) : parse_duration_ms(shown);
    if (value) {
        literal.value = *value;
        return;
    }
    if (shown.find('B') != shown.npos && shown.find_first_of("smhd") != shown.npos)
        error("E112", literal.span, "a size and a duration in one", {}, {"a duration is 1h30m, a size 64KB"});
    else
        error("E112", literal.span, is_size ? "this size is too great" : "this duration is too long");
}

void TreeBuilder::read_range(Literal& literal) {
    literal.kind = LiteralKind::range;
    const std::string digits = without_underscores(literal.spelling);
    const std::size_t dots = digits.find("..");
    const char* const end = digits.data() + digits.size();
    const auto first = std::from_chars(digits.data(), digits.data() + dots, literal.value);
    const auto last = std::from_chars(digits.data() + dots + 2, end, literal.range_end);
    if (first.ec != std::errc() || last.ec != std::errc())
        error("E112", literal.span, "a bound of this range is too great");
    else if (literal.value > literal.range_end)
        error("E112", literal.span, "this range ends before it begins", {},
              {"write " + std::to_string(literal.range_end) + ".." + std::to_string(literal.value)});
}

Literal TreeBuilder::literal(const Node& node) {
    Literal literal;
    literal.span = span(node);
    literal.spelling = std::string(text(node));
    const std::string_view shown = literal.spelling;
    switch (node.kind) {
        case Kind::share:
            literal.kind = LiteralKind::share;
            literal.text = shown.substr(0, shown.size() - 1);
            break;
        case Kind::range: read_range(literal); break;
        case Kind::quantity: read_quantity(literal); break;
        case Kind::number:
            literal.text = without_underscores(shown);
            literal.kind = shown.find_first_of("eE") != shown.npos ? LiteralKind::floating
                           : shown.find('.') != shown.npos         ? LiteralKind::decimal
                                                                   : LiteralKind::integer;
            break;
        case Kind::constant:
            literal.kind = shown == "null" ? LiteralKind::null : LiteralKind::boolean;
            literal.value = shown == "true" ? 1 : 0;
            break;
        default: {
            literal.kind = LiteralKind::text;
            literal.is_raw = node.kind == Kind::raw_text;
            const std::size_t prefix = literal.is_raw ? 1 : 0;
            const bool is_long = shown.substr(prefix).starts_with("\"\"\"");
            const std::size_t quotes = is_long ? 3 : 1;
            const std::string_view held = shown.substr(prefix + quotes, shown.size() - prefix - 2 * quotes);
            const bool escapes = !literal.is_raw && !is_long;
            literal.text = escapes ? decode(held, static_cast<std::uint32_t>(node.begin + prefix + quotes), false)
                                   : std::string(held);
        }
    }
    return literal;
}

}  // namespace etl
