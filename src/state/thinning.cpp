#include "state/thinning.hpp"

#include <algorithm>
#include <system_error>

#include "data/time.hpp"
#include "state/run_mark.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostAtOnce = 1000;  // so that no run waits long for the others' sake

/// A name, and no way to another folder.
bool is_run_id(const std::string& text) {
    return !text.empty() && text.find('/') == std::string::npos && text.front() != '.';
}

/// False: something is left.
bool remove_files(const std::filesystem::path& state_folder, const std::string& run_id) {
    if (!is_run_id(run_id)) return true;
    std::error_code failed;
    for (const auto& path : {state_folder / "rejects" / (run_id + ".jsonl"), state_folder / "logs" / (run_id + ".log")})
        if (std::filesystem::remove(path, failed); failed) return false;
    return true;
}

}  // namespace

void thin(RunStore& store, const std::filesystem::path& state_folder, const RunStart& last,
          const Retention& retention) {
    const std::uint64_t days = std::min<std::uint64_t>(retention.days, 1'000'000);
    std::vector<RunStore::Entry> old = store.runs_before(last.started_us - static_cast<std::int64_t>(days) * kDay_us);
    const std::uint64_t most = std::min<std::uint64_t>(retention.runs, INT64_MAX);
    for (RunStore::Entry& entry : store.surplus_runs(last.pipeline, most)) old.push_back(std::move(entry));
    if (old.empty()) return;
    const RunMarks marks(state_folder);
    std::vector<std::int64_t> gone;
    for (const RunStore::Entry& entry : old) {
        if (gone.size() == kMostAtOnce) break;
        if (entry.run_id == last.run_id || (!entry.has_ended && marks.is_alive(entry.run_id))) continue;
        // Files first: a run that is still in the history is found again.
        if (remove_files(state_folder, entry.run_id)) gone.push_back(entry.id);
    }
    store.remove(gone);
}

}  // namespace etl
