#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "tests/unit/runtime_fakes.hpp"

// The ends of fake pipelines: the connector whose sources and sinks do what their scripts say.
namespace etl::fakes {

inline SchemaPtr number_schema() {
    static const auto schema =
        std::make_shared<const Schema>(Schema{{{"id", simple_type(TypeKind::integer), "", false}}});
    return schema;
}

inline void pause(std::uint32_t most_us, std::uint64_t seed) {
    if (most_us == 0) return;
    const std::uint64_t hash = (seed + 1) * 0x9E3779B97F4A7C15ULL >> 40;
    std::this_thread::sleep_for(std::chrono::microseconds(hash % most_us));
}

inline Batch make_batch(const std::vector<std::int64_t>& numbers, Memory& memory) {
    Batch batch;
    batch.schema = number_schema().get();
    BufferRef bytes = memory.take(numbers.size() * sizeof(std::int64_t) + 1);
    std::copy(numbers.begin(), numbers.end(), reinterpret_cast<std::int64_t*>(bytes.data()));
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

inline void refuse(Batch& batch, std::uint32_t stage, std::int64_t number) {
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
    FakeReader(SourceScript& script, std::uint32_t lane, Memory& memory, const std::vector<std::string>& positions)
        : script_(script), lane_(lane), memory_(memory) {
        for (const std::string& text : positions)
            held_.push_back(text.empty() ? 0 : static_cast<std::uint32_t>(std::stoul(text)));
        at_ = *std::min_element(held_.begin(), held_.end());
    }

    bool next(Block& block) override {
        const std::uint32_t rows = script_.rows_by_lane[lane_];
        if (interrupted_) return false;
        if (at_ >= rows) {
            while (script_.blocks_forever && !interrupted_) std::this_thread::sleep_for(std::chrono::microseconds(50));
            return false;
        }
        pause(script_.pause_us, at_ * 31 + lane_);
        if (lane_ == 0 && script_.fail_read_at == static_cast<std::int64_t>(number_)) throw Error("E499", "read fails");
        if (script_.on_read) script_.on_read(number_);
        ++number_;
        ++script_.blocks_read;
        std::uint32_t end = std::min(at_ + script_.block_rows, rows);
        for (std::size_t bit = 0; bit < held_.size(); ++bit) {
            if (held_[bit] <= at_) continue;
            end = std::min(end, held_[bit]);
            block.known |= std::uint64_t{1} << bit;
        }
        const std::uint32_t count = end - at_;
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
    std::string position() const override { return script_.incremental ? std::to_string(at_) : std::string(); }

  private:
    SourceScript& script_;
    std::uint32_t lane_;
    Memory& memory_;
    std::vector<std::uint32_t> held_;
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
        for (std::uint32_t i = 0; i < lanes.size(); ++i) lanes[i] = {i, i == 0 ? "" : std::to_string(i), 0};
        return lanes;
    }
    std::unique_ptr<Reader> open(const Lane& lane, const std::vector<std::string>& positions,
                                 RunContext& run) override {
        return std::make_unique<FakeReader>(script_, lane.number, run.memory, positions);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<MemorySlot>(run); }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        if (block.sequence.lane == 0 && script_.fail_decode_at >= 0 &&
            static_cast<std::int64_t>(block.sequence.number) >= script_.fail_decode_at)
            throw Error("E498", "decode fails at " + std::to_string(block.sequence.number));
        if (script_.on_decode) script_.on_decode(block.sequence.number);
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
        std::copy(numbers.begin(), numbers.end(), reinterpret_cast<std::int64_t*>(chunk.bytes.data()));
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
        if (script_.on_write) script_.on_write(script_.chunks);
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
        script_.rows = script_.committed;
        script_.chunks = 0;
        script_.commits_done = 0;
        script_.published = script_.discarded = false;
        return script_.held;
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<FakeWriter>(script_); }
    bool commit(const Checkpoint& checkpoint) override {
        if (script_.fail_commit_at == static_cast<std::int64_t>(script_.commits_done++))
            throw Error("E496", "commit fails");
        script_.committed = script_.rows;
        script_.held.assign(checkpoint.positions.begin(), checkpoint.positions.end());
        return true;
    }
    void prepare() override {
        if (script_.on_prepare) script_.on_prepare();
    }
    void publish(const Checkpoint& checkpoint) override {
        if (script_.commits) commit(checkpoint);
        script_.published = true;
    }
    void discard() noexcept override {
        script_.discarded = true;
        if (script_.commits) script_.rows = script_.committed;
    }
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

inline const ConnectorSpec& fake_connector() {
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

}  // namespace etl::fakes
