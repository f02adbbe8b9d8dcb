// Runs the .etltest files under a folder, each case under every configuration: the same bytes are expected of all.
//   etltest FOLDER [--update] [--quick] [--only TEXT]
#include <algorithm>
#include <cstdio>
#include <cstring>
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
    };
    return all;
}

struct Options {
    fs::path folder;
    bool update = false;
    bool quick = false;
    std::string only;
};

/// True if all expectations hold; with update, writes what came into the sections.
bool check(const fs::path& file, Case& test, const Configuration& configuration, bool update, bool& changed) {
    Outcome outcome = run_case(test, configuration);
    bool good = true;
    bool error_expected = false;
    for (Section& section : test.sections) {
        if (!is_expectation(section)) continue;
        error_expected = error_expected || section.kind == "error";
        if (section.kind == "plan" && !configuration.fuse) continue;
        const std::string& came = outcome[outcome_key(section)];
        if (came == section_bytes(section)) continue;
        if (update && !section.escaped) {
            section.text = came;
            changed = true;
            continue;
        }
        good = false;
        std::fprintf(stderr, "%s:%zu: case %s [%s]: `%s` differs\n--- expected\n%s--- came\n%s", file.c_str(),
                     section.line, test.name.c_str(), configuration.name.c_str(), outcome_key(section).c_str(),
                     section_bytes(section).c_str(), came.c_str());
    }
    if (!error_expected && outcome["error"].find("error[") != std::string::npos) {
        good = false;
        std::fprintf(stderr, "%s:%zu: case %s [%s]: not expected:\n%s", file.c_str(), test.line, test.name.c_str(),
                     configuration.name.c_str(), outcome["error"].c_str());
    }
    return good;
}

int run_all(const Options& options) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(options.folder))
        if (entry.path().extension() == ".etltest") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::size_t cases = 0;
    std::size_t failed = 0;
    for (const fs::path& path : paths) {
        CaseFile file = read_cases(path);
        bool changed = false;
        for (Case& test : file.cases) {
            if (!options.only.empty() && (path.string() + " " + test.name).find(options.only) == std::string::npos)
                continue;
            ++cases;
            const bool once = options.quick || test.find("only") != nullptr;
            for (const Configuration& configuration : configurations()) {
                if (!check(path, test, configuration, options.update, changed)) {
                    ++failed;
                    break;
                }
                if (once) break;
            }
        }
        if (changed) write_cases(file);
    }
    std::printf("%zu cases, %zu failed\n", cases, failed);
    return failed == 0 && cases > 0 ? 0 : 1;
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
