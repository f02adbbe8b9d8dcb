#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace etl::logic {

/// `--- KIND NAME` and the lines behind it. Kinds: file, append (to a file), remove (a file), sql (a database; a
/// statement a line), pipeline, args, settings, only; run: the pipeline runs, what stands behind belongs to the next
/// run, a day later. Expected: stdout, output NAME, table DATABASE QUERY (a line a row, `|` between values), rejects,
/// error, plan, balance. "(escaped)" behind the name: \n \r \t \0 \xHH are bytes, line ends are nothing.
struct Section {
    std::string kind;
    std::string name;
    bool escaped = false;
    std::string text;
    std::size_t line = 0;
    std::size_t run = 1;
};

/// `case NAME` and its sections.
struct Case {
    std::string name;
    std::size_t line = 0;
    std::vector<Section> sections;

    const Section* find(const std::string& kind) const;
    std::size_t runs() const { return sections.empty() ? 1 : sections.back().run; }
};

struct CaseFile {
    std::filesystem::path path;
    std::string head;  // comments before the first case
    std::vector<Case> cases;
};

CaseFile read_cases(const std::filesystem::path& path);
/// Writes the file anew: for --update.
void write_cases(const CaseFile& file);
/// The bytes that a section stands for.
std::string section_bytes(const Section& section);

}  // namespace etl::logic
