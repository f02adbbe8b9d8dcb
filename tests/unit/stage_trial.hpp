#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "component/evaluation.hpp"
#include "component/stage_spec.hpp"
#include "data/gather.hpp"
#include "data/print.hpp"
#include "expr/resolve.hpp"
#include "tests/unit/columns.hpp"

/// Runs a stage's operator without a runtime: batches of any size, dealt to any number of slots in any order.
namespace etl::trial {

struct Run final : RunContext {
    explicit Run(Memory& run_memory) : RunContext(run_memory) {}
    std::string file_name(std::uint32_t, std::uint32_t file) const override { return "file" + std::to_string(file); }
};

struct NoTables final : PrepareContext {
    etl::Table read_table(std::string_view) override { return {}; }
    std::string_view timezone() const override { return "UTC"; }
};

struct Rows {
    SchemaPtr schema;
    std::vector<std::vector<Value>> rows;
};

inline SchemaPtr schema_of(std::vector<std::pair<std::string, const DataType*>> columns) {
    Schema schema;
    for (auto& [name, type] : columns) schema.fields.push_back({name, type, {}, false});
    return std::make_shared<const Schema>(std::move(schema));
}

inline std::string spell_csv(const Value& value) {
    if (value.is_null()) return {};
    std::string text = to_text(value);
    if (!text.empty() && text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

/// How columns come: as values, as CSV fields, or each batch otherwise.
enum class Spelled : std::uint8_t { flat, raw, mixed };

/// How batches are made and dealt.
struct Dealing {
    std::uint32_t batch_rows = 1000;
    std::uint32_t slots = 1;
    std::uint32_t seed = 1;
    Spelled spelled = Spelled::flat;
};

/// A batch with a row that is not selected before each that is.
inline Batch make_batch(const Rows& from, std::size_t first, std::size_t count, bool raw, Memory& memory) {
    Arena arena(memory);
    Batch batch;
    batch.schema = from.schema.get();
    batch.rows = static_cast<std::uint32_t>(2 * count);
    batch.origin = {0, 1, 2 * first, 2 * first + 1, 0};
    std::string csv;
    std::vector<std::uint32_t> ends;
    auto* selected = arena.array<std::uint32_t>(count + 1);
    for (std::uint32_t i = 0; i < count; ++i) selected[i] = 2 * i + 1;
    batch.selected = {selected, static_cast<std::uint32_t>(count)};
    for (std::size_t i = 0; i < 2 * count; ++i)
        for (const Value& value : from.rows[first + i / 2]) {
            csv += i % 2 == 0 ? "" : spell_csv(value);
            ends.push_back(static_cast<std::uint32_t>(csv.size()));
            csv += &value == &from.rows[first + i / 2].back() ? '\n' : ',';
        }
    char* block = static_cast<char*>(arena.take(csv.size()));
    std::memcpy(block, csv.data(), csv.size());
    auto* kept = arena.array<std::uint32_t>(ends.size() + 1);
    std::copy(ends.begin(), ends.end(), kept);
    auto* records = new (arena.take(sizeof(RecordIndex))) RecordIndex;
    records->block = block;
    records->ends = kept;
    records->columns = from.schema->size();
    records->records = batch.rows;
    batch.records = records;
    for (std::uint32_t c = 0; c < from.schema->size(); ++c) {
        Column column;
        column.type = from.schema->fields[c].type;
        column.encoding = Encoding::raw;
        column.canonical = true;
        column.raw_field = c;
        if (!raw) {
            ColumnBuilder builder(column.type, memory);
            for (std::size_t i = 0; i < 2 * count; ++i) builder.append_value(from.rows[first + i / 2][c]);
            column = builder.finish(batch.keep);
        }
        batch.columns.push_back(std::move(column));
    }
    arena.hand_over(batch.keep);
    return batch;
}

/// What came out of an operator.
class Collected final : public Emitter {
  public:
    explicit Collected(RunContext& run) : run_(&run) {}

    bool push(Batch&& batch, std::uint32_t port) override {
        auto& lines = batches_[{port, batch.sequence.lane, batch.sequence.number, batch.sequence.part}];
        Evaluator evaluator(run_->memory, evaluation_context(*run_));
        std::vector<Column> columns;
        for (std::uint32_t i = 0; i < batch.schema->size(); ++i)
            columns.push_back(evaluator.evaluate(*column_expr(*batch.schema, i, {}), batch, batch.selected));
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            std::string line;
            for (std::size_t c = 0; c < columns.size(); ++c) {
                if (c != 0) line += '|';
                if (columns[c].is_valid(batch.selected[i])) append_text(line, columns[c], batch.selected[i]);
            }
            lines.push_back(std::move(line));
            origins.push_back(batch.origin_of(batch.selected[i]).line);
        }
        out += batch.selected.size;
        rejected += batch.rejects.size();
        for (const Reject& reject : batch.rejects) rejects.push_back(reject);
        return true;
    }
    /// One a line, in order of number and part.
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (const auto& [place, lines] : batches_) all.insert(all.end(), lines.begin(), lines.end());
        return all;
    }

    std::uint64_t in = 0, out = 0, rejected = 0;
    StageCounts counts;
    std::vector<std::uint64_t> origins;
    std::vector<Reject> rejects;
    bool balanced() const { return in + counts.made == out + rejected + counts.filtered + counts.merged + counts.cut; }

  private:
    std::map<std::array<std::uint64_t, 4>, std::vector<std::string>> batches_;
    RunContext* run_;  // while it runs
};

/// Feeds one input, every batch to a slot chosen by chance; a blocking one in any order of batches.
inline void feed(StageOperator& op, std::uint32_t input, const Rows& rows, const Dealing& dealing,
                 std::vector<std::unique_ptr<Slot>>& slots, Collected& out, Memory& memory) {
    std::mt19937 random(dealing.seed + input);
    std::vector<std::size_t> firsts;
    for (std::size_t first = 0; first < rows.rows.size(); first += dealing.batch_rows) firsts.push_back(first);
    if (op.kind(input) != StageKind::ordered) std::shuffle(firsts.begin(), firsts.end(), random);
    for (const std::size_t first : firsts) {
        const std::size_t count = std::min<std::size_t>(dealing.batch_rows, rows.rows.size() - first);
        const std::size_t number = first / dealing.batch_rows;
        const bool raw = dealing.spelled == Spelled::raw || (dealing.spelled == Spelled::mixed && number % 2 == 0);
        Batch batch = make_batch(rows, first, count, raw, memory);
        batch.sequence.number = number;
        out.in += count;
        op.process(std::move(batch), input, *slots[random() % slots.size()], out);
        if (op.kind(input) != StageKind::blocking) continue;
        out.rejected += batch.rejects.size();
        for (const Reject& reject : batch.rejects) out.rejects.push_back(reject);
    }
    if (op.kind(input) == StageKind::blocking)
        for (const auto& slot : slots) op.combine(*slot, input);
}

/// Binds the stage anew and runs it over its inputs, the later ones first.
template <typename Bind>
Collected run(Bind&& bind, const std::vector<Rows>& inputs, const Dealing& dealing, std::size_t limit_bytes = 0) {
    Memory memory(limit_bytes);
    Run context(memory);
    Collected out(context);
    {
        const BoundStage stage = bind();
        std::vector<std::unique_ptr<Slot>> slots;
        for (std::uint32_t i = 0; i < dealing.slots; ++i) slots.push_back(stage.op->make_slot(context));
        for (std::size_t input = inputs.size(); input-- > 0;)
            feed(*stage.op, static_cast<std::uint32_t>(input), inputs[input], dealing, slots, out, memory);
        stage.op->finish(*slots.front(), out);
        for (const auto& slot : slots) {
            out.counts.made += slot->counts.made;
            out.counts.filtered += slot->counts.filtered;
            out.counts.merged += slot->counts.merged;
            out.counts.cut += slot->counts.cut;
        }
    }
    return out;
}

}  // namespace etl::trial
