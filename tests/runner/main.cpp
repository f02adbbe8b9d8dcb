// Runs the .etltest files under a folder, each case under every configuration: the same bytes are expected of all.
//   etltest FOLDER [--update] [--quick] [--only TEXT]
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/runner/run_case.hpp"

namespace {

using namespace etl::logic;
namespace fs = std::filesystem;

const std::vector<Configuration>& configurations() {
    static const std::vector<Configuration> all = {
        {"as it is", {}, true, 0},
        {"batches of 1 row", {{"batch", "1"}}, true, 0},
        {"batches of 7 rows", {{"batch", "7"}}, true, 0},
        {"1 worker", {{"workers", "1"}}, true, 0},
        {"8 workers, batches of 2 rows", {{"workers", "8"}, {"batch", "2"}}, true, 0},
        {"channels of 1 batch, batches of 3 rows", {{"batch", "3"}}, true, 1},
        {"next to no memory, batches of 3 rows, 2 workers", {{"batch", "3"}, {"workers", "2"}}, true, 0, 1},
        {"no plan passes", {{"batch", "5"}}, false, 0},
        {"formatted", {}, true, 0, 0, true},
    };
    return all;
}

struct Options {
    fs::path folder;
    bool update = false;
    bool quick = false;
    std::string only;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
    if (!text.empty() && text.back() != '\n') lines.back() += " (no line end)";
    return lines;
}

/// What was expected with `-`, what came with `+`, without the lines at both ends that are alike.
std::string difference(const std::string& expected, const std::string& came) {
    std::vector<std::string> a = lines_of(expected);
    std::vector<std::string> b = lines_of(came);
    while (!a.empty() && !b.empty() && a.back() == b.back()) {
        a.pop_back();
        b.pop_back();
    }
    std::size_t alike = 0;
    while (alike < a.size() && alike < b.size() && a[alike] == b[alike]) ++alike;
    std::string out = "  from line " + std::to_string(alike + 1) + " on:\n";
    for (std::size_t i = alike; i < a.size(); ++i) out += "  - " + a[i] + "\n";
    for (std::size_t i = alike; i < b.size(); ++i) out += "  + " + b[i] + "\n";
    return out;
}

/// True if all expectations hold; with update, writes what came into the sections.
bool check(const fs::path& file, Case& test, const Configuration& configuration, bool update, bool& changed) {
    std::vector<Outcome> outcomes = run_case(test, configuration);
    bool good = true;
    for (Section& section : test.sections) {
        if (!is_expectation(section)) continue;
        Outcome& outcome = outcomes[section.run - 1];
        if (section.kind == "error") outcome["told"] = "yes";
        if (section.kind == "plan" && !configuration.fuse) continue;
        // Diagnostics have other places then.
        if (section.kind == "error" && configuration.formatted) continue;
        const std::string& came = outcome[outcome_key(section)];
        if (came == section_bytes(section)) continue;
        if (update && !section.escaped) {
            section.text = came;
            changed = true;
            continue;
        }
        good = false;
        std::fprintf(stderr, "%s:%zu: case %s [%s]: `%s` differs\n%s", file.c_str(), section.line, test.name.c_str(),
                     configuration.name.c_str(), outcome_key(section).c_str(),
                     difference(section_bytes(section), came).c_str());
    }
    for (Outcome& outcome : outcomes) {
        if (outcome.contains("told") || outcome["error"].find("error[") == std::string::npos) continue;
        good = false;
        std::fprintf(stderr, "%s:%zu: case %s [%s]: not expected:\n%s", file.c_str(), test.line, test.name.c_str(),
                     configuration.name.c_str(), outcome["error"].c_str());
    }
    return good;
}

struct Tally {
    std::size_t cases = 0;
    std::size_t failed = 0;
    char at[256] = {};  // the case that runs
};

/// Runs every `step`th case, from the number `first` on.
void run_cases(const Options& options, std::size_t first, std::size_t step, Tally& tally) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(options.folder))
        if (entry.path().extension() == ".etltest") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::size_t number = 0;
    for (const fs::path& path : paths) {
        CaseFile file = read_cases(path);
        bool changed = false;
        for (Case& test : file.cases) {
            if (!options.only.empty() && (path.string() + " " + test.name).find(options.only) == std::string::npos)
                continue;
            if (number++ % step != first) continue;
            ++tally.cases;
            std::snprintf(tally.at, sizeof tally.at, "%s:%zu", path.c_str(), test.line);
            const bool once = options.quick || test.find("only") != nullptr;
            for (const Configuration& configuration : configurations()) {
                if (!check(path, test, configuration, options.update, changed)) {
                    ++tally.failed;
                    break;
                }
                if (once) break;
            }
        }
        if (changed) write_cases(file);
    }
}

/// A run is mostly waiting, and has the process's working directory for itself: the cases are shared by some processes.
Tally run_shared(const Options& options) {
    constexpr std::size_t kProcesses = 4;
    void* const shared =
        mmap(nullptr, kProcesses * sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw std::runtime_error("no shared memory");
    auto* const tallies = static_cast<Tally*>(shared);
    std::vector<pid_t> children;
    for (std::size_t i = 0; i < kProcesses; ++i) {
        const pid_t child = fork();
        if (child < 0) throw std::runtime_error("no further process");
        if (child == 0) {
            run_cases(options, i, kProcesses, tallies[i]);
            std::fflush(stderr);
            _exit(0);
        }
        children.push_back(child);
    }
    Tally sum;
    for (std::size_t i = 0; i < kProcesses; ++i) {
        int status = 0;
        waitpid(children[i], &status, 0);
        if (status != 0) {
            std::fprintf(stderr, "%s: the process ended with status %d\n", tallies[i].at, status);
            ++sum.failed;
        }
        sum.cases += tallies[i].cases;
        sum.failed += tallies[i].failed;
    }
    return sum;
}

int run_all(const Options& options) {
    Tally tally;
    if (options.update)
        run_cases(options, 0, 1, tally);
    else
        tally = run_shared(options);
    std::printf("%zu cases, %zu failed\n", tally.cases, tally.failed);
    return tally.failed == 0 && tally.cases > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--update") == 0)
            options.update = true;
        else if (std::strcmp(argv[i], "--quick") == 0)
            options.quick = true;
        else if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            options.only = argv[++i];
        else
            options.folder = fs::absolute(argv[i]);
    }
    if (options.folder.empty()) {
        std::fprintf(stderr, "usage: etltest FOLDER [--update] [--quick] [--only TEXT]\n");
        return 2;
    }
    return run_all(options);
}
