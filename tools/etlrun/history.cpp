#include "tools/etlrun/history.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "lang/settings/config.hpp"
#include "state/history.hpp"
#include "state/state_file.hpp"
#include "tools/etlrun/past_rejects.hpp"
#include "tools/etlrun/past_text.hpp"
#include "tools/etlrun/say.hpp"

namespace etl {

namespace {

namespace fs = std::filesystem;

/// Where to look, and for which pipeline.
struct Place {
    fs::path state_folder;
    std::string pipeline_or_file;
};

bool is_file(const std::string& text) {
    std::error_code ignored;
    return text.ends_with(".etl") || text.find('/') != std::string::npos || fs::is_regular_file(text, ignored);
}

/// A folder of pipelines, or a state folder; else its name is that of a pipeline.
bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored) &&
           (fs::exists(path / ".etl", ignored) || fs::exists(path / "etl.toml", ignored) ||
            fs::exists(StateFile::path_in(path), ignored));
}

/// As a run of the file would find it.
Place find_place(const HistoryQuestion& question) {
    Place place;
    fs::path folder = fs::current_path();
    place.pipeline_or_file = question.file;
    if (is_folder(question.file)) {
        folder = fs::absolute(question.file).lexically_normal();
        place.pipeline_or_file.clear();
        if (fs::exists(StateFile::path_in(folder))) return {folder, ""};
    } else if (is_file(question.file)) {
        const fs::path file = fs::absolute(question.file).lexically_normal();
        folder = file.parent_path();
        place.pipeline_or_file = file.string();
    }
    SourceTexts texts;
    Diagnostics diagnostics;
    const Config config = load_config(question.config, folder, question.profile, texts, diagnostics);
    if (diagnostics.has_errors()) {
        const Diagnostic first = diagnostics.sorted().front();
        throw Error(first.code, texts.name(first.span.file) + ": " + first.message);
    }
    place.state_folder = state_folder(config, folder);
    return place;
}

int answer_history(const HistoryQuestion& question, const Place& place) {
    const std::vector<PastRun> runs = past_runs(place.state_folder, place.pipeline_or_file);
    if (question.json) {
        for (const PastRun& run : runs) say_json(stdout, history_json(run));
        return 0;
    }
    if (runs.empty()) {
        std::fprintf(stderr, "no run%s%s is recorded in %s\n", place.pipeline_or_file.empty() ? "" : " of ",
                     place.pipeline_or_file.c_str(), place.state_folder.c_str());
        return 0;
    }
    std::printf("%s", history_table(runs, question.colour).c_str());
    return 0;
}

int answer_report(const HistoryQuestion& question, const Place& place) {
    const PastRun run = past_run(place.state_folder, question.run, place.pipeline_or_file);
    const fs::path rejects = rejects_file_of(place.state_folder, run.start.run_id);
    if (question.json)
        say_json(stdout, past_report_json(run, rejects));
    else
        std::printf("%s", past_report(run, rejects, question.colour).c_str());
    return 0;
}

int answer_rejects(const HistoryQuestion& question, const Place& place) {
    const PastRejects rejects = past_rejects(place.state_folder, question.run, place.pipeline_or_file);
    if (question.json)
        for (const std::string& object : past_rejects_json(rejects)) say_json(stdout, object);
    else
        std::printf("%s", past_rejects_text(rejects).c_str());
    return 0;
}

}  // namespace

int answer(const HistoryQuestion& question) {
    const Place place = find_place(question);
    switch (question.kind) {
        case HistoryQuestion::Kind::history: return answer_history(question, place);
        case HistoryQuestion::Kind::report: return answer_report(question, place);
        case HistoryQuestion::Kind::rejects: return answer_rejects(question, place);
    }
    return 1;
}

}  // namespace etl
