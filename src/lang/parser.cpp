#include "lang/parser.hpp"

#include <algorithm>

#include "lang/parser_build.hpp"
#include "lang/parser_grammar.hpp"
#include "lang/parser_state.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostBadBytes = 5;  // shown a file

/// The length of the UTF-8 sequence at the text's begin, 0 if it is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        const bool is_short = first == 0xE0 && byte(1) < 0xA0;
        const bool is_surrogate = first == 0xED && byte(1) >= 0xA0;
        return follows(1) && follows(2) && !is_short && !is_surrogate ? 3 : 0;
    }
    if (first < 0xF0 || first > 0xF4) return 0;
    const bool in_range = (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) < 0x90);
    return follows(1) && follows(2) && follows(3) && in_range ? 4 : 0;
}

bool check_bytes(std::uint32_t file, std::string_view text, Diagnostics& diagnostics) {
    std::size_t bad = 0;
    for (std::size_t at = 0; at < text.size() && bad < kMostBadBytes;) {
        const std::size_t length = text[at] == '\0' ? 0 : sequence_length(text.substr(at));
        if (length > 0) {
            at += length;
            continue;
        }
        const SourceSpan place{file, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 1)};
        if (text[at] == '\0')
            diagnostics.error("E111", place, "a NUL byte in the file", {}, {"in a text, write \\0"});
        else
            diagnostics.error("E110", place, "this is no UTF-8", {}, {"save the file as UTF-8"});
        ++bad;
        while (at < text.size() && (text[at] == '\0' || sequence_length(text.substr(at)) == 0)) ++at;
    }
    return bad == 0;
}

}  // namespace

StageTable registered_stages() {
    return {[](std::string_view name) { return Registry<StageSpec>::find(name); },
            [] {
                std::vector<std::string> names;
                for (const StageSpec* spec : Registry<StageSpec>::all()) names.emplace_back(spec->name);
                return names;
            }};
}

const std::vector<std::string>& declaration_words() {
    static const std::vector<std::string> words = {"pipeline", "import", "param", "connection", "fn",  "stage",
                                                   "source",   "target", "flow",  "from",       "test"};
    return words;
}

bool is_reserved_word(std::string_view word) {
    constexpr std::string_view kWords[] = {"and",  "or",    "not", "in",   "is",   "null",
                                           "true", "false", "if",  "then", "else", "match"};
    return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

std::string small_letters_hint(std::string_view word) {
    std::string small(word);
    for (char& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small == word || !is_reserved_word(small) ? std::string()
                                                     : "it is written in small letters: `" + small + "`";
}

ast::File parse(std::uint32_t file, const SourceTexts& texts, Diagnostics& diagnostics, const StageTable& stages) {
    const std::string_view text = texts.text(file);
    ast::File result;
    result.file = file;
    if (!check_bytes(file, text, diagnostics)) return result;
    ParseState state(file, text, diagnostics, stages);
    match_file(state, text.data(), text.data() + text.size());
    if (state.nodes().empty()) return result;
    TreeBuilder builder(file, text, diagnostics, stages);
    return builder.file(state.nodes().front(), state.comments());
}

}  // namespace etl
