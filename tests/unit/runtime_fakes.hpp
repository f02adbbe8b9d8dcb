#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/run.hpp"

/// Sources, operators and sinks for tests of the runtime: every row is one int, its number in its source.
namespace etl::fakes {

/// What a fake source does. The rows of a lane are lane * 1'000'000 + 0, 1, 2, …
struct SourceScript {
    std::vector<std::uint32_t> rows_by_lane = {100};
    std::uint32_t block_rows = 7;
    std::uint32_t reject_every = 0;           // of the numbers in a lane, every n-th row is refused
    std::uint32_t pause_us = 0;               // before a block, at most; by a hash of its place
    std::int64_t fail_read_at = -1;           // block of lane 0
    std::int64_t fail_decode_at = -1;         // block of lane 0
    std::size_t block_bytes = 0;              // at least
    bool incremental = false;                 // position: how many rows of the lane were read
    std::atomic<bool> blocks_forever{false};  // behind the last block, until it is interrupted
    std::atomic<std::uint64_t> blocks_read{0};
    std::function<void(std::uint64_t block)> on_read, on_decode;
};

/// What a fake target has seen.
struct SinkScript {
    std::int64_t fail_write_at = -1;  // chunk
    std::int64_t refuse_every = 0;    // rows whose number is a multiple
    std::uint32_t pause_us = 0;
    std::vector<std::int64_t> rows;  // valid behind the run
    std::uint64_t chunks = 0;
    bool commits = false;  // of incremental sources; what is committed stays for the next run
    std::int64_t fail_commit_at = -1;
    std::uint64_t commits_done = 0;  // of the run
    std::vector<std::int64_t> committed;
    std::vector<StoredPosition> held;
    bool published = false;
    bool discarded = false;
    std::atomic<bool> interrupted{false};
    std::function<void(std::uint64_t chunk)> on_write;
    std::function<void()> on_prepare;
};

/// Puts a pipeline together, node by node.
class PipelineBuilder {
  public:
    PipelineBuilder();

    NodePort source(SourceScript& script);
    NodePort rejects();
    void target(NodePort from, SinkScript& script, bool takes_rejects = false);
    /// Keeps multiples of n.
    NodePort keep_multiples(NodePort from, std::int64_t n);
    /// Emits each row n times, in n batches.
    NodePort repeat(NodePort from, std::uint32_t n);
    /// Refuses multiples of n.
    NodePort refuse_multiples(NodePort from, std::int64_t n);
    /// By the remainder of a division by `ports`.
    std::vector<NodePort> route(NodePort from, std::uint32_t ports);
    NodePort limit(NodePort from, std::uint64_t rows);
    NodePort unite(const std::vector<NodePort>& inputs);
    NodePort sort_descending(NodePort from, std::function<void()> on_combine = nullptr);
    /// Rows that are in `build` too, as often as they are there.
    NodePort join(NodePort probe, NodePort build);
    /// Throws when it meets that row.
    NodePort fail_at(NodePort from, std::int64_t row);

    Settings settings;
    std::filesystem::path state_folder;
    std::string run_id = "test-run";
    /// May be called again: the operators are made anew.
    BoundPipeline build() const;

  private:
    using MakeStage = std::function<std::shared_ptr<StageOperator>(std::uint32_t stage)>;
    NodePort stage(const std::string& name, std::vector<NodePort> inputs, std::uint32_t ports, MakeStage make);
    struct Planned {
        BoundNode node;
        MakeStage make;
    };
    std::vector<Planned> nodes_;
    std::uint32_t sources_ = 0;
};

/// The row numbers of a batch, in order.
std::vector<std::int64_t> numbers_of(const Batch& batch);

}  // namespace etl::fakes
