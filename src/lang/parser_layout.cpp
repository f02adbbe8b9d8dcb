#include "lang/parser_layout.hpp"

#include <algorithm>

#include "lang/parser.hpp"

namespace etl {

namespace {

using Kind = LayoutMark::Kind;

constexpr unsigned kMostHoles = 200;  // f-strings within f-strings

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Ends of the tokens that hold other characters. Each takes the offset of its first character; `closed` is false where
/// the text ends before the token does.
class TokenEnds {
  public:
    explicit TokenEnds(std::string_view text) : text_(text) {}

    std::size_t word(std::size_t at) const {
        while (at < text_.size() && (is_letter(text_[at]) || is_digit(text_[at]))) ++at;
        return at;
    }
    std::size_t sign(std::size_t at) const {
        constexpr std::string_view kPairs[] = {"==", "!=", "<=", ">=", "->", "??", "..", "&&",
                                               "||", "<>", "//", "--", "/*", "=>", "::"};
        if (text_[at] < 0) {  // letters of other languages, with what belongs to their word
            while (at < text_.size() && (text_[at] < 0 || is_letter(text_[at]) || is_digit(text_[at]))) ++at;
            return at;
        }
        const bool two = std::find(std::begin(kPairs), std::end(kPairs), text_.substr(at, 2)) != std::end(kPairs);
        return at + (two ? 2 : 1);
    }
    std::size_t line(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

    /// at: the first quote.
    std::size_t quoted(std::size_t at, bool escapes, bool& closed) const {
        if (text_.substr(at, 3) == "\"\"\"") {
            const std::size_t end = text_.find("\"\"\"", at + 3);
            closed = end != text_.npos;
            return closed ? end + 3 : line(at);
        }
        for (++at; at < text_.size() && text_[at] != '\n'; ++at) {
            if (text_[at] == '"') return at + 1;
            if (escapes && text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n') ++at;
        }
        closed = false;
        return at;
    }

    /// at: the quote of an f-string.
    std::size_t formatted(std::size_t at, unsigned depth, bool& closed) const {
        for (++at; at < text_.size() && text_[at] != '\n'; ++at) {
            const char c = text_[at];
            if (c == '"') return at + 1;
            const char next = at + 1 < text_.size() ? text_[at + 1] : '\n';
            const bool skips = c == '\\' ? next != '\n' : (c == '{' || c == '}') && next == c;
            if (skips) ++at;
            if (skips || c != '{') continue;
            at = depth < kMostHoles ? hole(at, depth + 1) : text_.size();
            if (at == text_.size()) break;
        }
        closed = false;
        return std::min(line(at), text_.size());
    }

  private:
    /// at: `{`. The offset of its `}`, or of the text's end.
    std::size_t hole(std::size_t at, unsigned depth) const {
        unsigned braces = 0;
        while (at < text_.size()) {
            const char c = text_[at];
            bool closed = true;
            if (c == '{') ++braces;
            if (c == '}' && --braces == 0) return at;
            const bool prefixed = (c == 'f' || c == 'r') && at + 1 < text_.size() && text_[at + 1] == '"';
            if (prefixed)
                at = c == 'f' ? formatted(at + 1, depth, closed) : quoted(at + 1, false, closed);
            else if (c == '"')
                at = quoted(at, true, closed);
            else
                at = is_letter(c) ? word(at) : c == '#' ? line(at) : at + 1;
            if (!closed) break;
        }
        return text_.size();
    }

    std::string_view text_;
};

}  // namespace

Layout::Layout(std::string_view text) : text_(text) {
    scan();
    mark_declarations();
    pair_brackets();
    mark_continued_lines();
}

void Layout::add(Kind kind, std::uint32_t begin, std::uint32_t end, bool is_closed) {
    LayoutMark mark;
    mark.kind = kind;
    mark.begin = begin;
    mark.end = end;
    mark.is_closed = is_closed;
    mark.starts_line = marks_.empty() || marks_.back().kind == Kind::line_end;
    if (kind == Kind::line_end && mark.starts_line) return;
    marks_.push_back(mark);
}

void Layout::scan() {
    const TokenEnds ends(text_);
    std::size_t at = 0;
    const auto take = [&](Kind kind, std::size_t end, bool closed = true) {
        add(kind, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), closed);
        at = end;
    };
    while (at < text_.size()) {
        const char c = text_[at];
        const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
        bool closed = true;
        if (c == '\n') {
            take(Kind::line_end, at + 1);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            ++at;
        } else if (c == '#') {
            at = ends.line(at);
        } else if (c == '"' || (c == 'r' && next == '"')) {
            const std::size_t end = ends.quoted(c == 'r' ? at + 1 : at, c != 'r', closed);
            take(Kind::text, end, closed);
        } else if (c == 'f' && next == '"') {
            const std::size_t end = ends.formatted(at + 1, 0, closed);
            take(Kind::text, end, closed);
        } else if (is_letter(c)) {
            take(Kind::word, ends.word(at));
        } else if (is_digit(c)) {
            take(Kind::number, ends.word(at));
        } else if (c == '`') {
            const std::size_t end = text_.find_first_of("`\n", at + 1);
            const bool ended = end != text_.npos && text_[end] == '`';
            take(Kind::word, ended ? end + 1 : std::min(end, text_.size()), ended);
        } else {
            const std::size_t end = ends.sign(at);
            const bool opens = c == '(' || c == '[' || c == '{';
            const bool closes = c == ')' || c == ']' || c == '}';
            const bool is_bar = c == '|' && end == at + 1;
            take(opens      ? Kind::open
                 : closes   ? Kind::close
                 : c == ',' ? Kind::comma
                 : is_bar   ? Kind::bar
                            : Kind::sign,
                 end);
        }
    }
    add(Kind::end, static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text_.size()));
}

void Layout::pair_brackets() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        LayoutMark& mark = marks_[i];
        if (mark.kind == Kind::open) {
            open.push_back(i);
        } else if (mark.kind == Kind::close) {
            const char wanted = text_[mark.begin] == ')' ? '(' : text_[mark.begin] == ']' ? '[' : '{';
            std::size_t depth = open.size();
            while (depth > 0 && text_[marks_[open[depth - 1]].begin] != wanted) --depth;
            // A `)` or `]` never closes what a `{` around it has opened outside.
            bool crosses = false;
            for (std::size_t k = depth; k < open.size(); ++k)
                crosses |= wanted != '{' && text_[marks_[open[k]].begin] == '{';
            if (depth == 0 || crosses) continue;
            mark.partner = open[depth - 1];
            marks_[mark.partner].partner = i;
            open.resize(depth - 1);
        } else if (mark.kind == Kind::bar || mark.declares) {
            open.clear();  // no bracket reaches over a `|` or a declaration
        }
    }
}

void Layout::mark_declarations() {
    const auto& words = declaration_words();
    const auto text = [&](const LayoutMark& mark) { return text_.substr(mark.begin, mark.end - mark.begin); };
    for (std::size_t i = 0; i + 1 < marks_.size(); ++i) {
        LayoutMark& mark = marks_[i];
        const LayoutMark& next = marks_[i + 1];
        if (mark.kind != Kind::word || !mark.starts_line) continue;
        if (std::find(words.begin(), words.end(), text(mark)) == words.end()) continue;
        const bool named = next.kind == Kind::word && !is_reserved_word(text(next));
        mark.declares = named || (next.kind == Kind::text && (text(mark) == "test" || text(mark) == "import"));
    }
}

void Layout::mark_continued_lines() {
    const auto is_one_of = [&](const LayoutMark& mark, std::initializer_list<std::string_view> texts) {
        const std::string_view text = text_.substr(mark.begin, mark.end - mark.begin);
        return std::find(texts.begin(), texts.end(), text) != texts.end();
    };
    for (std::size_t i = 1; i + 1 < marks_.size(); ++i) {
        if (marks_[i].kind != Kind::line_end) continue;
        const LayoutMark& last = marks_[i - 1];
        const LayoutMark& next = marks_[i + 1];
        const bool ends_open = last.kind == Kind::comma || last.kind == Kind::open ||
                               (last.kind == Kind::sign && !is_one_of(last, {"?", "."}) && !last.starts_line) ||
                               (last.kind == Kind::word && is_one_of(last, {"and", "or", "not", "in", "then", "else"}));
        const bool begins_open = is_one_of(next, {"and", "or", "??", ".", "then", "else"});
        marks_[i].continues = ends_open || (begins_open && !next.declares);
    }
}

std::size_t Layout::find(std::uint32_t offset) const {
    const auto at =
        std::partition_point(marks_.begin(), marks_.end(), [&](const LayoutMark& mark) { return mark.end <= offset; });
    return at == marks_.end() ? marks_.size() - 1 : static_cast<std::size_t>(at - marks_.begin());
}

const LayoutMark* Layout::before(std::uint32_t offset) const {
    const LayoutMark* found = nullptr;
    for (std::size_t i = find(offset) + 1; i-- > 0;) {
        if (marks_[i].end > offset || marks_[i].kind == Kind::line_end || marks_[i].kind == Kind::end) continue;
        found = &marks_[i];
        break;
    }
    return found;
}

}  // namespace etl
