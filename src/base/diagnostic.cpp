#include "base/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include "base/json_writer.hpp"

namespace etl {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t swap = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + swap});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What would move a terminal's cursor, or is no text, stands as U+FFFD.
std::string shown(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto c = static_cast<unsigned char>(text[0]);
        const std::size_t length = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F ? 0 : utf8_sequence_length(text);
        out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return out;
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) {
    if (diagnostic.severity == Severity::error) ++errors_;
    all_.push_back(std::move(diagnostic));
}

void Diagnostics::error(std::string code, SourceSpan span, std::string message, std::string label,
                        std::vector<std::string> notes) {
    add({Severity::error, std::move(code), span, std::move(message), std::move(label), std::move(notes)});
}

void Diagnostics::warning(std::string code, SourceSpan span, std::string message, std::string label,
                          std::vector<std::string> notes) {
    add({Severity::warning, std::move(code), span, std::move(message), std::move(label), std::move(notes)});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
    std::vector<Diagnostic> result = all_;
    const auto place = [](const Diagnostic& d) { return std::tie(d.span.file, d.span.begin, d.code); };
    std::stable_sort(result.begin(), result.end(),
                     [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
    result.erase(std::unique(result.begin(), result.end(),
                             [&](const Diagnostic& a, const Diagnostic& b) { return place(a) == place(b); }),
                 result.end());
    return result;
}

std::string render_text(const Diagnostic& diagnostic, const SourceTexts& texts, bool colour) {
    const auto paint = [&](std::string_view code, std::string_view text) {
        return colour ? "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m" : std::string(text);
    };
    const bool error = diagnostic.severity == Severity::error;
    const std::string_view tint = error ? "1;31" : "1;33";
    std::string out = paint(tint, (error ? "error[" : "warning[") + diagnostic.code + "]") +
                      paint("1", ": " + shown(diagnostic.message)) + "\n";
    const SourceSpan span = diagnostic.span;
    if (span.file < texts.size()) {
        const LineColumn at = texts.locate(span.file, span.begin);
        const std::string number = std::to_string(at.line);
        const std::string pad(number.size(), ' ');
        const std::string_view line = texts.line(span.file, at.line);
        out +=
            pad + paint("1;34", "--> ") + texts.name(span.file) + ":" + number + ":" + std::to_string(at.column) + "\n";
        out += pad + paint("1;34", " |") + "\n";
        out += paint("1;34", number + " | ") + shown(line) + "\n";
        std::string_view marked = texts.text(span);
        marked = marked.substr(0, marked.find('\n'));
        const std::size_t room = code_points(line) + 1 >= at.column ? code_points(line) + 1 - at.column : 0;
        const std::size_t width = std::max<std::size_t>(1, std::min(code_points(marked), room));
        std::string indent;
        std::size_t column = 1;
        for (std::size_t i = 0; i < line.size() && column < at.column; ++i) {
            if ((static_cast<unsigned char>(line[i]) & 0xC0) == 0x80) continue;
            indent += line[i] == '\t' ? '\t' : ' ';
            ++column;
        }
        out += pad + paint("1;34", " | ") + indent + paint(tint, std::string(width, '^'));
        if (!diagnostic.label.empty()) out += " " + paint(tint, shown(diagnostic.label));
        out += "\n";
        for (const std::string& note : diagnostic.notes) out += pad + paint("1;34", " = ") + shown(note) + "\n";
    } else {
        for (const std::string& note : diagnostic.notes) out += "  = " + note + "\n";
    }
    return out;
}

std::string render_json(const Diagnostic& diagnostic, const SourceTexts& texts) {
    JsonWriter json;
    json.begin_object().field("type", "diagnostic");
    json.field("severity", diagnostic.severity == Severity::error ? "error" : "warning").field("code", diagnostic.code);
    if (diagnostic.span.file < texts.size()) {
        const LineColumn begin = texts.locate(diagnostic.span.file, diagnostic.span.begin);
        const LineColumn end = texts.locate(diagnostic.span.file, diagnostic.span.end);
        json.field("file", texts.name(diagnostic.span.file)).field("line", begin.line).field("column", begin.column);
        json.field("end_line", end.line).field("end_column", end.column);
    }
    json.field("message", diagnostic.message).field("label", diagnostic.label).key("notes").begin_array();
    for (const std::string& note : diagnostic.notes) json.value(note);
    json.end_array().end_object();
    return json.take();
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
    const std::string* best = nullptr;
    // Of a single letter nothing would be left.
    std::size_t least = std::min(name.size(), std::max<std::size_t>(1, name.size() / 3) + 1);
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(name, candidate);
        if (distance >= least) continue;
        least = distance;
        best = &candidate;
    }
    return best == nullptr ? std::string() : "did you mean `" + *best + "`?";
}

std::string list_names(const std::vector<std::string>& names, std::size_t most) {
    if (names.empty()) return "none";
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) out += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most) out += " and " + std::to_string(names.size() - most) + " more";
    return out;
}

}  // namespace etl
