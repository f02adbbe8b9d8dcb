#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lang/ast.hpp"

namespace etl {

inline constexpr unsigned kIndent = 4;
inline constexpr std::size_t kWidth = 100;  // of a line, in characters

/// Pads neighbouring lines so that what follows a mark stands under each other.
class Aligner {
  public:
    /// A line of the block begins.
    void row() { rows_.emplace_back(); }
    /// What follows is aligned with the same mark of the other rows.
    void mark(std::size_t offset) { rows_.back().push_back(offset); }
    /// Whether the last row has nothing to align.
    bool is_row_empty() const { return rows_.back().empty(); }
    /// Forgets the last row.
    void drop_row() { rows_.pop_back(); }
    /// Pads the rows in `out`, and begins anew.
    void finish(std::string& out);

  private:
    void pad_column(std::string& out, std::size_t column);
    std::vector<std::vector<std::size_t>> rows_;
};

/// Writes text, keeping the comments of the source: each is written before the first token that stands behind it.
/// Offsets are those of the source.
class PrintWriter {
  public:
    PrintWriter(const ast::File& file, std::string_view source);

    std::string_view source() const { return source_; }
    std::string& out() { return out_; }
    void put(std::string_view text) { out_ += text; }
    /// The source as it stands, its comments included.
    void put_source(SourceSpan span);

    /// Where the language allows a line end: a space (or nothing), or a new line if a comment stands before `next`.
    void space(std::uint32_t next) { join(next, " "); }
    void tight(std::uint32_t next) { join(next, ""); }
    /// The same, and a new line also where the source has one between the two.
    void gap(std::uint32_t before, std::uint32_t next, std::string_view joint = " ");
    void break_line(std::uint32_t next, unsigned indent);
    /// A new line for the next item of a block or file; an empty line before it is kept. Whether the lines above and
    /// below are apart: an empty line or a comment stands between.
    bool break_item(std::uint32_t before, std::uint32_t next, unsigned indent, bool is_first);
    /// A new line for what closes a block; end_indent is its own.
    void end_items(std::uint32_t before, std::uint32_t next, unsigned indent, unsigned end_indent);
    /// The remaining comments and the last line's end.
    void end_file(std::uint32_t before);

    bool has_comment_before(std::uint32_t next) const;
    bool has_line_end(std::uint32_t begin, std::uint32_t end) const;
    /// Whether a line that ends behind this place of the output is longer than kWidth.
    bool has_long_line(std::size_t from) const;

    unsigned line_indent() const { return line_indent_; }
    /// The indent of a line that goes on in the next one.
    unsigned continuation() const { return continuation_; }
    void set_continuation(unsigned indent) { continuation_ = indent; }

    /// To try a layout and go back.
    struct Place {
        std::size_t size;
        std::size_t comment;
        unsigned line_indent;
        unsigned continuation;
        bool ends_in_comment;
    };
    Place place() const { return {out_.size(), next_comment_, line_indent_, continuation_, ends_in_comment_}; }
    void go_back(const Place& place);
    bool breaks_since(const Place& place) const { return out_.find('\n', place.size) != out_.npos; }

  private:
    void join(std::uint32_t next, std::string_view joint);
    void line(unsigned indent);
    std::uint32_t write_comments(std::uint32_t before, std::uint32_t next, unsigned indent, bool first_empty,
                                 bool later_empty);
    bool has_empty_line(std::uint32_t begin, std::uint32_t end) const;

    const ast::File& file_;
    std::string_view source_;
    std::string out_;
    std::size_t next_comment_ = 0;
    unsigned line_indent_ = 0;
    unsigned continuation_ = kIndent;
    bool ends_in_comment_ = false;  // the last line holds a comment: nothing may follow on it
};

}  // namespace etl
