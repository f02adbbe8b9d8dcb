#include "tests/unit/runtime_fakes.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "tests/unit/runtime_fake_ends.hpp"

namespace etl::fakes {

namespace {

/// An operator whose row-wise part is a function.
class RowWise : public StageOperator {
  public:
    using Body = std::function<void(Batch&&, std::uint32_t, MemorySlot&, Emitter&)>;
    explicit RowWise(Body body) : body_(std::move(body)) {}
    StageKind kind(std::uint32_t) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void process(Batch&& batch, std::uint32_t input, Slot& slot, Emitter& out) override {
        body_(std::move(batch), input, static_cast<MemorySlot&>(slot), out);
    }

  private:
    Body body_;
};

class Limit final : public StageOperator {
  public:
    explicit Limit(std::uint64_t rows) : rows_(rows) {}
    StageKind kind(std::uint32_t) const override { return StageKind::ordered; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void process(Batch&& batch, std::uint32_t, Slot& slot, Emitter& out) override {
        const std::uint64_t before = batch.selected.size;
        select_rows(batch, static_cast<MemorySlot&>(slot).memory,
                    [&](std::int64_t, std::uint32_t) { return taken_ < rows_ && ++taken_ > 0; });
        slot.counts.cut += before - batch.selected.size;
        slot.satisfied = taken_ >= rows_;
        out.push(std::move(batch));
    }

  private:
    std::uint64_t rows_;
    std::uint64_t taken_ = 0;
};

class SortDescending final : public StageOperator {
  public:
    explicit SortDescending(std::function<void()> on_combine) : on_combine_(std::move(on_combine)) {}
    StageKind kind(std::uint32_t) const override { return StageKind::blocking; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void process(Batch&& batch, std::uint32_t, Slot& slot, Emitter&) override {
        static_cast<MemorySlot&>(slot).kept.emplace_back(batch.sequence, numbers_of(batch));
    }
    void combine(Slot& slot, std::uint32_t) override {
        if (on_combine_) std::exchange(on_combine_, nullptr)();
        for (const auto& [sequence, numbers] : static_cast<MemorySlot&>(slot).kept)
            all_.insert(all_.end(), numbers.begin(), numbers.end());
    }
    void finish(Slot& slot, Emitter& out) override {
        std::sort(all_.begin(), all_.end(), std::greater<>());
        for (std::size_t at = 0; at < all_.size(); at += 16) {
            const std::vector<std::int64_t> part(
                all_.begin() + static_cast<std::ptrdiff_t>(at),
                all_.begin() + static_cast<std::ptrdiff_t>(std::min(all_.size(), at + 16)));
            if (!out.push(make_batch(part, static_cast<MemorySlot&>(slot).memory))) return;
        }
    }

  private:
    std::function<void()> on_combine_;
    std::vector<std::int64_t> all_;
};

/// Emits a batch for each of the rows' first, second, … match.
class Join final : public StageOperator {
  public:
    StageKind kind(std::uint32_t input) const override {
        return input == 0 ? StageKind::row_wise : StageKind::blocking;
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void process(Batch&& batch, std::uint32_t input, Slot& slot, Emitter& out) override {
        auto& state = static_cast<MemorySlot&>(slot);
        const std::vector<std::int64_t> numbers = numbers_of(batch);
        if (input == 1) {
            state.kept.emplace_back(batch.sequence, numbers);
            state.counts.merged += numbers.size();
            return;
        }
        if (!complete_) throw Error("E499", "a probe before the build side was complete");
        for (std::uint64_t round = 1;; ++round) {
            std::vector<std::int64_t> matched;
            for (const std::int64_t number : numbers)
                if (const auto at = build_.find(number); at != build_.end() && at->second >= round)
                    matched.push_back(number);
            if (round == 1) slot.counts.filtered += numbers.size() - matched.size();
            if (round > 1) slot.counts.made += matched.size();
            if (matched.empty()) break;
            if (!out.push(make_batch(matched, state.memory))) return;
        }
    }
    void combine(Slot& slot, std::uint32_t) override {
        for (const auto& [sequence, numbers] : static_cast<MemorySlot&>(slot).kept)
            for (const std::int64_t number : numbers) ++build_[number];
        complete_ = true;
    }

  private:
    std::map<std::int64_t, std::uint64_t> build_;
    std::atomic<bool> complete_{false};
};

}  // namespace

std::vector<std::int64_t> numbers_of(const Batch& batch) {
    std::vector<std::int64_t> numbers;
    const auto* values = batch.columns[0].data<std::int64_t>();
    for_each_row(batch.selected, [&](std::uint32_t row) { numbers.push_back(values[row]); });
    return numbers;
}

PipelineBuilder::PipelineBuilder() { settings.workers = {1, 2}; }

NodePort PipelineBuilder::source(SourceScript& script) {
    Planned planned;
    planned.node.kind = NodeKind::source;
    planned.node.name = "source " + std::to_string(nodes_.size());
    planned.node.outputs = {number_schema()};
    planned.node.connector = &fake_connector();
    planned.node.source.address = address_of(script);
    planned.node.source.source = sources_++;
    planned.node.source.name = planned.node.name;
    if (script.incremental) planned.node.source.incremental.kind = Incremental::Kind::offset;
    nodes_.push_back(std::move(planned));
    return {static_cast<std::uint32_t>(nodes_.size()) - 1, 0};
}

NodePort PipelineBuilder::rejects() {
    Planned planned;
    planned.node.kind = NodeKind::source;
    planned.node.name = "rejects";
    planned.node.outputs = {rejects_schema()};
    planned.node.is_rejects = true;
    nodes_.push_back(std::move(planned));
    return {static_cast<std::uint32_t>(nodes_.size()) - 1, 0};
}

void PipelineBuilder::target(NodePort from, SinkScript& script, bool takes_rejects) {
    Planned planned;
    planned.node.kind = NodeKind::target;
    planned.node.name = "target " + std::to_string(nodes_.size());
    if (!takes_rejects) planned.node.inputs = {from};
    planned.node.is_rejects = takes_rejects;
    planned.node.connector = &fake_connector();
    planned.node.sink.address = address_of(script);
    planned.node.sink.commits = script.commits;
    nodes_.push_back(std::move(planned));
}

NodePort PipelineBuilder::stage(const std::string& name, std::vector<NodePort> inputs, std::uint32_t ports,
                                MakeStage make) {
    Planned planned;
    planned.node.kind = NodeKind::stage;
    planned.node.name = name + " " + std::to_string(nodes_.size());
    planned.node.inputs = std::move(inputs);
    planned.node.outputs.assign(ports, number_schema());
    planned.make = std::move(make);
    nodes_.push_back(std::move(planned));
    return {static_cast<std::uint32_t>(nodes_.size()) - 1, 0};
}

NodePort PipelineBuilder::keep_multiples(NodePort from, std::int64_t n) {
    return stage("filter", {from}, 1, [n](std::uint32_t) {
        return std::make_shared<RowWise>([n](Batch&& batch, std::uint32_t, MemorySlot& slot, Emitter& out) {
            const std::uint64_t before = batch.selected.size;
            select_rows(batch, slot.memory, [&](std::int64_t number, std::uint32_t) { return number % n == 0; });
            slot.counts.filtered += before - batch.selected.size;
            out.push(std::move(batch));
        });
    });
}

NodePort PipelineBuilder::repeat(NodePort from, std::uint32_t n) {
    return stage("repeat", {from}, 1, [n](std::uint32_t) {
        return std::make_shared<RowWise>([n](Batch&& batch, std::uint32_t, MemorySlot& slot, Emitter& out) {
            for (std::uint32_t i = 0; i < n; ++i) {
                if (i > 0) slot.counts.made += batch.selected.size;
                if (!out.push(Batch(batch))) return;
            }
        });
    });
}

NodePort PipelineBuilder::refuse_multiples(NodePort from, std::int64_t n) {
    return stage("refuse", {from}, 1, [n](std::uint32_t stage) {
        return std::make_shared<RowWise>([n, stage](Batch&& batch, std::uint32_t, MemorySlot& slot, Emitter& out) {
            select_rows(batch, slot.memory, [&](std::int64_t number, std::uint32_t) {
                if (number % n != 0) return true;
                refuse(batch, stage, number);
                return false;
            });
            out.push(std::move(batch));
        });
    });
}

std::vector<NodePort> PipelineBuilder::route(NodePort from, std::uint32_t ports) {
    const NodePort node = stage("route", {from}, ports, [ports](std::uint32_t) {
        return std::make_shared<RowWise>([ports](Batch&& batch, std::uint32_t, MemorySlot& slot, Emitter& out) {
            for (std::uint32_t port = 0; port < ports; ++port) {
                Batch part = batch;
                batch.rejects.clear();
                select_rows(part, slot.memory,
                            [&](std::int64_t number, std::uint32_t) { return number % ports == port; });
                out.push(std::move(part), port);
            }
        });
    });
    std::vector<NodePort> out;
    for (std::uint32_t port = 0; port < ports; ++port) out.push_back({node.node, port});
    return out;
}

NodePort PipelineBuilder::limit(NodePort from, std::uint64_t rows) {
    return stage("limit", {from}, 1, [rows](std::uint32_t) { return std::make_shared<Limit>(rows); });
}

NodePort PipelineBuilder::unite(const std::vector<NodePort>& inputs) {
    return stage("union", inputs, 1, [](std::uint32_t) {
        return std::make_shared<RowWise>(
            [](Batch&& batch, std::uint32_t, MemorySlot&, Emitter& out) { out.push(std::move(batch)); });
    });
}

NodePort PipelineBuilder::sort_descending(NodePort from, std::function<void()> on_combine) {
    return stage("sort", {from}, 1,
                 [on_combine](std::uint32_t) { return std::make_shared<SortDescending>(on_combine); });
}

NodePort PipelineBuilder::join(NodePort probe, NodePort build) {
    return stage("join", {probe, build}, 1, [](std::uint32_t) { return std::make_shared<Join>(); });
}

NodePort PipelineBuilder::fail_at(NodePort from, std::int64_t row) {
    return stage("fail", {from}, 1, [row](std::uint32_t) {
        return std::make_shared<RowWise>([row](Batch&& batch, std::uint32_t, MemorySlot&, Emitter& out) {
            for (const std::int64_t number : numbers_of(batch))
                if (number == row) throw Error("E496", "row " + std::to_string(row));
            out.push(std::move(batch));
        });
    });
}

BoundPipeline PipelineBuilder::build() const {
    BoundPipeline pipeline;
    pipeline.name = "test";
    pipeline.settings = settings;
    pipeline.run_id = run_id;
    pipeline.state_folder = state_folder;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
        BoundNode node = nodes_[i].node;
        if (nodes_[i].make) {
            node.stage.op = nodes_[i].make(i);
            node.stage.outputs = node.outputs;
            node.stage.flow.reads.assign(node.inputs.size(), {true});
        }
        pipeline.nodes.push_back(std::move(node));
    }
    return pipeline;
}

}  // namespace etl::fakes
