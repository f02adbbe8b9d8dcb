#include "tests/runner/run_case.hpp"

#include <fcntl.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "lang/load.hpp"
#include "lang/parser.hpp"
#include "lang/printer.hpp"
#include "plan/plan.hpp"
#include "plan/replay.hpp"
#include "runtime/run.hpp"
#include "sql/sqlite.hpp"

namespace etl::logic {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStart_us = 1'767'225'600'000'000;  // 2026-01-01T00:00:00Z

std::string read_bytes(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// A new folder that is the working directory as long as this lives; standard output goes into a file of it.
class Scratch {
  public:
    Scratch() : before_(fs::current_path()) {
        std::string name = (fs::temp_directory_path() / "etltest-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
        fs::current_path(folder_);
        std::fflush(stdout);
        stdout_ = dup(STDOUT_FILENO);
        const int file = open((folder_.string() + ".stdout").c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);
        dup2(file, STDOUT_FILENO);
        close(file);
    }
    ~Scratch() {
        restore();
        fs::current_path(before_);
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
        fs::remove(folder_.string() + ".stdout", ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    std::string take_stdout() {
        std::fflush(stdout);
        std::string text = read_bytes(folder_.string() + ".stdout");
        if (ftruncate(STDOUT_FILENO, 0) != 0 || lseek(STDOUT_FILENO, 0, SEEK_SET) != 0)
            throw std::runtime_error("cannot empty the file of standard output");
        return text;
    }
    const fs::path& folder() const { return folder_; }

  private:
    void restore() {
        if (stdout_ < 0) return;
        std::fflush(stdout);
        dup2(stdout_, STDOUT_FILENO);
        close(stdout_);
        stdout_ = -1;
    }
    fs::path before_;
    fs::path folder_;
    int stdout_ = -1;
};

std::string json_text(simdjson::dom::element row, const char* name) {
    simdjson::dom::element value;
    if (row[name].get(value) != simdjson::SUCCESS || value.is_null()) return {};
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return std::string(text);
    return simdjson::minify(value);
}

/// A line a reject: "in.csv:3 stage column `value`: reason".
std::string describe_rejects(const std::string& path) {
    if (path.empty()) return {};
    std::string out;
    simdjson::dom::parser parser;
    std::ifstream in(path, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
        const simdjson::padded_string padded(line);
        simdjson::dom::element row;
        if (parser.parse(padded).get(row) != simdjson::SUCCESS) {
            out += "not JSON: " + line + "\n";
            continue;
        }
        const std::string file = json_text(row, "file");
        const std::string place = json_text(row, "line");
        out += file + (place.empty() ? "" : ":" + place) + (file.empty() && place.empty() ? "" : " ");
        out += json_text(row, "stage");
        if (const std::string column = json_text(row, "column"); !column.empty())
            out += " " + column + " `" + json_text(row, "value") + "`";
        out += ": " + json_text(row, "reason") + "\n";
    }
    return out;
}

std::string describe_balance(const RunReport& report) {
    std::string out;
    for (const NodeBalance& node : report.nodes) {
        out += node.name + ": in " + std::to_string(node.in);
        const auto add = [&](const char* name, std::uint64_t count) {
            if (count > 0) out += std::string(" ") + name + " " + std::to_string(count);
        };
        add("made", node.made);
        out += " out " + std::to_string(node.out);
        add("filtered", node.filtered);
        add("rejected", node.rejected);
        add("merged", node.merged);
        add("cut", node.cut);
        add("warned", node.warned);
        out += "\n";
    }
    return out;
}

constexpr std::int64_t kDay_us = 86'400'000'000;

LoadOptions load_options(const Case& test, std::size_t run, const Configuration& configuration) {
    LoadOptions options;
    options.start_us = kStart_us + static_cast<std::int64_t>(run - 1) * kDay_us;
    options.run_id = run == 1 ? "test" : "test" + std::to_string(run);
    options.settings = configuration.settings;
    for (const Section& section : test.sections) {
        if (section.kind != "args" || section.run != run) continue;
        std::istringstream words(section.text);
        for (std::string word; words >> word;) {
            if (word == "-p") continue;
            if (word == "--full") {
                options.full = true;
                continue;
            }
            if (word == "--from") {
                words >> options.from.emplace_back();
                continue;
            }
            if (word == "--replay" || word == "--cause") {
                options.replay = true;
                std::getline(words, word);
                continue;
            }
            const std::size_t sign = word.find('=');
            options.params[word.substr(0, sign)] = sign == std::string::npos ? "" : word.substr(sign + 1);
        }
    }
    return options;
}

/// `--replay RUN` and `--cause TEXT`, a line each.
ReplayRequest replay_request(const Case& test, std::size_t run) {
    ReplayRequest request;
    for (const Section& section : test.sections) {
        if (section.kind != "args" || section.run != run) continue;
        std::istringstream lines(section.text);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("--replay ")) request.run = line.substr(9);
            if (line.starts_with("--cause ")) request.cause = line.substr(8);
        }
    }
    return request;
}

/// A statement a line.
void make_database(const Section& section) {
    SqliteDatabase database(section.name, section.name, SqliteDatabase::Access::create, 0);
    std::istringstream lines(section.text);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) database.execute(line);
}

void put_diagnostics(const Diagnostics& diagnostics, const SourceTexts& texts, std::string& error) {
    for (const Diagnostic& diagnostic : diagnostics.sorted()) {
        if (!error.empty()) error += "\n";
        error += render_text(diagnostic, texts, false);
    }
}

void run_pipeline(const Case& test, std::size_t number, const Configuration& configuration, Outcome& outcome) {
    const auto texts = std::make_shared<SourceTexts>();
    Diagnostics diagnostics;
    std::optional<BoundPipeline> pipeline =
        load_pipeline("pipeline.etl", load_options(test, number, configuration), texts, diagnostics);
    std::string& error = outcome["error"];
    put_diagnostics(diagnostics, *texts, error);
    if (!pipeline) return;
    pipeline->settings.fuse = configuration.fuse;
    pipeline->settings.channel_batches = configuration.channel_batches;
    if (configuration.memory_bytes != 0) pipeline->settings.memory_bytes = configuration.memory_bytes;
    const ReplayRequest replay = replay_request(test, number);
    Diagnostics said;
    std::optional<Plan> plan = replay.run.empty() ? std::optional(make_plan(std::move(*pipeline)))
                                                  : make_replay_plan(std::move(*pipeline), replay, said);
    put_diagnostics(said, *texts, error);
    if (!plan) return;
    if (test.find("plan") != nullptr) outcome["plan"] = explain(*plan);
    const RunReport report = run(std::move(*plan), {});
    if (!report.error.empty()) error += "error[" + report.error_code + "]: " + report.error + "\n";
    outcome["rejects"] = describe_rejects(report.rejects_file);
    outcome["balance"] = describe_balance(report);
}

/// A line a row of the section's query.
std::string describe_table(const Section& section) {
    const std::size_t space = section.name.find(' ');
    const std::string path = section.name.substr(0, space);
    if (!fs::exists(path)) return "(no such file)\n";
    SqliteDatabase database(path, path, SqliteDatabase::Access::read, 0);
    SqliteStatement rows = database.prepare(section.name.substr(space + 1));
    std::string out;
    while (rows.step()) {
        for (int i = 0; i < rows.columns(); ++i) {
            if (i > 0) out += "|";
            out += rows.kind(i) == SqliteStatement::Kind::null ? "NULL" : rows.bytes(i);
        }
        out += "\n";
    }
    return out;
}

/// The text itself where it cannot be read.
std::string formatted(const std::string& text) {
    SourceTexts texts;
    Diagnostics diagnostics;
    const ast::File tree = parse(texts.add("pipeline.etl", text), texts, diagnostics);
    return diagnostics.has_errors() ? text : format(tree, texts);
}

void prepare(const Section& section, const Configuration& configuration) {
    if (section.kind == "sql") make_database(section);
    if (section.kind == "remove") fs::remove(section.name);
    if (section.kind != "file" && section.kind != "append" && section.kind != "pipeline") return;
    const fs::path path = section.kind == "pipeline" ? "pipeline.etl" : section.name;
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    const auto mode = section.kind == "append" ? std::ios::app : std::ios::trunc;
    std::string text = section_bytes(section);
    if (configuration.formatted && section.kind == "pipeline") text = formatted(text);
    std::ofstream(path, std::ios::binary | std::ios::out | mode) << text;
}

Outcome run_once(const Case& test, std::size_t run, const Configuration& configuration) {
    Outcome outcome;
    try {
        run_pipeline(test, run, configuration, outcome);
    } catch (const Error& error) {
        outcome["error"] += "error[" + error.code() + "]: " + error.what() + "\n";
    }
    for (const Section& section : test.sections) {
        if (section.run != run) continue;
        if (section.kind == "output")
            outcome[outcome_key(section)] = fs::exists(section.name) ? read_bytes(section.name) : "(no such file)\n";
        if (section.kind == "table") outcome[outcome_key(section)] = describe_table(section);
    }
    return outcome;
}

}  // namespace

bool is_expectation(const Section& section) {
    return section.kind == "stdout" || section.kind == "output" || section.kind == "rejects" ||
           section.kind == "error" || section.kind == "plan" || section.kind == "balance" || section.kind == "table";
}

std::string outcome_key(const Section& section) {
    return section.name.empty() ? section.kind : section.kind + " " + section.name;
}

std::vector<Outcome> run_case(const Case& test, const Configuration& configuration) {
    Scratch scratch;
    std::vector<Outcome> outcomes;
    for (std::size_t run = 1; run <= test.runs(); ++run) {
        for (const Section& section : test.sections)
            if (section.run == run) prepare(section, configuration);
        outcomes.push_back(run_once(test, run, configuration));
        outcomes.back()["stdout"] = scratch.take_stdout();
        const std::string folder = fs::canonical(scratch.folder()).string() + "/";
        for (auto& [key, text] : outcomes.back())
            for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
                text.erase(at, folder.size());
    }
    return outcomes;
}

}  // namespace etl::logic
