#include "component/row_choice.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <optional>

#include "component/choice_part.hpp"
#include "component/evaluation.hpp"
#include "component/record_keys.hpp"
#include "component/record_sorter.hpp"
#include "component/row_emission.hpp"
#include "component/row_keys.hpp"
#include "component/source_order.hpp"

namespace etl {

namespace {

struct ChoiceSlot final : EvaluatorSlot {
    using EvaluatorSlot::EvaluatorSlot;
    std::unique_ptr<ChoicePart> part;
    RunContext* run = nullptr;
    // Of the batch under way.
    std::vector<Column> key_columns, value_columns;
    KeyBatch keys, values;
    std::vector<std::uint32_t> numbers, winners, winning_rows;
    std::vector<const char*> stored;
};

class RowChoiceOperator final : public StageOperator {
  public:
    RowChoiceOperator(std::uint32_t stage, std::string label, SchemaPtr schema, RowKeys keys, RowChoice choice,
                      std::optional<RowKeys> value)
        : stage_(stage),
          label_(std::move(label)),
          layouts_(std::move(schema)),
          keys_(std::move(keys)),
          choice_(choice),
          value_(std::move(value)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::blocking; }

    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        auto slot = std::make_unique<ChoiceSlot>(run);
        slot->run = &run;
        return slot;
    }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& /*out*/) override {
        auto& state = static_cast<ChoiceSlot&>(slot);
        if (state.part == nullptr)
            state.part = std::make_unique<ChoicePart>(*state.run, label_, keys_.encoder().fixed_size(), layouts_);
        {
            const ColumnsAsTheyWere restored(batch);
            keys_.evaluate(state.evaluator, batch, state.key_columns);
            if (value_) value_->evaluate(state.evaluator, batch, state.value_columns);
            state.evaluator.reject_failures(batch, stage_);
        }
        keys_.encode(state.key_columns, batch.selected, state.keys);
        if (value_) value_->encode(state.value_columns, batch.selected, state.values);
        state.part->before(batch.selected.size);
        choose(batch, state);
        keep_winners(batch, state);
        state.part->behind();
        std::vector<BufferRef> dropped;
        state.evaluator.arena().hand_over(dropped);
    }

    void combine(Slot& slot, std::uint32_t /*input*/) override {
        auto& state = static_cast<ChoiceSlot&>(slot);
        if (state.part != nullptr) parts_.push_back(std::move(state.part));
    }

    void finish(Slot& slot, Emitter& out) override {
        auto& state = static_cast<ChoiceSlot&>(slot);
        if (parts_.empty()) return;
        const auto largest = std::max_element(parts_.begin(), parts_.end(), [](const auto& a, const auto& b) {
            return a->table().size() < b->table().size();
        });
        std::iter_swap(parts_.begin(), largest);
        BatchSeries series(*state.run, out);
        if (merge_parts(state))
            emit(series);
        else
            emit_spilled(state, series);
        parts_.clear();
    }

  private:
    /// Whether a row that comes later to be looked at is to be kept in place of the one that is.
    bool is_better(std::uint64_t order, std::string_view value, std::uint64_t best, std::string_view best_value) const {
        if (choice_ == RowChoice::first) return order < best;
        const int compared = value.compare(best_value);
        if (compared == 0) return order < best;
        return choice_ == RowChoice::latest ? compared > 0 : compared < 0;
    }

    std::string_view value_of(const Choice& choice, const KeyBatch& values) const {
        if (!value_) return {};
        return choice.is_pending() ? values.key(static_cast<std::uint32_t>(choice.row >> 1))
                                   : stored_key(layouts_, choice.stored_row());
    }
    std::string_view value_of(const SavedChoice& choice) const {
        return value_ ? stored_key(layouts_, choice.row.data()) : std::string_view();
    }

    void choose(const Batch& batch, ChoiceSlot& state) const {
        ChoicePart& part = *state.part;
        const std::uint64_t order = order_of(batch.sequence);
        const std::uint32_t known = part.table().size();
        state.numbers.resize(batch.selected.size);
        part.table().put(state.keys, state.numbers.data());
        state.counts.merged += batch.selected.size - (part.table().size() - known);
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            Choice& choice = part.choice(state.numbers[i]);
            const std::uint64_t place = order + batch.selected[i];
            if (choice.row == 0) {
                choice = {place, place, Choice::pending(i)};
                continue;
            }
            choice.first = std::min(choice.first, place);
            const std::string_view value = value_ ? state.values.key(i) : std::string_view();
            if (!is_better(place, value, choice.best, value_of(choice, state.values))) continue;
            if (!choice.is_pending()) part.drop(choice.stored_row());
            choice.best = place;
            choice.row = Choice::pending(i);
        }
    }

    /// Stores the rows of the batch that are the best so far.
    void keep_winners(const Batch& batch, ChoiceSlot& state) const {
        ChoicePart& part = *state.part;
        state.winners.clear();
        state.winning_rows.clear();
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            if (part.choice(state.numbers[i]).row != Choice::pending(i)) continue;
            state.winners.push_back(i);
            state.winning_rows.push_back(batch.selected[i]);
        }
        const auto count = static_cast<std::uint32_t>(state.winners.size());
        state.stored.resize(count);
        if (value_ && count != batch.selected.size) {
            const Selection rows{state.winning_rows.data(), count};
            value_->encode(state.value_columns, rows, state.values);
        }
        part.pages().append(batch, {state.winning_rows.data(), count}, value_ ? &state.values : nullptr,
                            state.stored.data());
        for (std::uint32_t i = 0; i < count; ++i)
            part.choice(state.numbers[state.winners[i]]).row = reinterpret_cast<std::uintptr_t>(state.stored[i]);
    }

    /// Puts all keys into the first part. False: there is no memory for that, they are all written out.
    bool merge_parts(ChoiceSlot& state) {
        ChoicePart& all = *parts_.front();
        bool fits = std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->runs().empty(); });
        std::size_t merged = 1;
        for (; fits && merged < parts_.size(); ++merged) {
            fits = !all.lacks_room(parts_[merged].get());
            if (!fits || is_cancelled(*state.run)) break;
            state.counts.merged += merge(*parts_[merged]);
            parts_[merged]->drop_table();
        }
        if (fits && !all.lacks_room(nullptr)) return true;
        for (const auto& part : parts_) part->spill();
        return false;
    }

    /// Merges a part into the first one; how many keys both had. Its rows stay where they are.
    std::uint64_t merge(ChoicePart& from) {
        ChoicePart& into = *parts_.front();
        const std::uint32_t known = into.table().size();
        const std::uint32_t count = from.table().size();
        std::vector<std::uint32_t> numbers;
        into.table().put_all(from.table(), numbers);
        const KeyBatch none;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Choice& other = from.choice(i);
            Choice& choice = into.choice(numbers[i]);
            if (choice.row == 0) {
                choice = other;
                continue;
            }
            choice.first = std::min(choice.first, other.first);
            if (is_better(other.best, value_of(other, none), choice.best, value_of(choice, none))) {
                choice.best = other.best;
                choice.row = other.row;
            }
        }
        return count - (into.table().size() - known);
    }

    /// Brings the records of one key together, then the rows that are kept into the order of first appearance.
    void emit_spilled(ChoiceSlot& state, BatchSeries& series) {
        std::vector<RecordRun> runs;
        for (const auto& part : parts_) std::move(part->runs().begin(), part->runs().end(), std::back_inserter(runs));
        parts_.clear();
        RecordSorter sorter(*state.run, label_);
        state.counts.merged += merge_records(std::move(runs), *state.run, sorter);
        sorter.finish();
        const RowReader reader(layouts_);
        RowGatherer rows(reader, series);
        while (sorter.next())
            if (!rows.add(sorter.value())) return;
        if (!is_cancelled(*state.run)) rows.finish();
    }

    std::uint64_t merge_records(std::vector<RecordRun> runs, const RunContext& run, RecordSorter& sorter) const {
        StageMemory account(run.memory, label_, StageMemory::Beyond::spilled);
        RunMerge merge(std::move(runs), run, account);
        std::uint64_t merged = 0, first = 0;
        std::string key, best;
        const auto add = [&] { sorter.add(SpelledOrder(first), SavedChoice(best).row); };
        while (merge.next() && !is_cancelled(run)) {
            const SavedChoice other(merge.value());
            if (!best.empty() && key == merge.key()) {
                ++merged;
                first = std::min(first, other.first);
                const SavedChoice kept(best);
                if (is_better(other.best, value_of(other), kept.best, value_of(kept))) best = merge.value();
                continue;
            }
            if (!best.empty()) add();
            key = merge.key();
            best = merge.value();
            first = other.first;
        }
        if (!best.empty()) add();
        return merged;
    }

    void emit(BatchSeries& series) {
        RunContext& run = series.run();
        KeyTable& table = parts_.front()->table();
        StageMemory account(run.memory, label_, StageMemory::Beyond::spilled);
        GrowingBytes held(account);
        held.grow(std::size_t{table.size()} * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        std::uint64_t differing = 0;
        bool in_order = true;
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            const auto& choice = table.payload_as<Choice>(i);
            items[i] = {choice.first, choice.row};
            differing |= items[i].key ^ items[0].key;
            in_order &= i == 0 || items[i - 1].key < items[i].key;
        }
        if (!in_order) {
            GrowingBytes scratch(account);
            scratch.grow(std::size_t{table.size()} * sizeof(SortItem), GrowingBytes::Use::soon);
            radix_sort(items, reinterpret_cast<SortItem*>(scratch.data()), table.size(),
                       static_cast<unsigned>(std::bit_width(differing)));
        }
        emit_rows(RowReader(layouts_), {items, table.size()}, RowAddress::value, series);
    }

    std::uint32_t stage_;
    std::string label_;
    RowLayouts layouts_;
    RowKeys keys_;
    RowChoice choice_;
    std::optional<RowKeys> value_;
    std::vector<std::unique_ptr<ChoicePart>> parts_;
};

}  // namespace

BoundStage make_row_choice(const StageArguments& arguments, std::string label, std::vector<ExprPtr> keys,
                           RowChoice choice, ExprPtr value) {
    BoundStage stage = pass_through(arguments);
    stage.needs_whole_input = false;
    std::vector<RowKeys::Part> parts;
    for (ExprPtr& key : keys) parts.push_back({std::move(key)});
    std::optional<RowKeys> values;
    if (value != nullptr)
        values.emplace(std::vector<RowKeys::Part>{{std::move(value), false, choice == RowChoice::latest}},
                       KeyUse::order);
    stage.op =
        std::make_shared<RowChoiceOperator>(arguments.stage, std::move(label), stage.outputs[0],
                                            RowKeys(std::move(parts), KeyUse::equality), choice, std::move(values));
    return stage;
}

}  // namespace etl
