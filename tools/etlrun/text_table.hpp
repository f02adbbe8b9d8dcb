#pragma once

#include <string>
#include <vector>

namespace etl {

/// Characters, not bytes.
std::size_t shown_width(const std::string& text);
/// With spaces before it (right) or behind it up to that width.
std::string padded(const std::string& text, std::size_t width, bool right);

/// Lines of columns that stand under their heads.
class TextTable {
  public:
    struct Head {
        std::string text;
        bool right = false;  // of numbers
    };
    explicit TextTable(std::vector<Head> heads) : heads_(std::move(heads)) {}

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::string text(bool colour) const;

  private:
    std::vector<Head> heads_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace etl
