#include "lang/printer_writer.hpp"

#include <algorithm>

namespace etl {

namespace {

constexpr std::size_t kMostPadding = 40;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t line_begin(std::string_view text, std::size_t offset) {
    const std::size_t end = offset == 0 ? text.npos : text.rfind('\n', offset - 1);
    return end == text.npos ? 0 : end + 1;
}

}  // namespace

void Aligner::finish(std::string& out) {
    std::size_t columns = 0;
    for (const auto& row : rows_) columns = std::max(columns, row.size());
    for (std::size_t column = 0; column < columns; ++column) pad_column(out, column);
    rows_.clear();
}

void Aligner::pad_column(std::string& out, std::size_t column) {
    const std::string_view text = out;
    std::size_t most = 0;
    std::size_t least = SIZE_MAX;
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        if (row.size() <= column) continue;
        widths.push_back(
            characters(text.substr(line_begin(text, row[column]), row[column] - line_begin(text, row[column]))));
        most = std::max(most, widths.back());
        least = std::min(least, widths.back());
    }
    if (widths.size() < 2 || most - least > kMostPadding) return;
    std::size_t at = 0;
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        if (rows_[r].size() <= column) continue;
        const std::size_t width = widths[at++];
        const std::size_t offset = rows_[r][column];
        // A line that padding would make too long stays as it is, without the others.
        const std::size_t rest = characters(std::string_view(out).substr(offset, out.find('\n', offset) - offset));
        if (width + rest <= kWidth && most + rest > kWidth) continue;
        const std::size_t padding = most - width;
        out.insert(offset, padding, ' ');
        for (std::size_t later = r; later < rows_.size(); ++later)
            for (std::size_t& mark : rows_[later])
                if (mark > offset || (mark == offset && later > r)) mark += padding;
    }
}

PrintWriter::PrintWriter(const ast::File& file, std::string_view source) : file_(file), source_(source) {}

bool PrintWriter::has_comment_before(std::uint32_t next) const {
    return next_comment_ < file_.comments.size() && file_.comments[next_comment_].span.begin < next;
}

bool PrintWriter::has_line_end(std::uint32_t begin, std::uint32_t end) const {
    return begin < end && source_.substr(begin, end - begin).find('\n') != source_.npos;
}

bool PrintWriter::has_long_line(std::size_t from) const {
    const std::string_view text = out_;
    for (std::size_t begin = line_begin(text, from); begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (characters(text.substr(begin, end - begin)) > kWidth) return true;
        begin = end + 1;
    }
    return false;
}

void PrintWriter::go_back(const Place& place) {
    out_.resize(place.size);
    next_comment_ = place.comment;
    line_indent_ = place.line_indent;
    continuation_ = place.continuation;
    ends_in_comment_ = place.ends_in_comment;
}

void PrintWriter::put_source(SourceSpan span) {
    out_ += source_.substr(span.begin, span.end - span.begin);
    while (has_comment_before(span.end) && file_.comments[next_comment_].span.begin >= span.begin) ++next_comment_;
}

void PrintWriter::line(unsigned indent) {
    if (!out_.empty()) out_ += '\n';
    out_.append(indent, ' ');
    line_indent_ = indent;
    ends_in_comment_ = false;
}

bool PrintWriter::has_empty_line(std::uint32_t begin, std::uint32_t end) const {
    bool is_empty = false;  // since the last line end
    for (std::uint32_t at = begin; at < end; ++at) {
        const char c = source_[at];
        if (c == '\n' && is_empty) return true;
        is_empty = c == '\n' || (is_empty && (c == ' ' || c == '\t' || c == '\r'));
    }
    return false;
}

/// Returns where the last one ends, or `before`.
std::uint32_t PrintWriter::write_comments(std::uint32_t before, std::uint32_t next, unsigned indent, bool first_empty,
                                          bool later_empty) {
    bool keep_empty = first_empty;
    for (; has_comment_before(next); ++next_comment_) {
        const ast::Comment& comment = file_.comments[next_comment_];
        if (!comment.own_line && !ends_in_comment_ && !out_.empty()) {
            out_ += "  ";
        } else {
            if (keep_empty && has_empty_line(before, comment.span.begin)) out_ += '\n';
            line(indent);
        }
        out_ += source_.substr(comment.span.begin, comment.span.end - comment.span.begin);
        ends_in_comment_ = true;
        before = comment.span.end;
        keep_empty = later_empty;
    }
    return before;
}

void PrintWriter::break_line(std::uint32_t next, unsigned indent) {
    write_comments(next, next, indent, false, false);
    line(indent);
}

bool PrintWriter::break_item(std::uint32_t before, std::uint32_t next, unsigned indent, bool is_first) {
    const std::size_t size = out_.size();
    const std::uint32_t end = write_comments(before, next, indent, !is_first, true);
    const bool is_behind = !is_first || end != before;
    if (is_behind && has_empty_line(end, next)) out_ += '\n';
    const bool apart = out_.find('\n', size) != out_.npos;
    line(indent);
    return apart;
}

void PrintWriter::end_items(std::uint32_t before, std::uint32_t next, unsigned indent, unsigned end_indent) {
    write_comments(before, next, indent, true, true);
    line(end_indent);
}

void PrintWriter::end_file(std::uint32_t before) {
    write_comments(before, UINT32_MAX, 0, true, true);
    if (!out_.empty()) out_ += '\n';
}

void PrintWriter::join(std::uint32_t next, std::string_view joint) {
    if (has_comment_before(next))
        break_line(next, continuation_);
    else
        out_ += joint;
}

void PrintWriter::gap(std::uint32_t before, std::uint32_t next, std::string_view joint) {
    if (has_comment_before(next) || has_line_end(before, next))
        break_line(next, continuation_);
    else
        out_ += joint;
}

}  // namespace etl
