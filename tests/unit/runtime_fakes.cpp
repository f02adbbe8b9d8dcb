#include "tests/unit/runtime_fakes.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <thread>

#include "base/error.hpp"

namespace etl::fakes {

namespace {

SchemaPtr number_schema() {
    static const auto schema =
        std::make_shared<const Schema>(Schema{{{"id", simple_type(TypeKind::integer), "", false}}});
    return schema;
}

void pause(std::uint32_t most_us, std::uint64_t seed) {
    if (most_us == 0) return;
    const std::uint64_t hash = (seed + 1) * 0x9E3779B97F4A7C15ULL >> 40;
    std::this_thread::sleep_for(std::chrono::microseconds(hash % most_us));
}

Batch make_batch(const std::vector<std::int64_t>& numbers, Memory& memory) {
    Batch batch;
    batch.schema = number_schema().get();
    BufferRef bytes = memory.take(numbers.size() * sizeof(std::int64_t) + 1);
    std::memcpy(bytes.data(), numbers.data(), numbers.size() * sizeof(std::int64_t));
    Column column;
    column.type = simple_type(TypeKind::integer);
    column.values = bytes.data();
    batch.columns.push_back(column);
    batch.keep.push_back(std::move(bytes));
    batch.rows = static_cast<std::uint32_t>(numbers.size());
    batch.selected = {nullptr, batch.rows};
    return batch;
}

/// Keeps the rows for which `wanted` is true.
template <typename Wanted>
void select_rows(Batch& batch, Memory& memory, Wanted&& wanted) {
    const auto* values = batch.columns[0].data<std::int64_t>();
    BufferRef bytes = memory.take(batch.rows * sizeof(std::uint32_t) + 1);
    auto* rows = reinterpret_cast<std::uint32_t*>(bytes.data());
    std::uint32_t count = 0;
    for_each_row(batch.selected, [&](std::uint32_t row) {
        if (wanted(values[row], row)) rows[count++] = row;
    });
    batch.selected = {rows, count};
    batch.keep.push_back(std::move(bytes));
}

void refuse(Batch& batch, std::uint32_t stage, std::int64_t number) {
    Reject reject;
    reject.stage = stage;
    reject.reason = "refused `" + std::to_string(number) + "`";
    reject.column = "id";
    reject.value = std::to_string(number);
    reject.origin.line = static_cast<std::uint64_t>(number % 1'000'000) + 1;
    batch.rejects.push_back(std::move(reject));
}

struct MemorySlot : Slot {
    explicit MemorySlot(RunContext& run) : memory(run.memory) {}
    Memory& memory;
    std::vector<std::pair<Sequence, std::vector<std::int64_t>>> kept;
};

class FakeReader final : public Reader {
  public:
    FakeReader(SourceScript& script, std::uint32_t lane, Memory& memory)
        : script_(script), lane_(lane), memory_(memory) {}

    bool next(Block& block) override {
        const std::uint32_t rows = script_.rows_by_lane[lane_];
        if (interrupted_) return false;
        if (at_ >= rows) {
            while (script_.blocks_forever && !interrupted_) std::this_thread::sleep_for(std::chrono::microseconds(50));
            return false;
        }
        pause(script_.pause_us, at_ * 31 + lane_);
        if (lane_ == 0 && script_.fail_read_at == static_cast<std::int64_t>(number_)) throw Error("E499", "read fails");
        ++number_;
        ++script_.blocks_read;
        const std::uint32_t count = std::min(script_.block_rows, rows - at_);
        block.bytes = memory_.take(std::max<std::size_t>(script_.block_bytes, count * sizeof(std::int64_t)));
        block.size = count * static_cast<std::uint32_t>(sizeof(std::int64_t));
        auto* values = reinterpret_cast<std::int64_t*>(block.bytes.data());
        for (std::uint32_t i = 0; i < count; ++i) values[i] = lane_ * 1'000'000LL + at_ + i;
        at_ += count;
        bytes_ += block.size;
        return true;
    }
    void interrupt() noexcept override { interrupted_ = true; }
    std::uint64_t bytes_read() const noexcept override { return bytes_; }

  private:
    SourceScript& script_;
    std::uint32_t lane_;
    Memory& memory_;
    std::uint32_t at_ = 0;
    std::uint64_t number_ = 0;
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<bool> interrupted_{false};
};

class FakeSource final : public Source {
  public:
    explicit FakeSource(SourceScript& script) : script_(script) {}

    std::vector<Lane> lanes() override {
        std::vector<Lane> lanes(script_.rows_by_lane.size());
        for (std::uint32_t i = 0; i < lanes.size(); ++i) lanes[i] = {i, "", 0};
        return lanes;
    }
    std::unique_ptr<Reader> open(const Lane& lane, const std::vector<std::string>&, RunContext& run) override {
        return std::make_unique<FakeReader>(script_, lane.number, run.memory);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        if (block.sequence.lane == 0 && script_.fail_decode_at >= 0 &&
            static_cast<std::int64_t>(block.sequence.number) >= script_.fail_decode_at)
            throw Error("E498", "decode fails at " + std::to_string(block.sequence.number));
        Column column;
        column.type = simple_type(TypeKind::integer);
        column.values = block.bytes.data();
        batch.columns.push_back(column);
        batch.rows = block.size / static_cast<std::uint32_t>(sizeof(std::int64_t));
        batch.selected = {nullptr, batch.rows};
        batch.keep.push_back(std::move(block.bytes));
        if (script_.reject_every == 0) return;
        select_rows(batch, static_cast<MemorySlot&>(slot).memory, [&](std::int64_t number, std::uint32_t) {
            if (number % 1'000'000 % script_.reject_every != 0) return true;
            refuse(batch, stage, number);
            return false;
        });
    }
    std::string file_name(std::uint32_t) const override { return "fake.csv"; }

  private:
    SourceScript& script_;
};

class FakeEncoder final : public Encoder {
  public:
    explicit FakeEncoder(SinkScript& script) : script_(script) {}
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) override {
        Memory& memory = static_cast<MemorySlot&>(slot).memory;
        if (batch.schema->size() > 1) batch.columns[0] = batch.columns[6];  // the line of rejects
        if (script_.refuse_every > 0)
            select_rows(batch, memory, [&](std::int64_t number, std::uint32_t) {
                if (number % script_.refuse_every != 0) return true;
                refuse(batch, stage, number);
                return false;
            });
        const std::vector<std::int64_t> numbers = numbers_of(batch);
        chunk.size = numbers.size() * sizeof(std::int64_t);
        chunk.bytes = memory.take(chunk.size + 1);
        std::memcpy(chunk.bytes.data(), numbers.data(), chunk.size);
        chunk.rows = numbers.size();
        chunk.batch.rejects = std::move(batch.rejects);
    }
    void prologue(std::string&) const override {}
    void epilogue(std::string&) const override {}

  private:
    SinkScript& script_;
};

class FakeWriter final : public Writer {
  public:
    explicit FakeWriter(SinkScript& script) : script_(script) {}
    std::uint64_t write(Chunk&& chunk) override {
        if (script_.fail_write_at == static_cast<std::int64_t>(script_.chunks)) throw Error("E497", "write fails");
        pause(script_.pause_us, script_.chunks++);
        const auto* values = reinterpret_cast<const std::int64_t*>(chunk.bytes.data());
        script_.rows.insert(script_.rows.end(), values, values + chunk.rows);
        return 0;
    }
    void abort() noexcept override {}
    void interrupt() noexcept override { script_.interrupted = true; }

  private:
    SinkScript& script_;
};

class FakeSink final : public Sink {
  public:
    explicit FakeSink(SinkScript& script) : script_(script) {}
    std::unique_ptr<Encoder> make_encoder() override { return std::make_unique<FakeEncoder>(script_); }
    std::vector<StoredPosition> begin(RunContext&) override {
        script_.rows.clear();
        script_.chunks = 0;
        script_.published = script_.discarded = false;
        return {};
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<FakeWriter>(script_); }
    void commit(const Checkpoint&) override {}
    void publish(const Checkpoint&) override { script_.published = true; }
    void discard() noexcept override { script_.discarded = true; }
    std::string name() const override { return "fake"; }

  private:
    SinkScript& script_;
};

// A request carries its script as text: connectors are plain functions.
template <typename Script>
std::string address_of(Script& script) {
    return std::to_string(reinterpret_cast<std::uintptr_t>(&script));
}
template <typename Script>
Script& script_at(const std::string& address) {
    return *reinterpret_cast<Script*>(static_cast<std::uintptr_t>(std::stoull(address)));
}

const ConnectorSpec& fake_connector() {
    static const ConnectorSpec spec{.name = "fake",
                                    .summary = "",
                                    .options = {},
                                    .members = {},
                                    .target_options = {},
                                    .examples = {},
                                    .discover = nullptr,
                                    .make_source = [](const SourceRequest& request) -> std::unique_ptr<Source> {
                                        return std::make_unique<FakeSource>(script_at<SourceScript>(request.address));
                                    },
                                    .make_sink = [](const SinkRequest& request) -> std::unique_ptr<Sink> {
                                        return std::make_unique<FakeSink>(script_at<SinkScript>(request.address));
                                    }};
    return spec;
}

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
    StageKind kind(std::uint32_t) const override { return StageKind::blocking; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void process(Batch&& batch, std::uint32_t, Slot& slot, Emitter&) override {
        static_cast<MemorySlot&>(slot).kept.emplace_back(batch.sequence, numbers_of(batch));
    }
    void combine(Slot& slot, std::uint32_t) override {
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

NodePort PipelineBuilder::sort_descending(NodePort from) {
    return stage("sort", {from}, 1, [](std::uint32_t) { return std::make_shared<SortDescending>(); });
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
    pipeline.run_id = "test-run";
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
