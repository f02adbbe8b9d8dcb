#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "runtime/tap.hpp"
#include "state/run_report.hpp"

namespace etl {

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
};

struct RunOptions {
    std::function<void(const RunProgress&)> on_progress;  // called every progress_ms from one thread
    std::uint32_t progress_ms = 200;
    const std::atomic<int>* interrupts = nullptr;  // 1: drain and drop or commit; 2: stop hard
    Tap* tap = nullptr;                            // looks into the run
    bool log_lines = false;                        // also onto standard error, what goes into the state folder's log
};

/// Runs the plan to its end. Errors of the run are in the report, not thrown.
RunReport run(Plan plan, const RunOptions& options);

}  // namespace etl
