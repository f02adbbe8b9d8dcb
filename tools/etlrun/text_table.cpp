#include "tools/etlrun/text_table.hpp"

#include <algorithm>

namespace etl {

std::size_t shown_width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::size_t have = shown_width(text);
    const std::string space(width > have ? width - have : 0, ' ');
    return right ? space + text : text + space;
}

std::string TextTable::text(bool colour) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
        widths.push_back(shown_width(heads_[i].text));
        for (const auto& row : rows_) widths[i] = std::max(widths[i], shown_width(row[i]));
    }
    const auto line = [&](const auto& text_of) {
        std::string out;
        for (std::size_t i = 0; i < heads_.size(); ++i)
            out += (i == 0 ? "" : "  ") + padded(text_of(i), widths[i], heads_[i].right);
        while (out.ends_with(' ')) out.pop_back();
        return out;
    };
    const std::string head = line([&](std::size_t i) { return heads_[i].text; });
    std::string out = colour ? "\x1b[1m" + head + "\x1b[0m\n" : head + "\n";
    for (const auto& row : rows_) out += line([&](std::size_t i) { return row[i]; }) + "\n";
    return out;
}

}  // namespace etl
