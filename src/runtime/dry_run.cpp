#include "runtime/dry_run.hpp"

#include <algorithm>

namespace etl {

namespace {

class DryWriter final : public Writer {
  public:
    std::uint64_t write(Chunk&& /*chunk*/) override { return 0; }
    void abort() noexcept override {}
    void interrupt() noexcept override {}
};

/// Refuses what the target's encoder refuses; the target itself is never begun.
class DrySink final : public Sink {
  public:
    DrySink(std::unique_ptr<Sink> sink, const BoundNode& target)
        : sink_(std::move(sink)), request_(target.sink), make_book_(target.connector->make_offset_book) {}

    std::unique_ptr<Encoder> make_encoder() override { return sink_->make_encoder(); }
    /// A run would go on behind them.
    std::vector<StoredPosition> begin(RunContext& /*run*/) override {
        if (!request_.commits || request_.full || make_book_ == nullptr) return {};
        return make_book_(request_)->read();
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<DryWriter>(); }
    bool commit(const Checkpoint& /*checkpoint*/) override { return true; }
    void publish(const Checkpoint& /*checkpoint*/) override {}
    void discard() noexcept override {}
    std::string name() const override { return sink_->name(); }

  private:
    std::unique_ptr<Sink> sink_;
    SinkRequest request_;
    std::unique_ptr<OffsetBook> (*make_book_)(const SinkRequest& request);
};

/// The run, but that blocks hold one row each.
struct OneRowBlocks final : RunContext {
    explicit OneRowBlocks(RunContext& run) : RunContext(run.memory), whole(run) {
        seed = run.seed;
        start_us = run.start_us;
        run_id = run.run_id;
        spill_folder = run.spill_folder;
        cancelled = run.cancelled;
        batch_rows = 1;
    }
    std::string file_name(std::uint32_t source, std::uint32_t file) const override {
        return whole.file_name(source, file);
    }
    RunContext& whole;
};

class FirstRowsReader final : public Reader {
  public:
    FirstRowsReader(Source& source, const Lane& lane, const std::vector<std::string>& positions, RunContext& run,
                    std::uint64_t most_rows, std::shared_ptr<DrySource> state)
        : run_(run), reader_(source.open(lane, positions, run_)), left_(most_rows), state_(std::move(state)) {}

    bool next(Block& block) override {
        if (!reader_->next(block)) return false;
        if (left_ == 0) {
            state_->more = true;
            return false;
        }
        --left_;
        return true;
    }
    void interrupt() noexcept override { reader_->interrupt(); }
    std::uint64_t bytes_read() const noexcept override { return reader_->bytes_read(); }
    std::string position() const override { return reader_->position(); }

  private:
    OneRowBlocks run_;
    std::unique_ptr<Reader> reader_;
    std::uint64_t left_;
    std::shared_ptr<DrySource> state_;
};

class FirstRowsSource final : public Source {
  public:
    FirstRowsSource(std::unique_ptr<Source> source, std::uint64_t most_rows, std::shared_ptr<DrySource> state)
        : source_(std::move(source)), most_rows_(most_rows), state_(std::move(state)) {}

    std::vector<Lane> lanes() override { return source_->lanes(); }
    std::unique_ptr<Reader> open(const Lane& lane, const std::vector<std::string>& positions,
                                 RunContext& run) override {
        return std::make_unique<FirstRowsReader>(*source_, lane, positions, run, most_rows_, state_);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return source_->make_slot(run); }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        source_->decode(std::move(block), batch, slot, stage);
    }
    std::string file_name(std::uint32_t file) const override { return source_->file_name(file); }

  private:
    std::unique_ptr<Source> source_;
    std::uint64_t most_rows_;
    std::shared_ptr<DrySource> state_;
};

/// Some way from the node to a target does not end in what rows are looked up in.
bool reaches_target(const Plan& plan, std::uint32_t node) {
    if (plan.nodes[node].bound.kind == NodeKind::target) return true;
    const auto& readers = plan.nodes[node].readers;
    return std::any_of(readers.begin(), readers.end(), [&](std::uint32_t number) {
        const PlanEdge& edge = plan.edges[number];
        const PlanNode& reader = plan.nodes[edge.to];
        const bool is_looked_up = edge.input > 0 && reader.kind(edge.input) == StageKind::blocking;
        return !is_looked_up && reaches_target(plan, edge.to);
    });
}

}  // namespace

std::vector<std::shared_ptr<DrySource>> make_dry(Plan& plan, std::uint64_t most_rows) {
    Settings& settings = plan.pipeline.settings;
    settings.max_rejects.reset();
    settings.max_rejects_share.reset();
    settings.commit_rows = 0;
    settings.commit_ms = 0;
    plan.pipeline.state_folder.clear();
    std::vector<std::shared_ptr<DrySource>> sources;
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        PlanNode& node = plan.nodes[number];
        sources.push_back(std::make_shared<DrySource>());
        if (node.sink != nullptr) node.sink = std::make_unique<DrySink>(std::move(node.sink), node.bound);
        if (node.source == nullptr) continue;
        sources.back()->is_read = true;
        if (most_rows == 0 || !reaches_target(plan, number)) continue;
        sources.back()->in_full = false;
        node.source = std::make_unique<FirstRowsSource>(std::move(node.source), most_rows, sources.back());
    }
    return sources;
}

}  // namespace etl
