#include <algorithm>
#include <cstring>

#include "component/evaluation.hpp"
#include "component/row_emission.hpp"
#include "component/row_keys.hpp"
#include "component/row_pages.hpp"
#include "component/source_order.hpp"
#include "stages/sort/key_sorter.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kMostWords = 4;  // of a key, in an entry

/// The entries of one batch, in its order.
struct SortRun {
    std::uint64_t order;
    std::size_t first;  // entry
    std::size_t count;
};

/// What a worker has seen; handed over to the operator.
struct SortPart {
    SortPart(Memory& memory, const std::string& label, RowLayouts& layouts)
        : account(memory, label), pages(layouts, account), entries(account) {}
    StageMemory account;
    RowPages pages;
    GrowingBytes entries;
    std::size_t entry_count = 0;
    std::size_t most_key_bytes = 0;
    std::vector<SortRun> runs;
};

struct SortSlot final : EvaluatorSlot {
    explicit SortSlot(RunContext& context) : EvaluatorSlot(context), run(&context) {}
    RunContext* run;
    std::unique_ptr<SortPart> part;
    // Of the batch under way.
    std::vector<Column> values;
    KeyBatch keys, tails;
    std::vector<const char*> stored;
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
        if (state.part == nullptr) state.part = std::make_unique<SortPart>(state.run->memory, label_, layouts_);
        {
            const ColumnsAsTheyWere restored(batch);
            keys_.evaluate(state.evaluator, batch, state.values);
            state.evaluator.reject_failures(batch, stage_);
        }
        keys_.encode(state.values, batch.selected, state.keys);
        state.stored.resize(batch.selected.size);
        state.part->pages.append(batch, batch.selected, cut_tails(state) ? &state.tails : nullptr, state.stored.data());
        add_entries(batch, state);
        std::vector<BufferRef> dropped;
        state.evaluator.arena().hand_over(dropped);
    }

    void combine(Slot& slot, std::uint32_t /*input*/) override {
        auto& state = static_cast<SortSlot&>(slot);
        if (state.part != nullptr) parts_.push_back(std::move(state.part));
    }

    void finish(Slot& slot, Emitter& out) override {
        RunContext& run = *static_cast<SortSlot&>(slot).run;
        StageMemory account(run.memory, label_);
        std::size_t count = 0, most_key_bytes = 0;
        for (const auto& part : parts_) {
            count += part->entry_count;
            most_key_bytes = std::max(most_key_bytes, part->most_key_bytes);
        }
        if (count == 0) return;
        GrowingBytes held(account);
        held.grow(count * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        list_entries(items);
        const KeySorter sorter(layouts_, words_, most_key_bytes);
        GrowingBytes scratch(account);
        scratch.grow(count * sizeof(SortItem), GrowingBytes::Use::soon);
        const bool resolved = sorter.sort(items, reinterpret_cast<SortItem*>(scratch.data()), count);
        scratch.reset();
        if (is_cancelled(run)) return;
        if (resolved)
            for (const auto& part : parts_) part->entries.reset();
        BatchSeries series(run, out);
        emit_rows(RowReader(layouts_), {items, count}, resolved ? RowAddress::value : RowAddress::pointed, series);
        parts_.clear();
    }

  private:
    /// What the entries have no room for goes with the rows. False: nothing does.
    bool cut_tails(SortSlot& state) const {
        const std::size_t head = words_ * sizeof(std::uint64_t);
        KeyBatch& tails = state.tails;
        tails.bytes.clear();
        tails.offsets.assign(1, 0);
        for (std::uint32_t i = 0; i < state.keys.count; ++i) {
            const std::string_view key = state.keys.key(i);
            if (key.size() > head) tails.bytes.insert(tails.bytes.end(), key.begin() + head, key.end());
            tails.offsets.push_back(static_cast<std::uint32_t>(tails.bytes.size()));
        }
        tails.count = state.keys.count;
        return !tails.bytes.empty();
    }

    void add_entries(const Batch& batch, SortSlot& state) const {
        SortPart& part = *state.part;
        const std::uint32_t count = batch.selected.size;
        const std::size_t entry_bytes = SortEntry::entry_bytes(words_);
        const std::size_t needed = (part.entry_count + count) * entry_bytes;
        if (needed > part.entries.capacity_bytes())
            part.entries.grow(std::max(needed, part.entries.capacity_bytes() / 2 * 3));
        char* to = part.entries.data() + part.entry_count * entry_bytes;
        for (std::uint32_t i = 0; i < count; ++i, to += entry_bytes) {
            auto& entry = *reinterpret_cast<SortEntry*>(to);
            entry.row = state.stored[i];
            const std::string_view key = state.keys.key(i);
            part.most_key_bytes = std::max(part.most_key_bytes, key.size());
            char padded[kMostWords * 8] = {};
            std::memcpy(padded, key.data(), std::min<std::size_t>(key.size(), words_ * 8));
            for (std::uint32_t word = 0; word < words_; ++word) {
                std::uint64_t bytes;
                std::memcpy(&bytes, padded + word * 8, 8);
                entry.words[word] = __builtin_bswap64(bytes);
            }
        }
        part.runs.push_back({order_of(batch.sequence), part.entry_count, count});
        part.entry_count += count;
    }

    /// All entries in source order.
    void list_entries(SortItem* items) const {
        struct PartRun {
            SortRun run;
            const char* entries;
        };
        std::vector<PartRun> runs;
        for (const auto& part : parts_)
            for (const SortRun& run : part->runs) runs.push_back({run, part->entries.data()});
        std::sort(runs.begin(), runs.end(),
                  [](const PartRun& a, const PartRun& b) { return a.run.order < b.run.order; });
        const std::size_t entry_bytes = SortEntry::entry_bytes(words_);
        for (const PartRun& each : runs) {
            auto address = reinterpret_cast<std::uintptr_t>(each.entries + each.run.first * entry_bytes);
            for (std::size_t i = 0; i < each.run.count; ++i, address += entry_bytes) *items++ = {0, address};
        }
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
