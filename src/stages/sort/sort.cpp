#include <algorithm>
#include <iterator>

#include "component/evaluation.hpp"
#include "component/row_emission.hpp"
#include "component/row_keys.hpp"
#include "stages/sort/sort_part.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kMostWords = 4;  // of a key, in an entry

struct SortSlot final : EvaluatorSlot {
    explicit SortSlot(RunContext& context) : EvaluatorSlot(context), run(&context) {}
    RunContext* run;
    std::unique_ptr<SortPart> part;
    // Of the batch under way.
    std::vector<Column> values;
    KeyBatch keys;
};

class Sort final : public StageOperator {
  public:
    Sort(std::uint32_t stage, std::string label, SchemaPtr schema, RowKeys keys)
        : stage_(stage), label_(std::move(label)), layouts_(std::move(schema)), keys_(std::move(keys)) {
        const std::uint32_t key_bytes = keys_.encoder().fixed_size();
        words_ = key_bytes == 0 ? kMostWords : std::min(kMostWords, (key_bytes + 7) / 8);
    }

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::blocking; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<SortSlot>(run); }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& /*out*/) override {
        auto& state = static_cast<SortSlot&>(slot);
        if (state.part == nullptr) state.part = std::make_unique<SortPart>(*state.run, label_, layouts_, words_);
        {
            const ColumnsAsTheyWere restored(batch);
            keys_.evaluate(state.evaluator, batch, state.values);
            state.evaluator.reject_failures(batch, stage_);
        }
        keys_.encode(state.values, batch.selected, state.keys);
        state.part->add(batch, state.keys);
        std::vector<BufferRef> dropped;
        state.evaluator.arena().hand_over(dropped);
    }

    void combine(Slot& slot, std::uint32_t /*input*/) override {
        auto& state = static_cast<SortSlot&>(slot);
        if (state.part != nullptr) parts_.push_back(std::move(state.part));
    }

    void finish(Slot& slot, Emitter& out) override {
        RunContext& run = *static_cast<SortSlot&>(slot).run;
        const bool spilled =
            std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return !part->runs().empty(); });
        BatchSeries series(run, out);
        if (spilled)
            emit_merged(run, series);
        else
            emit_sorted(run, series);
        parts_.clear();
    }

  private:
    void emit_sorted(RunContext& run, BatchSeries& series) const {
        StageMemory account(run.memory, label_, StageMemory::Beyond::spilled);
        std::size_t count = 0, most_key_bytes = 0;
        for (const auto& part : parts_) {
            part->release_scratch();
            count += part->size();
            most_key_bytes = std::max(most_key_bytes, part->most_key_bytes());
        }
        if (count == 0) return;
        GrowingBytes held(account);
        held.grow(count * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        SortPart::list(parts_, items);
        const KeySorter sorter(layouts_, words_, most_key_bytes);
        GrowingBytes scratch(account);
        scratch.grow(count * sizeof(SortItem), GrowingBytes::Use::soon);
        const bool resolved = sorter.sort(items, reinterpret_cast<SortItem*>(scratch.data()), count);
        scratch.reset();
        if (is_cancelled(run)) return;
        if (resolved)
            for (const auto& part : parts_) part->drop_entries();
        emit_rows(RowReader(layouts_), {items, count}, resolved ? RowAddress::value : RowAddress::pointed, series);
    }

    void emit_merged(RunContext& run, BatchSeries& series) const {
        std::vector<RecordRun> runs;
        for (const auto& part : parts_) {
            part->spill();
            std::move(part->runs().begin(), part->runs().end(), std::back_inserter(runs));
            part->runs().clear();
        }
        StageMemory account(run.memory, label_, StageMemory::Beyond::spilled);
        RunMerge merge(std::move(runs), run, account);
        const RowReader reader(layouts_);
        RowGatherer rows(reader, series);
        while (merge.next())
            if (!rows.add(merge.value())) return;
        if (!is_cancelled(run)) rows.finish();
    }

    std::uint32_t stage_;
    std::string label_;
    RowLayouts layouts_;
    RowKeys keys_;
    std::uint32_t words_ = 0;
    std::vector<std::unique_ptr<SortPart>> parts_;
};

BoundStage bind_sort(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    BoundStage stage = pass_through(arguments);
    std::vector<RowKeys::Part> parts;
    std::vector<std::string> names;
    for (const BoundSortKey& key : arguments.get<std::vector<BoundSortKey>>(0)) {
        parts.push_back({key.value, key.descending, key.nulls_first});
        names.push_back(key_name(*key.value));
    }
    stage.op = std::make_shared<Sort>(arguments.stage, stage_label("sort", names), stage.outputs[0],
                                      RowKeys(std::move(parts), KeyUse::order));
    return stage;
}

constexpr StagePart kParts[] = {{.kind = PartKind::sort_keys, .word = "by"}};
constexpr StageExample kExamples[] = {
    {"sort by country, amount desc", "by country, within it the greatest amounts first"},
    {"sort by paid_at nulls first", "rows without a date come first; else they are last"},
};
constexpr StageSpec kSpec{.name = "sort",
                          .summary = "Sorts the rows; rows with equal keys keep their order, nulls come last.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_sort};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
