#include "base/source_text.hpp"

#include <algorithm>

namespace etl {

std::uint32_t SourceTexts::add(std::string name, std::string text) {
    File file{std::move(name), std::move(text), {0}};
    for (std::uint32_t at = 0; at < file.text.size(); ++at)
        if (file.text[at] == '\n') file.line_starts.push_back(at + 1);
    files_.push_back(std::move(file));
    return size() - 1;
}

std::string_view SourceTexts::text(SourceSpan span) const {
    return text(span.file).substr(span.begin, span.end - span.begin);
}

LineColumn SourceTexts::locate(std::uint32_t file, std::uint32_t offset) const {
    const File& source = files_.at(file);
    offset = std::min(offset, static_cast<std::uint32_t>(source.text.size()));
    const auto next = std::upper_bound(source.line_starts.begin(), source.line_starts.end(), offset);
    const auto line = static_cast<std::uint32_t>(next - source.line_starts.begin());
    std::uint32_t column = 1;
    for (std::uint32_t at = source.line_starts[line - 1]; at < offset; ++at)
        if ((static_cast<unsigned char>(source.text[at]) & 0xC0) != 0x80) ++column;
    return {line, column};
}

std::string_view SourceTexts::line(std::uint32_t file, std::uint32_t line) const {
    const File& source = files_.at(file);
    if (line == 0 || line > source.line_starts.size()) return {};
    const std::uint32_t begin = source.line_starts[line - 1];
    std::string_view rest = std::string_view(source.text).substr(begin);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

}  // namespace etl
