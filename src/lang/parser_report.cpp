#include "lang/parser_report.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lang/parser_hints.hpp"

namespace etl {

using Kind = LayoutMark::Kind;

namespace {

constexpr std::string_view kSeparator = "`,` or a line end";

bool is_comparison(std::string_view sign) {
    return sign == "==" || sign == "!=" || sign == "<" || sign == "<=" || sign == ">" || sign == ">=";
}

bool begins_nothing(std::string_view sign) {
    constexpr std::array<std::string_view, 14> kSigns = {
        "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "=", "->", ":"};
    return std::find(kSigns.begin(), kSigns.end(), sign) != kSigns.end();
}

/// The first escape that is none, within quotes; npos if all are right.
std::size_t wrong_escape(std::string_view text) {
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    for (std::size_t at = text.find('"') + 1; at + 1 < text.size(); ++at) {
        if (text[at] != '\\') continue;
        const char next = text[at + 1];
        if (std::string_view("\"\\nrtbf/0").find(next) == std::string_view::npos) {
            if (next != 'u') return at;
            std::size_t digits = at + 2;
            const bool braced = digits < text.size() && text[digits] == '{';
            if (braced) ++digits;
            std::size_t end = digits;
            while (end < text.size() && is_hex(text[end]) && (braced || end < digits + 4)) ++end;
            const bool right = braced ? end > digits && end < text.size() && text[end] == '}' : end == digits + 4;
            if (!right) return at;
        }
        ++at;
    }
    return std::string_view::npos;
}

}  // namespace

SyntaxReport::SyntaxReport(ParseState& state, std::uint32_t begin)
    : state_(state),
      begin_(begin),
      place_(std::max(begin, state.place_)),
      mark_(state.layout_.at(place_)),
      before_(state.layout_.before(place_)) {}

void SyntaxReport::write() {
    if (too_deep() || missing_value() || bad_text() || bad_number() || unclosed_bracket() || stray_bracket() ||
        foreign_sign() || foreign_letter() || unknown_declaration())
        return;
    expected();
}

void SyntaxReport::error(const char* code, std::uint32_t begin, std::uint32_t end, std::string message,
                         std::string label, std::vector<std::string> notes) const {
    state_.diagnostics_.error(code, state_.span(begin, std::max(begin, end)), std::move(message), std::move(label),
                              std::move(notes));
}

std::size_t SyntaxReport::line_of(std::uint32_t offset) const {
    return 1 + static_cast<std::size_t>(std::count(state_.text_.begin(), state_.text_.begin() + offset, '\n'));
}

bool SyntaxReport::expects(std::string_view what) const {
    return std::any_of(state_.expected_.begin(), state_.expected_.end(),
                       [&](const ParseState::Expected& expected) { return expected.what == what; });
}

std::string SyntaxReport::found() const {
    if (mark_.kind == Kind::end) return "found the end of the file";
    if (mark_.kind == Kind::line_end) return "the line ends here";
    if (place_ > mark_.begin) {
        // Within a text with holes.
        const Layout inner(state_.text_.substr(place_, mark_.end - place_));
        return "found `" + shortened(state_.text_.substr(place_, inner.marks().front().end)) + "`";
    }
    return mark_.kind == Kind::text ? "found the text " + shortened(text(mark_))
                                    : "found `" + shortened(text(mark_)) + "`";
}

std::string SyntaxReport::expected_list() const {
    std::vector<std::string> list;
    const auto add = [&](const std::string& what) {
        if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
    };
    for (const ParseState::Expected& expected : state_.expected_) {
        const bool crosses_line = expected.what == "an operator" && mark_.starts_line && state_.expected_.size() > 1;
        if (crosses_line) continue;
        if (expected.what == kSeparator) {
            add("`,`");
            add("a line end");
        } else {
            add(expected.what);
        }
    }
    const auto is_inner = [](const std::string& what) {
        return what != "`)`" && what != "`]`" && what != "`}`" && what != "`|`" && what != "a declaration";
    };
    std::stable_partition(list.begin(), list.end(), is_inner);
    std::string out;
    constexpr std::size_t kMost = 8;
    const std::size_t shown = std::min(list.size(), kMost);
    for (std::size_t i = 0; i < shown; ++i)
        out += (i == 0 ? "" : i + 1 == shown && shown == list.size() ? " or " : ", ") + list[i];
    return list.size() > kMost ? out + ", ..." : out;
}

bool SyntaxReport::too_deep() const {
    const std::uint32_t at = state_.too_deep_at_;
    if (at == UINT32_MAX) return false;
    error("E109", at, at + 1, "this is nested too deep", "more than 200 levels",
          {"put the inner part into a `set` or an `fn` before"});
    return true;
}

/// `a =` at a line's end, and `b = 2` in the next: what was read as the value of a begins something of its own.
bool SyntaxReport::missing_value() {
    if (before_ == nullptr || before_->kind != Kind::word || !before_->starts_line || mark_.starts_line) return false;
    const std::string_view sign = text(mark_);
    if (!before_->declares && sign != "=" && sign != ":") return false;
    const auto& marks = state_.layout_.marks();
    const std::size_t word = static_cast<std::size_t>(before_ - marks.data());
    if (word < 2 || !marks[word - 1].continues || marks[word - 2].end <= begin_ || marks[word - 2].kind != Kind::sign)
        return false;
    state_.layout_.end_line(word - 1);
    state_.resume_from_ = marks[word - 1].begin;
    error("E101", marks[word - 2].end, marks[word - 2].end, "expected an expression", "the line ends here");
    return true;
}

bool SyntaxReport::bad_text() const {
    const bool here = mark_.kind == Kind::text && mark_.begin <= place_;
    const LayoutMark* name = mark_.kind == Kind::word && !mark_.is_closed ? &mark_ : nullptr;
    if (name != nullptr) {
        error("E103", name->begin, name->end, "this name in backquotes is not closed", "the closing ` is missing");
        return true;
    }
    if (!here) return false;
    const std::string_view shown = text(mark_);
    if (!mark_.is_closed) {
        const bool is_long = shown.find("\"\"\"") < 2;
        error("E103", mark_.begin, mark_.end, "this text is not closed",
              is_long ? "the closing \"\"\" is missing" : "the closing \" is missing on this line",
              {is_long ? "write \"\"\" behind the last line" : "a text of several lines stands in \"\"\" \"\"\""});
        return true;
    }
    if (shown.front() != 'r' && !shown.starts_with("\"\"\"")) {
        const std::size_t wrong = wrong_escape(shown);
        if (wrong != std::string_view::npos && mark_.begin + wrong >= place_) {
            const auto at = static_cast<std::uint32_t>(mark_.begin + wrong);
            error("E104", at, at + 2, "this escape is unknown", {},
                  {"escapes are \\\" \\\\ \\n \\r \\t \\b \\f \\/ \\0 \\u00e9 \\u{1F600}; write \\\\ for a backslash, "
                   "or r\"...\" for a pattern"});
            return true;
        }
    }
    if (shown.front() != 'f' || place_ < mark_.begin + 2) return false;
    const std::uint32_t at = place_;
    if (state_.text_[at] != '}' || !expects("`\"`")) return false;
    error("E104", at, at + 1, "a brace of its own in an f-string", {}, {"write `}}` for a brace"});
    return true;
}

bool SyntaxReport::bad_number() const {
    if (mark_.kind != Kind::number || place_ != mark_.begin) return false;
    const std::string_view shown = text(mark_);
    const bool has_letter = std::any_of(shown.begin(), shown.end(), [](char c) { return c > '9' && c != '_'; });
    if (!has_letter) return false;
    error("E112", mark_.begin, mark_.end, "`" + std::string(shown) + "` is neither a number nor a name", {},
          {"units are ms s m h d and B KB MB GB TB; a name that begins with a digit stands in backquotes"});
    return true;
}

bool SyntaxReport::unclosed_bracket() {
    // A declaration where an item of a `{` is expected that never ends.
    if (const LayoutMark& first = state_.layout_.at(begin_); first.declares && !state_.openers_.empty()) {
        const LayoutMark& opener = state_.layout_.at(state_.openers_.back());
        if (opener.kind == Kind::open && opener.partner == LayoutMark::kNone) {
            error("E102", opener.begin, opener.end, "this `" + std::string(text(opener)) + "` is not closed",
                  "opened here",
                  {"expected `}` before `" + std::string(text(first)) + "` in line " +
                   std::to_string(line_of(first.begin))});
            return true;
        }
    }
    for (const ParseState::Expected& expected : state_.expected_) {
        if (expected.opener == LayoutMark::kNone) continue;
        const LayoutMark& opener = state_.layout_.marks()[expected.opener];
        if (opener.kind != Kind::open || opener.partner != LayoutMark::kNone) continue;
        const std::string where = mark_.kind == Kind::end ? "before the file ends"
                                                          : "before `" + std::string(text(mark_).substr(0, 24)) +
                                                                "` in line " + std::to_string(line_of(mark_.begin));
        const bool is_same_line = line_of(opener.begin) == line_of(mark_.begin) && mark_.kind != Kind::end;
        const bool ends =
            mark_.kind == Kind::end || mark_.kind == Kind::bar || mark_.kind == Kind::close || !is_same_line;
        if (!ends) continue;
        // The next line is an item of its own.
        if (mark_.starts_line && before_ != nullptr) state_.resume_from_ = std::max(begin_, before_->end);
        error("E102", opener.begin, opener.end, "this `" + std::string(text(opener)) + "` is not closed", "opened here",
              {"expected " + expected.what + " " + where});
        return true;
    }
    return false;
}

bool SyntaxReport::stray_bracket() const {
    if (mark_.kind != Kind::close || mark_.partner != LayoutMark::kNone || mark_.begin != place_) return false;
    for (const ParseState::Expected& expected : state_.expected_)
        if (expected.opener != LayoutMark::kNone) return false;
    if (expects("an expression") || expects("an argument")) return false;
    error("E116", mark_.begin, mark_.end, "this `" + std::string(text(mark_)) + "` closes nothing", {},
          {"expected " + expected_list()});
    return true;
}

bool SyntaxReport::foreign_sign() const {
    if (mark_.begin != place_ && mark_.kind != Kind::sign) return false;
    std::string_view sign = text(mark_);
    std::uint32_t at = mark_.begin;
    // `a || b`: the first bar has begun a stage. `a <> b`: the `<` was an operator.
    if (mark_.kind == Kind::bar && at > 0 && state_.text_[at - 1] == '|') sign = state_.text_.substr(--at, 2);
    if (sign == "=" && (!expects("an operator") || expects("`->`"))) return false;
    if (sign == "--" && !expects("an operator") && !mark_.starts_line) return false;
    const ForeignSign* foreign = find_foreign_sign(sign);
    if (foreign == nullptr && sign.front() < 0)
        foreign = find_foreign_sign(sign.substr(0, sign.front() == '\xC2' ? 2 : 3));
    if (foreign == nullptr) return false;
    const auto end = static_cast<std::uint32_t>(at + foreign->sign.size());
    error("E108", at, end, foreign->message, {}, {foreign->note});
    return true;
}

/// `größe`: only a to z may stand in a name without backquotes.
bool SyntaxReport::foreign_letter() const {
    if (mark_.begin != place_ || mark_.kind != Kind::sign || text(mark_).front() >= 0) return false;
    const bool goes_on = before_ != nullptr && before_->kind == Kind::word && before_->end == mark_.begin;
    const std::uint32_t begin = goes_on ? before_->begin : mark_.begin;
    const std::string name(state_.text_.substr(begin, mark_.end - begin));
    error("E113", begin, mark_.end, "a name with other letters than a to z stands in backquotes", {},
          {"write `" + name + "`"});
    return true;
}

bool SyntaxReport::unknown_declaration() const {
    const bool at_begin = place_ == begin_ && state_.expected_.size() >= 1 && expects("a declaration");
    if (!at_begin || (expects("`|`") && !state_.is_misspelt_declaration(mark_)) ||
        !(mark_.kind == Kind::word || mark_.kind == Kind::bar))
        return false;
    if (mark_.kind == Kind::bar) {
        error("E106", mark_.begin, mark_.end, "this `|` continues nothing", {},
              {"a flow begins with `from NAME`, and its stages follow it"});
        return true;
    }
    std::vector<std::string> notes;
    const std::string word(text(mark_));
    if (state_.stages_.find(word) != nullptr)
        notes.push_back("a stage stands behind a `|`: | " + word);
    else if (std::string near = did_you_mean(word, declaration_words()); !near.empty())
        notes.push_back(std::move(near));
    else if (std::string clause = state_.clause_meant(mark_); !clause.empty())
        notes.push_back(std::move(clause));
    notes.push_back("declarations begin with " + list_names(declaration_words()));
    error("E106", mark_.begin, mark_.end, "expected a declaration", found(), std::move(notes));
    return true;
}

/// `from csv("a.csv")`: a flow begins with a name.
std::string SyntaxReport::source_hint(std::string_view sign) const {
    if (before_ == nullptr || before_->kind != Kind::word || (sign != "(" && sign != ".")) return {};
    const LayoutMark* const word = state_.layout_.before(before_->begin);
    if (word == nullptr || word->kind != Kind::word || text(*word) != "from") return {};
    return "a flow begins with the name of a source: write `source NAME = " + std::string(text(*before_)) +
           (sign == "(" ? "(...)" : ".table(...)") + "` before it, then `from NAME`";
}

/// What to write instead, as far as it can be guessed; empty if not.
std::string SyntaxReport::hint() const {
    const std::string sign(text(mark_));
    if (place_ > mark_.begin || mark_.kind == Kind::end) return {};
    if (std::string small = small_letters_hint(sign); !small.empty() && expects("an operator")) return small;
    if (before_ != nullptr && before_->kind == Kind::text && before_->end == mark_.begin)
        return "a text ends right before it: is a `\"` missing, or one too many? Within a text it is written `\\\"`";
    if (mark_.kind == Kind::word && is_reserved_word(sign) &&
        (begin_ == place_ || expects("a name") || expects("an expression")))
        return "`" + sign + "` is a word of the language; as a name it stands in backquotes: `" + sign + "`";
    if (mark_.starts_line && (sign == "(" || sign == "["))
        return "a line that begins with `" + sign +
               "` starts something new: the bracket of a call or an index follows without a space";
    if ((sign == "(" || sign == "[") && expects("an operator") && before_ != nullptr &&
        (before_->kind == Kind::word || before_->kind == Kind::close))
        return "the bracket of a call or an index follows without a space";
    if (before_ != nullptr && text(*before_) == "*" && before_->starts_line && !mark_.starts_line)
        return "a line that begins with `*` starts something new: put `*` at the end of the line before";
    if (mark_.starts_line && begins_nothing(sign))
        return "a line that begins with `" + sign + "` starts something new: put `" + sign +
               "` at the end of the line before";
    if (std::string meant = source_hint(sign); !meant.empty()) return meant;
    if (is_comparison(sign) && expects("an operator")) return "comparisons do not chain: write `a < b and b < c`";
    if (mark_.starts_line && expects("`|`") && state_.stages_.find(sign) != nullptr)
        return "a stage stands behind a `|`: | " + sign;
    if (sign == "," && expects("`)`") && !expects("`,`")) return "a list stands in `[ ]`";
    if (expects("a name") && before_ != nullptr && text(*before_) == ".") return "the name follows its `.` at once";
    if (before_ != nullptr && expects("`on`") && is_join_elsewhere(text(*before_)))
        return "`" + std::string(text(*before_)) + "` was read as a name: there are `join X` and `join left X`";
    if (before_ != nullptr && before_->kind == Kind::word && expects("`" + std::string(text(*before_)) + "`"))
        return "`" + std::string(text(*before_)) + "` was read as a name: one is missing before it";
    if (mark_.starts_line && mark_.kind == Kind::word && expects("a declaration"))
        return "a stage stands behind a `|`; declarations begin with " + list_names(declaration_words(), SIZE_MAX);
    const char* const note = find_hint(
        sign, [&](std::string_view what) { return expects(what) && !(what == kSeparator && expects("an operator")); });
    return note == nullptr ? std::string() : note;
}

void SyntaxReport::add_notes(std::vector<std::string>& notes) const {
    if (std::string meant = hint(); !meant.empty()) notes.push_back(std::move(meant));
    if (expects("a stage")) notes.push_back("stages are: " + list_names(state_.stages_.names(), SIZE_MAX));
    for (const ParseState::Expected& expected : state_.expected_) {
        if (expected.opener == LayoutMark::kNone || !notes.empty() || expects(kSeparator)) continue;
        const LayoutMark& opener = state_.layout_.marks()[expected.opener];
        if (line_of(opener.begin) == line_of(place_) || opener.kind != Kind::open) continue;
        notes.push_back(expected.what + " closes the `" + std::string(text(opener)) + "` of line " +
                        std::to_string(line_of(opener.begin)));
    }
}

void SyntaxReport::expected() const {
    std::vector<std::string> notes;
    add_notes(notes);
    const std::string list = expected_list();
    const std::string message = list.empty() ? "this cannot be read" : "expected " + list;
    // What is missing at a line's end is shown there, not at the next line's first word.
    const bool is_item = begin_ == place_ && mark_.kind != Kind::end;
    const bool is_complete = expects("`|`") || expects("a declaration") || is_item;
    const bool crosses =
        before_ != nullptr && (mark_.starts_line || mark_.kind == Kind::line_end || mark_.kind == Kind::end);
    if (crosses && !is_complete) {
        const std::string label = mark_.kind == Kind::end ? "the file ends here" : "the line ends here";
        error("E101", before_->end, before_->end, message, label, std::move(notes));
        return;
    }
    const std::uint32_t begin = std::max(place_, mark_.begin);
    const bool shown_whole = begin == mark_.begin;
    error("E101", begin, shown_whole ? mark_.end : begin + 1, message, found(), std::move(notes));
}

}  // namespace etl
