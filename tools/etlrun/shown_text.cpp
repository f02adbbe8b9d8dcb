#include "tools/etlrun/shown_text.hpp"

#include "base/json_writer.hpp"

namespace etl {

namespace {

/// One would not see it as it is without quotes.
bool needs_quotes(const std::string& text) {
    if (text.empty() || text == "null" || text.front() == ' ' || text.back() == ' ' || text.front() == '"') return true;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
    // No-break and other wide spaces, zero-width characters.
    for (const char* hidden : {"\xC2\xA0", "\xE2\x80\x8B", "\xE3\x80\x80", "\xEF\xBB\xBF"})
        if (text.find(hidden) != std::string::npos) return true;
    return false;
}

}  // namespace

std::string place_of(const SourceTexts& texts, SourceSpan span) {
    const std::string& name = texts.name(span.file);
    return name.substr(name.rfind('/') + 1) + ":" + std::to_string(texts.locate(span.file, span.begin).line);
}

std::string text_in_line(const SourceTexts& texts, SourceSpan span) {
    std::string out;
    bool space = false;
    for (const char c : texts.text(span)) {
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            space = !out.empty();
            continue;
        }
        if (space) out += ' ';
        space = false;
        out += c;
    }
    return out;
}

std::string title_of(const SourceTexts& texts, const BoundNode& node) {
    if (node.kind == NodeKind::source) return node.is_rejects ? "from rejects" : "source " + node.name;
    if (node.kind == NodeKind::target && node.is_rejects) return node.name;
    const std::string_view text = texts.text(node.span);
    const std::size_t brace = text.find('{');
    std::string line = text_in_line(texts, node.span);
    if (brace == std::string_view::npos || text.find('\n', brace) == std::string_view::npos) return line;
    return line.substr(0, line.find('{')) + "{ … }";
}

std::string place_text(const RowPlace& place, bool with_file) {
    if (place.line == 0) return "";
    std::string line = std::to_string(place.line);
    if (!with_file || place.file.empty()) return line;
    return place.file.substr(place.file.rfind('/') + 1) + ":" + line;
}

std::string value_text(const Cell& cell) {
    if (cell.is_null) return "null";
    if (!cell.is_text || !needs_quotes(cell.text)) return cell.text;
    std::string out;
    append_json_string(out, cell.text);
    return out;
}

std::vector<std::uint32_t> find_stages(const std::vector<BoundNode>& nodes, const SourceTexts& texts,
                                       const std::string& wanted) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t number = 0; number < nodes.size(); ++number) {
        const std::string place = place_of(texts, nodes[number].span);
        if (wanted == nodes[number].name || wanted == std::to_string(number + 1) || wanted == place ||
            wanted == place.substr(place.rfind(':')))
            found.push_back(number);
    }
    return found;
}

std::string list_stages(const std::vector<BoundNode>& nodes, const SourceTexts& texts) {
    std::string out;
    for (std::uint32_t number = 0; number < nodes.size(); ++number)
        out += (number == 0 ? "" : ", ") + std::to_string(number + 1) + " " + nodes[number].name + " (" +
               place_of(texts, nodes[number].span) + ")";
    return out;
}

}  // namespace etl
