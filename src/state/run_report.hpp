#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/plan.hpp"

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

/// What was provisioned for stages that run without a channel between them.
struct StageWorkers {
    std::string name;            // "orders | filter | map"
    std::uint32_t most = 0;      // at once
    std::uint64_t breaches = 0;  // how often the channel before it came to be filled over `threshold`
};

/// Where an incremental load of a run ended, for the record: the target keeps what counts.
struct EndOffset {
    std::string target, source, shard;
    std::string position;  // the source's own text; its end, behind "… ", where it is long
};

/// Of an error: another run of the pipeline is under way or has taken a target over.
inline bool is_held_by_another(std::string_view code) { return code == "E530" || code == "E531"; }

enum class RunStatus : std::uint8_t { succeeded, succeeded_with_rejects, failed, too_many_rejects, interrupted };

/// "succeeded_with_rejects"
std::string_view status_name(RunStatus status);
std::optional<RunStatus> status_of_name(std::string_view name);

/// The account of a run.
struct RunReport {
    std::string run_id;
    RunStatus status = RunStatus::failed;
    std::string error_code, error;  // of failed
    std::vector<NodeBalance> nodes;
    std::map<std::string, std::uint64_t> rejects_by_reason;   // "validate: amount must be positive"
    std::map<std::string, std::uint64_t> warnings_by_reason;  // rows that were let pass: "validate: very large"
    std::uint64_t rejects = 0;
    std::string replayed_run;    // whose rejects were sent through again; empty: of a usual run
    std::uint64_t replayed = 0;  // how many
    std::string rejects_file;    // JSON Lines; empty if there are none
    std::vector<StageWorkers> workers;
    std::vector<ScalingDecision> scaling;
    std::uint64_t grown = 0, shrunk = 0;
    std::vector<EndOffset> offsets;
    std::vector<std::string> troubles;  // what went wrong without harm to the load: the run is not recorded
    bool kept = false;                  // of a run that was interrupted: what it had read is loaded
    bool goes_on = false;               // the next run goes on behind what is loaded, where something is
    std::uint32_t attempts = 1;         // the last of which this tells of
    std::uint64_t commits = 0;          // on the way and at the end: each made all targets durable that keep positions
    bool is_in_doubt = false;           // failed while it committed: some of these targets may hold more than others
    bool is_repeatable = true;          // tried again, it would add no row a second time
    double seconds = 0;
    std::uint64_t peak_memory_bytes = 0;  // of the process
    std::uint64_t bytes_read = 0;

    /// Failed, because another run of the pipeline is under way or has taken a target over.
    bool is_held_by_another() const { return etl::is_held_by_another(error_code); }
    std::uint64_t rows_read() const;
    std::uint64_t rows_written() const;
};

/// What is known of a run when it begins.
struct RunStart {
    std::string run_id;
    std::string pipeline;
    std::string file;                                             // the .etl file's path
    std::string profile;                                          // of etl.toml
    std::vector<std::pair<std::string, std::string>> parameters;  // without secrets
    std::int64_t started_us = 0;
    std::int64_t process = 0;
    std::string host;
    std::string version;  // of the program
};

/// A run as the history knows it.
struct PastRun {
    std::int64_t id = 0;  // grows with the order in which runs began
    RunStart start;
    std::optional<RunReport> report;  // of a run that has ended; without `scaling` and `troubles`
    bool is_alive = false;            // of one that has not

    /// "running", "died" or the status that it ended with.
    std::string_view status() const;
};

}  // namespace etl
