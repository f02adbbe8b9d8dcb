#include "tests/runner/case_file.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace etl::logic {

namespace {

constexpr std::string_view kEscaped = " (escaped)";

Section parse_head(std::string head, std::size_t line) {
    Section section;
    section.line = line;
    if (head.ends_with(kEscaped)) {
        section.escaped = true;
        head.resize(head.size() - kEscaped.size());
    }
    const std::size_t space = head.find(' ');
    section.kind = head.substr(0, space);
    if (space != std::string::npos) section.name = head.substr(space + 1);
    return section;
}

/// Blank lines before the next case belong to nobody.
void trim_end(std::string& text) {
    while (text.ends_with("\n\n") || text == "\n") text.pop_back();
}

}  // namespace

const Section* Case::find(const std::string& kind) const {
    for (const Section& section : sections)
        if (section.kind == kind) return &section;
    return nullptr;
}

CaseFile read_cases(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    CaseFile file{path, {}, {}};
    std::string line;
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        if (line.starts_with("case ")) {
            if (!file.cases.empty() && !file.cases.back().sections.empty())
                trim_end(file.cases.back().sections.back().text);
            file.cases.push_back({line.substr(5), number, {}});
        } else if (file.cases.empty()) {
            file.head += line + "\n";
        } else if (line.starts_with("--- ")) {
            auto& sections = file.cases.back().sections;
            const std::size_t run = sections.empty() ? 1 : sections.back().run;
            sections.push_back(parse_head(line.substr(4), number));
            sections.back().run = run + (sections.back().kind == "run" ? 1 : 0);
        } else if (!file.cases.back().sections.empty()) {
            file.cases.back().sections.back().text += line + "\n";
        }
    }
    if (!file.cases.empty() && !file.cases.back().sections.empty()) trim_end(file.cases.back().sections.back().text);
    return file;
}

void write_cases(const CaseFile& file) {
    std::ofstream out(file.path, std::ios::binary);
    out << file.head;
    bool first = true;
    for (const Case& test : file.cases) {
        if (!first) out << "\n";
        first = false;
        out << "case " << test.name << "\n";
        for (const Section& section : test.sections) {
            out << "--- " << section.kind << (section.name.empty() ? "" : " ") << section.name;
            out << (section.escaped ? kEscaped : "") << "\n" << section.text;
        }
    }
}

std::string section_bytes(const Section& section) {
    if (!section.escaped) return section.text;
    std::string out;
    const std::string& text = section.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') continue;
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        switch (text[++i]) {
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case '0': out += '\0'; break;
            case 'x':
                out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
                i += 2;
                break;
            default: out += text[i];
        }
    }
    return out;
}

}  // namespace etl::logic
