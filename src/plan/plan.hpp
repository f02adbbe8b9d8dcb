#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lang/bound_pipeline.hpp"

namespace etl {

/// Where the batches of an output go: the input of a node.
struct PlanEdge {
    NodePort from;
    std::uint32_t to = 0;     // node
    std::uint32_t input = 0;  // of it
    /// Its reader may have to wait for another reader of the same producer: kept, without a bound but `memory`, until
    /// that one has ended.
    bool spooled = false;
    bool fused = false;                  // what makes its batches hands them to its reader in the same worker
    std::uint32_t stream = 0;            // batches of one stream are numbered alike
    std::vector<std::uint32_t> drivers;  // who sets its batches going, in their order
};

/// How a node with several inputs that are not blocking puts their batches in order.
enum class MergeOrder : std::uint8_t {
    none,       // it has one such input
    by_number,  // branches of one producer, none held back: number by number, in the order of the inputs
    in_turn,    // one input behind the other
};

/// A node that runs: the bound node with the source, operator or sink that it stands for.
struct PlanNode {
    BoundNode bound;
    std::unique_ptr<Source> source;
    std::unique_ptr<Sink> sink;
    std::vector<std::uint32_t> readers;  // edges out, in order of port, then of the text
    std::vector<std::uint32_t> feeds;    // edges in, by input
    MergeOrder merge = MergeOrder::none;

    /// Of input `input`; a target takes its rows row-wise (it encodes them).
    StageKind kind(std::uint32_t input) const;
    bool has_blocking_input() const;
    /// What it emits has numbers of its own, one a batch.
    bool renumbers() const;
};

enum class DriverKind : std::uint8_t { source, finish, spool };

/// Something that sets batches going by its own: a source, a blocking node that has seen everything, a spooled edge.
struct PlanDriver {
    DriverKind kind = DriverKind::source;
    std::uint32_t node = 0;                 // of source and finish
    std::uint32_t edge = 0;                 // of spool
    std::vector<std::uint32_t> ends_after;  // drivers that it has to wait for before it can end
};

enum class ChainKind : std::uint8_t {
    source,   // workers take a source's blocks and decode them
    channel,  // workers take batches from an edge's channel
    ordered,  // one worker takes the batches of the head node's inputs in order
    finish,   // one worker lets a blocking node emit what it has seen
};

/// A blocking input: what reaches it goes no further until all of it is there.
struct BlockingInput {
    std::uint32_t node = 0;
    std::uint32_t input = 0;
};

/// Nodes that one worker runs without a channel between them. Branches make it a tree.
struct FusedChain {
    ChainKind kind = ChainKind::channel;
    std::uint32_t head = 0;             // node
    std::uint32_t edge = 0;             // of kind channel: the one it takes from
    std::vector<std::uint32_t> nodes;   // head first, each behind those that feed it; also those of `leaves`
    std::vector<BlockingInput> leaves;  // where it ends
    std::vector<std::uint32_t> gates;   // nodes whose blocking inputs must be complete before the first batch comes
    std::string name;                   // "orders | filter | map", for people
};

/// What the runtime runs. Owns sources, operators and sinks of one run.
struct Plan {
    BoundPipeline pipeline;  // nodes are moved into `nodes`
    std::vector<PlanNode> nodes;
    std::vector<PlanEdge> edges;
    std::vector<PlanDriver> drivers;
    std::vector<FusedChain> chains;
    /// Of a run that sends rejects through again: by path, then by edge, which ones lead to what has its copy of the
    /// rows. Path 0 forbids none.
    std::vector<std::vector<bool>> forbidden;
    std::string replayed_run;  // whose rejects they are; empty: of a usual run
};

/// Column uses, sources, sinks, edges, spools, chains; throws Error where a source or target cannot be made.
Plan make_plan(BoundPipeline pipeline);

/// The plan as people read it (`--explain`).
std::string explain(const Plan& plan);

}  // namespace etl
