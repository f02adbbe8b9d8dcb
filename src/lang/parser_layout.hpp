#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace etl {

/// A piece of a text as far as it can be told without the grammar: enough to find a place to go on after an error, and
/// to say which bracket or quote is the wrong one.
struct LayoutMark {
    enum class Kind : std::uint8_t { word, number, text, open, close, comma, bar, line_end, sign, end };
    static constexpr std::size_t kNone = SIZE_MAX;

    Kind kind = Kind::end;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool starts_line = false;     // the first on its line
    bool declares = false;        // a word that can only begin a declaration
    bool is_closed = true;        // text: its quote is there
    bool continues = false;       // line_end: what follows belongs to the line before
    std::size_t partner = kNone;  // open, close: the other one
};

class Layout {
  public:
    explicit Layout(std::string_view text);

    /// In order; the last is of kind end. No comments, no empty lines.
    const std::vector<LayoutMark>& marks() const { return marks_; }
    /// The line at this mark ends after all.
    void end_line(std::size_t mark) { marks_[mark].continues = false; }
    /// The first mark that ends behind the offset.
    std::size_t find(std::uint32_t offset) const;
    const LayoutMark& at(std::uint32_t offset) const { return marks_[find(offset)]; }
    /// The last mark that ends at or before the offset and is no line end; nullptr if there is none.
    const LayoutMark* before(std::uint32_t offset) const;

  private:
    void scan();
    void add(LayoutMark::Kind kind, std::uint32_t begin, std::uint32_t end, bool is_closed = true);
    void mark_declarations();
    void pair_brackets();
    void mark_continued_lines();

    std::string_view text_;
    std::vector<LayoutMark> marks_;
};

}  // namespace etl
