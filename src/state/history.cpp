#include "state/history.hpp"

#include <algorithm>
#include <functional>
#include <system_error>

#include "state/run_mark.hpp"
#include "state/run_store.hpp"

namespace etl {

namespace {

using Read = std::function<std::vector<PastRun>(RunStore&)>;

bool has_died(const PastRun& run) { return !run.report && !run.is_alive; }

std::vector<PastRun> read_runs(const std::filesystem::path& state_folder, const Read& read) {
    std::error_code failed;
    if (!std::filesystem::exists(StateFile::path_in(state_folder), failed) && !failed) return {};
    StateFile file(state_folder, StateFile::Use::read);
    if (!file.has_runs()) return {};
    RunStore store(file);
    const RunMarks marks(state_folder);
    std::vector<PastRun> runs;
    // A run may end between the look at its entry and that at its mark: then it is in the entry at the second look.
    for (int look = 0; look < 2; ++look) {
        runs = read(store);
        for (PastRun& run : runs) run.is_alive = !run.report && marks.is_alive(run.start.run_id);
        if (std::none_of(runs.begin(), runs.end(), has_died)) break;
    }
    return runs;
}

}  // namespace

std::vector<PastRun> past_runs(const std::filesystem::path& state_folder, const std::string& pipeline_or_file) {
    return read_runs(state_folder, [&](RunStore& store) { return store.runs(pipeline_or_file); });
}

PastRun past_run(const std::filesystem::path& state_folder, const std::string& run,
                 const std::string& pipeline_or_file) {
    std::vector<PastRun> found;
    if (run == "last") {
        found = past_runs(state_folder, pipeline_or_file);
        if (found.empty()) throw Error("E543", "no run is recorded in " + StateFile::path_in(state_folder).string());
        return std::move(found.back());
    }
    found = read_runs(state_folder, [&](RunStore& store) { return store.runs_called(run); });
    if (found.empty())
        throw Error("E543", "no run whose id begins with `" + run + "` is recorded in " +
                                StateFile::path_in(state_folder).string() + "; --history lists them");
    if (found.size() == 1) return std::move(found.front());
    for (PastRun& each : found)
        if (each.start.run_id == run) return std::move(each);
    throw Error("E543", std::to_string(found.size()) + " runs begin with `" + run + "`: " + found.front().start.run_id +
                            ", " + found[1].start.run_id + (found.size() > 2 ? " …" : "") + "; write more of the id");
}

std::filesystem::path rejects_file_of(const std::filesystem::path& state_folder, const std::string& run_id) {
    std::filesystem::path path = state_folder / "rejects" / (run_id + ".jsonl");
    std::error_code failed;
    return std::filesystem::exists(path, failed) ? path : std::filesystem::path();
}

std::filesystem::path open_rejects_of(const std::filesystem::path& state_folder, const std::string& run_id) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(state_folder / "rejects", failed)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(run_id + ".jsonl.") && name.ends_with(".open")) return entry.path();
    }
    return {};
}

}  // namespace etl
