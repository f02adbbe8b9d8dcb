#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"
#include "runtime/tap.hpp"
#include "state/run_report.hpp"

namespace etl {

/// Of a run that was ended before its time, for a person: "what was read is loaded, the next run goes on behind it".
std::string what_is_left(const RunReport& report);

/// A look at a run under way, from another thread.
struct RunProgress {
    double seconds = 0;
    std::uint64_t rows_read = 0, rows_written = 0, rejects = 0;
    std::uint64_t bytes_read = 0, bytes_total = 0;  // total 0: not known
    struct Stage {
        std::string name;
        std::uint32_t workers = 0;
    };
    std::vector<Stage> stages;
    std::string stuck;  // "worker 2 of `orders | filter` has not moved for ..."; empty: all move
};

struct RunOptions {
    std::function<void(const RunProgress&)> on_progress;  // called every progress_ms from one thread
    std::uint32_t progress_ms = 200;
    const std::atomic<int>* interrupts = nullptr;  // 1: drain and drop or commit; 2: stop hard
    Tap* tap = nullptr;                            // looks into the run
    /// Set in tests.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
    std::uint64_t stuck_ms = 60'000;                                // a worker that does one thing for so long is named
    std::optional<std::chrono::steady_clock::time_point> deadline;  // of `timeout`: failed, if not ended by then
    bool log_lines = false;  // also onto standard error, what goes into the state folder's log
};

/// Runs the plan to its end. Errors of the run are in the report, not thrown.
RunReport run(Plan plan, const RunOptions& options);

}  // namespace etl
