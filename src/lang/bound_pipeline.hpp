#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/connector_spec.hpp"
#include "component/stage_spec.hpp"
#include "lang/bind/secret.hpp"

namespace etl {

/// `workers = 2` or `workers = 1..8`.
struct WorkerRange {
    std::uint32_t least = 1;
    std::uint32_t most = 0;  // 0: one a core
};

/// `retry = { … }`: a run that fails for a reason that may pass is tried again.
struct RetrySettings {
    std::uint32_t attempts = 1;  // in all
    std::uint64_t delay_ms = 5000;
    std::uint64_t max_delay_ms = 15ULL * 60 * 1000;
    bool exponential = true;  // the delay doubles each time; else it stays
};

/// `pipeline { }` and etl.toml's [settings], checked and defaulted.
struct Settings {
    std::string timezone = "UTC";
    std::uint64_t memory_bytes = 0;  // 0: half of what the machine or its container has
    WorkerRange workers;
    double threshold = 0.75;                   // fill at which a channel is congested, 0 to 1
    double growth = 1.5;                       // factor by which a congested stage's workers grow
    std::uint32_t batch_rows = 0;              // 0: by size alone
    std::uint64_t commit_rows = 100'000;       // a load that commits on the way does so after so many rows read; 0: not
    std::uint64_t commit_ms = 0;               // or after that time; 0: not
    std::optional<std::uint64_t> max_rejects;  // a count
    std::optional<double> max_rejects_share;   // 0 to 1; compared after 1,000 rows and at the end
    std::uint64_t hard_terminate_ms = 30ULL * 60 * 1000;
    std::uint64_t timeout_ms = 0;  // of a run with all its attempts; 0: none
    RetrySettings retry;
    bool fuse = true;                   // plan passes; false only in tests
    std::uint32_t channel_batches = 0;  // room of a channel; 0: by the number of workers; set only in tests
};

enum class NodeKind : std::uint8_t { source, stage, target };

/// An output of a node.
struct NodePort {
    std::uint32_t node = 0;
    std::uint32_t port = 0;
    friend bool operator==(const NodePort&, const NodePort&) = default;
};

/// A node of the checked pipeline: what it is, what it reads, what its outputs look like.
/// Nodes stand in an order in which every input comes before its reader.
struct BoundNode {
    NodeKind kind = NodeKind::stage;
    std::string name;  // "orders", "filter", "into warehouse.orders"
    SourceSpan span;
    std::vector<NodePort> inputs;    // stage: input 0 first; target: one; source: none
    std::vector<SchemaPtr> outputs;  // by port; none of a target
    BoundStage stage;                // of kind stage
    const StageSpec* stage_spec = nullptr;
    const ConnectorSpec* connector = nullptr;  // of a source or target
    SourceRequest source;                      // of kind source; uses are filled by the planner
    SinkRequest sink;                          // of kind target
    bool is_rejects = false;         // a target of the `rejects` setting, or a flow `from rejects`: fed by the runtime
    std::string flow;                // the flow that a stage or target stands in: "orders", "from orders into loaded"
    std::vector<std::string> words;  // that the stage is written with: "right", "per run"
    bool is_left_out = false;        // takes no part in the run: its plan has neither its inputs nor its readers
    /// Makes the rows of a source instead of the connector, where it is set.
    std::function<std::unique_ptr<Source>(const SourceRequest&)> make_source;
};

/// The columns of `from rejects` and of the `rejects` target: time, stage, column?, value?, reason, file?, line?,
/// shard?, row?. time is a timestamp, line an int, the others are texts.
SchemaPtr rejects_schema();

/// What the state folder keeps of old runs.
struct Retention {
    std::uint64_t runs = 1000;  // of a pipeline
    std::uint64_t days = 90;
};

/// A checked pipeline: what the binder makes and the planner takes.
struct BoundPipeline {
    std::string name;
    std::filesystem::path folder;        // of the .etl file
    std::filesystem::path file;          // it, absolute
    std::filesystem::path state_folder;  // history, rejects, logs
    Retention retention;
    std::string profile;                                      // of etl.toml
    std::vector<std::pair<std::string, std::string>> params;  // their values as text, *** for what is private
    Settings settings;
    std::vector<BoundNode> nodes;
    std::string run_id;
    std::int64_t start_us = 0;
    std::shared_ptr<SourceTexts> texts;
    bind::Secrets secrets;                      // never stand in a message
    std::map<std::uint32_t, ExprPtr> followed;  // by source: LoadOptions::follow, over its columns
};

}  // namespace etl
