#include "formats/json/json_text.hpp"

#include <array>
#include <cstring>

#include "base/error.hpp"
#include "io/encoding.hpp"

namespace etl {

namespace {

constexpr std::array<bool, 256> make_set(std::string_view signs) {
    std::array<bool, 256> set{};
    for (const char sign : signs) set[static_cast<unsigned char>(sign)] = true;
    return set;
}

constexpr auto kStructure = make_set("\"{}[]");
constexpr auto kBehindScalar = make_set(" \t\r\n,:\"{}[]");

std::size_t find_of(const std::array<bool, 256>& set, std::string_view text, std::size_t at) {
    while (at < text.size() && !set[static_cast<unsigned char>(text[at])]) ++at;
    return at;
}

/// Behind the string that begins at `at` with its quote; npos: it does not end.
std::size_t behind_string(std::string_view text, std::size_t at) {
    for (std::size_t from = at + 1;;) {
        const std::size_t quote = text.find('"', from);
        if (quote == std::string_view::npos) return quote;
        std::size_t slashes = 0;
        while (text[quote - slashes - 1] == '\\') ++slashes;
        if (slashes % 2 == 0) return quote + 1;
        from = quote + 1;
    }
}

}  // namespace

std::optional<std::size_t> json_text_begin(std::span<const char> head, bool at_end, const std::string& encoding,
                                           std::string_view file_name) {
    if (head.size() < 3 && !at_end) return std::nullopt;
    const std::string_view text(head.data(), head.size());
    if (is_utf8_name(encoding) && (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")))
        throw Error("E439", (file_name.empty() ? std::string() : std::string(file_name) + ": ") +
                                "the file is UTF-16; write `encoding = \"utf-16\"`");
    return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

JsonBrackets::End JsonBrackets::find_end(std::string_view text, std::size_t& at) {
    open_.clear();
    if (!kStructure[static_cast<unsigned char>(text[at])]) {
        at = find_of(kBehindScalar, text, at);
        return at < text.size() ? End::found : End::needs_more;
    }
    for (;;) {
        at = find_of(kStructure, text, at);
        if (at == text.size()) return End::needs_more;
        const char sign = text[at];
        if (sign == '"') {
            at = behind_string(text, at);
            if (at == std::string_view::npos) return End::needs_more;
        } else if (sign == '{' || sign == '[') {
            open_.push_back(sign == '{' ? '}' : ']');
            ++at;
        } else {
            if (open_.empty() || open_.back() != sign) return End::broken;
            open_.pop_back();
            ++at;
        }
        if (open_.empty()) return End::found;
    }
}

void index_json_values(std::string_view text, std::uint32_t begin, std::vector<JsonSpan>& values) {
    JsonBrackets brackets;
    for (std::size_t at = begin; at < text.size();) {
        if (is_json_space(text[at]) || text[at] == ',') {
            ++at;
            continue;
        }
        const auto from = static_cast<std::uint32_t>(at);
        if (brackets.find_end(text, at) != JsonBrackets::End::found) at = text.size();
        values.push_back({from, static_cast<std::uint32_t>(at)});
    }
}

}  // namespace etl
