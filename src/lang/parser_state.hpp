#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/stage_spec.hpp"
#include "grammar/nodes.hpp"
#include "lang/parser.hpp"
#include "lang/parser_layout.hpp"

namespace etl {

/// A matched piece of the text; children in order.
struct SyntaxNode {
    grammar::NodeKind kind;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t number = 0;  // part: which of its stage's spec; stage: 1 if a `broken` follows
    std::vector<SyntaxNode> children;
};

/// What the grammar's rules talk to while they match: makes the nodes, remembers how far any rule came and what it
/// expected there, and finds a place to go on behind an error.
class ParseState {
  public:
    ParseState(std::uint32_t file, std::string_view text, Diagnostics& diagnostics, const StageTable& stages);

    /// How far rules came before a rule began to match.
    struct Reach {
        std::uint32_t place;
        std::size_t count;
    };

    // Nodes.
    std::size_t mark() const { return nodes_.size(); }
    void drop(std::size_t mark) { nodes_.resize(mark); }
    void make_node(grammar::NodeKind kind, std::size_t mark, const char* begin, const char* end, bool fold);
    void make_part(std::size_t mark, std::size_t number, const char* begin, const char* end);
    void add_comment(const char* begin, const char* end);

    // Expectations.
    Reach reach() const { return {place_, expected_.size()}; }
    /// A rule that is called `what` did not match at `at`; before: the reach as it began.
    void missed(const char* at, std::string_view what, Reach before);

    // For rules with a match() of their own; see grammar/recovery.hpp and grammar/stages.hpp.
    bool enter(const char* at);
    void leave() { --depth_; }
    void open(const char* at) { openers_.push_back(offset(at)); }
    void close() { openers_.pop_back(); }
    const char* resume_item(const char* begin, const char* from);
    const char* resume_stage(const char* begin, std::size_t mark);
    const char* resume_declaration(const char* begin);
    const StageSpec* find_stage(std::string_view name) const { return stages_.find(name); }
    bool match_word(const char*& at, const char* end, std::string_view word);
    bool match_choice(const char*& at, const char* end, std::string_view words);
    void make_part_word(const char* begin, const char* end);
    const char* unknown_stage(const char* begin, const char* end);

    // The result.
    std::vector<SyntaxNode>& nodes() { return nodes_; }
    /// In order, each once.
    std::vector<SourceSpan> comments() const;

  private:
    friend class SyntaxReport;
    struct Expected {
        std::string what;
        std::size_t opener;  // closing bracket: the mark of its opening one in the layout
    };

    std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - text_.data()); }
    SourceSpan span(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }
    void report(std::uint32_t begin);
    void forget();
    /// The next `|` or declaration at or behind the offset that is in no bracket, or the end.
    std::uint32_t stage_after(std::uint32_t at) const;
    /// A word that begins a line and resembles what begins a declaration.
    bool is_misspelt_declaration(const LayoutMark& mark) const;
    /// "did you mean `strict`?" of a word that begins a line and resembles a source's clause; else empty.
    std::string clause_meant(const LayoutMark& mark) const;

    std::uint32_t file_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    StageTable stages_;
    Layout layout_;
    std::vector<SyntaxNode> nodes_;
    std::vector<SourceSpan> comments_;
    std::vector<std::uint32_t> openers_;
    std::uint32_t place_ = 0;         // the furthest place at which a rule did not match
    std::vector<Expected> expected_;  // what was expected there
    unsigned depth_ = 0;
    std::uint32_t too_deep_at_ = UINT32_MAX;
    std::uint32_t resume_from_ = 0;  // an item's end does not stand before this
    bool reported_ = false;          // the error is told already, but no place to go on was found yet
};

}  // namespace etl
