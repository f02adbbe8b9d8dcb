#include "tools/etlrun/cell_table.hpp"

#include <algorithm>

#include "data/display_width.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostCells = 32;
constexpr std::size_t kGap = 2;

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kNew = "\x1b[1;32m";
constexpr const char* kChanged = "\x1b[1;33m";
constexpr const char* kPlain = "\x1b[0m";

std::string marked_text(const TableCell& cell, bool colour) {
    return cut_to_width(cell.text, kMostCells) + (cell.is_marked && !colour ? " *" : "");
}

std::string head_text(const TableColumn& column, bool colour) {
    return (column.is_marked && !colour ? "+" : "") + cut_to_width(column.name, kMostCells);
}

std::string painted(const std::string& text, const char* paint, bool colour) {
    return colour && *paint != '\0' && !text.empty() ? paint + text + kPlain : text;
}

/// One line of the table; spaces at its end are left out.
class Line {
  public:
    explicit Line(std::string indent) : line_(std::move(indent)) {}
    void add(const std::string& text, const char* paint, bool colour, std::size_t width, bool is_right) {
        const std::size_t have = display_width(text);
        const std::size_t space = width > have ? width - have : 0;
        if (text.empty()) {
            pending_ += width + kGap;
            return;
        }
        line_ += std::string(pending_ + (is_right ? space : 0), ' ') + painted(text, paint, colour);
        pending_ = (is_right ? 0 : space) + kGap;
    }
    std::string take() { return std::move(line_) + "\n"; }

  private:
    std::string line_;
    std::size_t pending_ = 0;
};

}  // namespace

std::string CellTable::render(std::size_t width, bool colour, const std::string& indent) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t most = std::max(display_width(head_text(columns[i], colour)),
                                    std::min(kMostCells, display_width(columns[i].type)));
        for (const auto& row : rows) most = std::max(most, display_width(marked_text(row[i], colour)));
        widths.push_back(most);
    }
    std::string out;
    for (std::size_t first = 1; first == 1 || first < columns.size();) {
        std::size_t used = indent.size() + widths[0];
        std::size_t end = first;
        while (end < columns.size() && (end == first || used + kGap + widths[end] <= width))
            used += kGap + widths[end++];
        std::vector<std::size_t> band{0};
        for (std::size_t i = first; i < end; ++i) band.push_back(i);
        if (first > 1) out += "\n";
        Line names(indent), types(indent);
        bool has_types = false;
        for (const std::size_t i : band) {
            names.add(head_text(columns[i], colour), columns[i].is_marked ? kNew : kBold, colour, widths[i],
                      columns[i].is_right);
            types.add(cut_to_width(columns[i].type, kMostCells), kDim, colour, widths[i], columns[i].is_right);
            has_types = has_types || !columns[i].type.empty();
        }
        out += names.take();
        if (has_types) out += types.take();
        for (const auto& row : rows) {
            Line line(indent);
            for (const std::size_t i : band)
                line.add(marked_text(row[i], colour),
                         row[i].is_marked ? kChanged
                         : row[i].is_dim  ? kDim
                                          : "",
                         colour, widths[i], columns[i].is_right);
            out += line.take();
        }
        if (end == first) break;
        first = end;
    }
    return out;
}

}  // namespace etl
