#include "lang/parser_state.hpp"

#include <algorithm>

#include "lang/parser_hints.hpp"
#include "lang/parser_report.hpp"

namespace etl {

using grammar::NodeKind;
using Kind = LayoutMark::Kind;

namespace {

constexpr unsigned kMostNesting = 200;

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Moves at behind the word if it stands there alone.
bool skip_word(const char*& at, const char* end, std::string_view word) {
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    if (!rest.starts_with(word) || (rest.size() > word.size() && is_word_char(rest[word.size()]))) return false;
    at += word.size();
    return true;
}

}  // namespace

ParseState::ParseState(std::uint32_t file, std::string_view text, Diagnostics& diagnostics, const StageTable& stages)
    : file_(file), text_(text), diagnostics_(diagnostics), stages_(stages), layout_(text) {}

void ParseState::make_node(NodeKind kind, std::size_t mark, const char* begin, const char* end, bool fold) {
    if (fold && nodes_.size() == mark + 1) return;
    SyntaxNode node{kind, offset(begin), offset(end), 0, {}};
    const auto first = nodes_.begin() + static_cast<std::ptrdiff_t>(mark);
    node.children.assign(std::make_move_iterator(first), std::make_move_iterator(nodes_.end()));
    nodes_.resize(mark);
    nodes_.push_back(std::move(node));
}

void ParseState::make_part(std::size_t mark, std::size_t number, const char* begin, const char* end) {
    make_node(NodeKind::part, mark, begin, end, false);
    nodes_.back().number = static_cast<std::uint32_t>(number);
}

void ParseState::make_part_word(const char* begin, const char* end) {
    make_node(NodeKind::part_word, mark(), begin, end, false);
}

void ParseState::add_comment(const char* begin, const char* end) {
    while (end > begin && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t')) --end;
    comments_.push_back(span(offset(begin), offset(end)));
}

std::vector<SourceSpan> ParseState::comments() const {
    // Rules that are tried at one place several times see its comments as often.
    std::vector<SourceSpan> result = comments_;
    const auto by_place = [](const SourceSpan& a, const SourceSpan& b) { return a.begin < b.begin; };
    std::sort(result.begin(), result.end(), by_place);
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

void ParseState::missed(const char* at, std::string_view what, Reach before) {
    const std::uint32_t here = offset(at);
    if (place_ > here) return;
    // What parts of the rule expected at its very beginning is said by the rule's own name.
    if (place_ < here || before.place < here)
        expected_.clear();
    else
        expected_.resize(std::min(before.count, expected_.size()));
    place_ = here;
    std::size_t opener = LayoutMark::kNone;
    const bool closes = what == "`)`" || what == "`]`" || what == "`}`";
    if (closes && !openers_.empty()) opener = layout_.find(openers_.back());
    expected_.push_back({std::string(what), opener});
}

bool ParseState::enter(const char* at) {
    if (depth_ == kMostNesting) {
        too_deep_at_ = std::min(too_deep_at_, offset(at));
        return false;
    }
    ++depth_;
    return true;
}

bool ParseState::match_word(const char*& at, const char* end, std::string_view word) {
    const Reach before = reach();
    if (skip_word(at, end, word)) return true;
    missed(at, "`" + std::string(word) + "`", before);
    return false;
}

bool ParseState::match_choice(const char*& at, const char* end, std::string_view words) {
    const char* const begin = at;
    for (std::string_view rest = words; !rest.empty();) {
        std::string_view choice = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(choice.size() + 1, rest.size()));
        bool all = true;
        while (all && !choice.empty()) {
            const std::string_view first = choice.substr(0, choice.find(' '));
            choice.remove_prefix(std::min(first.size() + 1, choice.size()));
            while (at != begin && at != end && (*at == ' ' || *at == '\t')) ++at;
            all = skip_word(at, end, first);
        }
        if (all) {
            make_node(NodeKind::word, mark(), begin, at, false);
            return true;
        }
        at = begin;
    }
    for (std::string_view rest = words; !rest.empty();) {
        const std::string_view choice = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(choice.size() + 1, rest.size()));
        missed(begin, "`" + std::string(choice) + "`", reach());
    }
    return false;
}

void ParseState::report(std::uint32_t begin) {
    if (!reported_) SyntaxReport(*this, begin).write();
    reported_ = true;
}

void ParseState::forget() {
    place_ = 0;
    expected_.clear();
    too_deep_at_ = UINT32_MAX;
    reported_ = false;
}

std::uint32_t ParseState::stage_after(std::uint32_t at) const {
    const auto& marks = layout_.marks();
    for (std::size_t i = layout_.find(at); i < marks.size(); ++i) {
        const LayoutMark& mark = marks[i];
        if (mark.kind == Kind::end || mark.kind == Kind::bar || (mark.declares && mark.begin > at)) return mark.begin;
        if (mark.kind == Kind::open && mark.partner != LayoutMark::kNone) i = mark.partner;
    }
    return static_cast<std::uint32_t>(text_.size());
}

const char* ParseState::resume_item(const char* begin, const char* from) {
    const std::uint32_t start = offset(begin);
    if (begin == from) {
        resume_from_ = std::max(start, place_);
        report(start);
    }
    const auto& marks = layout_.marks();
    const std::size_t first = layout_.find(start);
    // Where each item has its line, a comma belongs to what is wrong.
    const std::string_view before = text_.substr(openers_.back(), start - openers_.back());
    const bool comma_parts = before.find('\n') == before.npos;
    for (std::size_t i = layout_.find(offset(from)); i < marks.size(); ++i) {
        const LayoutMark& mark = marks[i];
        const bool closes = mark.kind == Kind::close && text_[mark.begin] == '}' &&
                            (mark.partner == LayoutMark::kNone || mark.partner < first);
        if (mark.kind == Kind::end || mark.kind == Kind::bar || mark.declares) return nullptr;
        if (mark.kind == Kind::open && mark.partner != LayoutMark::kNone) i = mark.partner;
        const bool parts =
            (mark.kind == Kind::comma && comma_parts) || (mark.kind == Kind::line_end && !mark.continues);
        if (!closes && (!parts || mark.end <= resume_from_)) continue;
        forget();
        if (begin == from) nodes_.push_back({NodeKind::broken, start, mark.begin, 0, {}});
        return text_.data() + mark.begin;
    }
    return nullptr;
}

bool ParseState::is_misspelt_declaration(const LayoutMark& mark) const {
    if (mark.kind != Kind::word || !mark.starts_line || mark.declares) return false;
    const std::string word(text_.substr(mark.begin, mark.end - mark.begin));
    return stages_.find(word) == nullptr && !did_you_mean(word, declaration_words()).empty();
}

std::string ParseState::clause_meant(const LayoutMark& mark) const {
    if (mark.kind != Kind::word || !mark.starts_line || mark.declares) return {};
    return did_you_mean(text_.substr(mark.begin, mark.end - mark.begin), {"incremental", "strict"});
}

const char* ParseState::resume_stage(const char* begin, std::size_t mark) {
    const std::uint32_t start = offset(begin);
    const std::uint32_t place = std::max(start, place_);
    // A stage that was read to its end is right where the trouble is what stands on a later line.
    const bool was_read = nodes_.size() == mark + 1;
    const LayoutMark& found = layout_.at(place);
    if (was_read && is_misspelt_declaration(found)) {
        forget();
        return text_.data() + found.begin;
    }
    report(start);
    const LayoutMark* last = layout_.before(place);
    const bool is_right = was_read && found.starts_line && last != nullptr && last->end <= nodes_.back().end;
    const std::uint32_t resume = stage_after(is_right ? place : start);
    if (!is_right) {
        drop(mark);
        nodes_.push_back({NodeKind::broken, start, resume, 0, {}});
    }
    forget();
    return text_.data() + resume;
}

const char* ParseState::unknown_stage(const char* begin, const char* end) {
    const std::uint32_t start = offset(begin);
    const std::string name(begin, end);
    const std::vector<std::string> names = stages_.names();
    std::vector<std::string> notes;
    const std::string_view elsewhere = find_stage_elsewhere(name);
    if (!elsewhere.empty() && stages_.find(elsewhere) != nullptr)
        notes.push_back("it is called `" + std::string(elsewhere) + "` here");
    else if (std::string near = did_you_mean(name, names); !near.empty())
        notes.push_back(std::move(near));
    notes.push_back("stages are: " + list_names(names, names.size()));
    diagnostics_.error("E105", span(start, offset(end)), "unknown stage `" + name + "`", {}, std::move(notes));
    const std::uint32_t resume = stage_after(start);
    nodes_.push_back({NodeKind::broken, start, resume, 0, {}});
    return text_.data() + resume;
}

const char* ParseState::resume_declaration(const char* begin) {
    const std::uint32_t start = offset(begin);
    const std::size_t first = layout_.find(start);
    const auto& marks = layout_.marks();
    // What does not begin a declaration may be the rest of the one before.
    const bool is_clause = !clause_meant(marks[first]).empty();
    const bool is_rest = !marks[first].declares && (!marks[first].starts_line || place_ > start || is_clause);
    report(start);
    const auto begins_another = [&](std::size_t i) {
        return marks[i].begin > start &&
               (marks[i].declares || (is_misspelt_declaration(marks[i]) && marks[i + 1].kind == Kind::word));
    };
    std::size_t next = first;
    for (; marks[next].kind != Kind::end && !begins_another(next); ++next)
        if (marks[next].kind == Kind::open && marks[next].partner != LayoutMark::kNone) next = marks[next].partner;
    nodes_.push_back({NodeKind::broken, start, marks[next].begin, is_rest ? 1u : 0u, {}});
    forget();
    return text_.data() + marks[next].begin;
}

}  // namespace etl
