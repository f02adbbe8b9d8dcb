#include "expr/regex.hpp"

#include <re2/re2.h>

namespace etl {

struct Regex::Compiled {
    RE2 pattern;
    Compiled(const re2::StringPiece& text, const RE2::Options& options) : pattern(text, options) {}
};

namespace {

constexpr int kGroups = 10;  // \0 to \9

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// The size of the character at `at`, of valid UTF-8.
std::size_t character_size(std::string_view text, std::size_t at) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
    return size;
}

void append_replacement(std::string_view replacement, const re2::StringPiece* groups, std::string& out) {
    for (std::size_t i = 0; i < replacement.size(); ++i) {
        if (replacement[i] != '\\') {
            out += replacement[i];
            continue;
        }
        ++i;
        if (replacement[i] == '\\')
            out += '\\';
        else if (const auto& group = groups[replacement[i] - '0']; group.data() != nullptr)
            out.append(group.data(), group.size());
    }
}

}  // namespace

std::optional<Regex> Regex::compile(std::string_view pattern, std::string& error) {
    RE2::Options options;
    options.set_log_errors(false);
    auto compiled = std::make_shared<Compiled>(piece(pattern), options);
    if (!compiled->pattern.ok()) {
        error = compiled->pattern.error();
        return std::nullopt;
    }
    return Regex(std::move(compiled));
}

bool Regex::found_in(std::string_view text) const {
    return compiled_->pattern.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Regex::matches_all(std::string_view text) const {
    return compiled_->pattern.Match(piece(text), 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

bool Regex::check_replacement(std::string_view replacement, std::string& error) const {
    return compiled_->pattern.CheckRewriteString(piece(replacement), &error);
}

bool Regex::replace(std::string_view text, std::string_view replacement, std::string& out) const {
    const RE2& pattern = compiled_->pattern;
    re2::StringPiece groups[kGroups];
    const int wanted = std::min(kGroups, pattern.NumberOfCapturingGroups() + 1);
    std::size_t at = 0, copied = 0;
    bool any = false;
    while (at <= text.size() && pattern.Match(piece(text), at, text.size(), RE2::UNANCHORED, groups, wanted)) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        // An empty match right behind another match is part of that one.
        if (!any || begin != copied || begin != end) {
            out.append(text, copied, begin - copied);
            append_replacement(replacement, groups, out);
            copied = end;
            any = true;
        }
        at = end;
        if (begin == end) at += end < text.size() ? character_size(text, end) : 1;
    }
    if (any) out.append(text, copied, std::string_view::npos);
    return any;
}

}  // namespace etl
