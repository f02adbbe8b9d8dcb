#pragma once

#include <string>
#include <vector>

namespace etl {

/// A value in a table, as it is to be shown.
struct TableCell {
    std::string text;
    bool is_dim = false;     // null
    bool is_marked = false;  // changed: in colour, else followed by an asterisk
};

struct TableColumn {
    std::string name;
    std::string type;  // below the name; may be empty
    bool is_right = false;
    bool is_marked = false;  // new: in colour, else preceded by +
};

/// Columns beside each other, each as wide as it must be; those that do not fit into `width` cells come below, behind
/// the first column again. Values wider than 32 cells are cut with ….
struct CellTable {
    std::vector<TableColumn> columns;
    std::vector<std::vector<TableCell>> rows;

    std::string render(std::size_t width, bool colour, const std::string& indent) const;
};

}  // namespace etl
