#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "runtime/tap.hpp"

namespace etl {

/// Rows of one node: in + made = out + filtered + rejected + merged + cut.
struct NodeBalance {
    std::string name;
    NodeKind kind = NodeKind::stage;
    std::uint64_t in = 0, made = 0, out = 0, filtered = 0, rejected = 0, merged = 0, cut = 0, warned = 0;
    bool closes() const { return in + made == out + filtered + rejected + merged + cut; }
};

/// Why a stage's workers grew or shrank.
struct ScalingDecision {
    double at_seconds = 0;
    std::string stage;
    std::uint32_t workers_before = 0, workers_after = 0;
    std::string reason;  // "the channel before it is 88% full"
};

enum class RunStatus : std::uint8_t { succeeded, succeeded_with_rejects, failed, too_many_rejects, interrupted };

/// The account of a run.
struct RunReport {
    std::string run_id;
    RunStatus status = RunStatus::failed;
    std::string error_code, error;  // of failed
    std::vector<NodeBalance> nodes;
    std::map<std::string, std::uint64_t> rejects_by_reason;  // "validate: amount must be positive"
    std::uint64_t rejects = 0;
    std::string rejects_file;  // JSON Lines; empty if there are none
    std::vector<ScalingDecision> scaling;
    std::uint64_t grown = 0, shrunk = 0;
    bool kept = false;     // of a run that was interrupted: what it had read is loaded
    bool goes_on = false;  // the same: the next run goes on behind it
    double seconds = 0;
    std::uint64_t peak_memory_bytes = 0;  // of the process
    std::uint64_t bytes_read = 0;

    /// Failed, because another run of the pipeline is under way or has taken a target over.
    bool is_held_by_another() const { return error_code == "E530" || error_code == "E531"; }
};

/// A look at a run under way, from another thread.
struct RunProgress {
    double seconds = 0;
    std::uint64_t rows_read = 0, rows_written = 0, rejects = 0;
    std::uint64_t bytes_read = 0, bytes_total = 0;  // total 0: not known
    struct StageWorkers {
        std::string name;
        std::uint32_t workers = 0;
    };
    std::vector<StageWorkers> stages;
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
