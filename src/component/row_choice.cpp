#include "component/row_choice.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "component/evaluation.hpp"
#include "component/key_table.hpp"
#include "component/row_emission.hpp"
#include "component/row_keys.hpp"
#include "component/row_pages.hpp"
#include "component/source_order.hpp"

namespace etl {

namespace {

constexpr std::size_t kTidied_bytes = 8UL << 20;  // rows below that are not worth tidying

/// What is known of a key.
struct Choice {
    std::uint64_t first;  // order of its first appearance
    std::uint64_t best;   // order of the row that is kept
    std::uint64_t row;    // its address; odd: it is row number row / 2 of the batch under way; 0: none yet
};

std::uint64_t pending(std::uint32_t i) { return (std::uint64_t{i} << 1) | 1; }
bool is_pending(std::uint64_t row) { return (row & 1) != 0; }
const char* stored_row(std::uint64_t row) { return reinterpret_cast<const char*>(row); }

/// What a worker has seen; handed over to the operator.
struct ChoicePart {
    ChoicePart(Memory& memory, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts)
        : account(memory, label),
          table(std::make_unique<KeyTable>(key_bytes, static_cast<std::uint32_t>(sizeof(Choice)), account)),
          pages(std::make_unique<RowPages>(layouts, account)) {}
    StageMemory account;
    std::unique_ptr<KeyTable> table;
    std::unique_ptr<RowPages> pages;
    std::size_t dropped_bytes = 0;  // of rows that are kept no longer
};

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
            state.part =
                std::make_unique<ChoicePart>(state.run->memory, label_, keys_.encoder().fixed_size(), layouts_);
        {
            const ColumnsAsTheyWere restored(batch);
            keys_.evaluate(state.evaluator, batch, state.key_columns);
            if (value_) value_->evaluate(state.evaluator, batch, state.value_columns);
            state.evaluator.reject_failures(batch, stage_);
        }
        keys_.encode(state.key_columns, batch.selected, state.keys);
        if (value_) value_->encode(state.value_columns, batch.selected, state.values);
        choose(batch, state);
        keep_winners(batch, state);
        tidy(*state.part);
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
            return a->table->size() < b->table->size();
        });
        std::iter_swap(parts_.begin(), largest);
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            state.counts.merged += merge(*parts_[i]->table);
            parts_[i]->table.reset();
            if (is_cancelled(*state.run)) return;
        }
        emit(*state.run, out);
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

    std::string_view value_of(std::uint64_t row, const KeyBatch& values) const {
        if (!value_) return {};
        return is_pending(row) ? values.key(static_cast<std::uint32_t>(row >> 1))
                               : stored_key(layouts_, stored_row(row));
    }

    void choose(const Batch& batch, ChoiceSlot& state) const {
        ChoicePart& part = *state.part;
        const std::uint64_t order = order_of(batch.sequence);
        const std::uint32_t known = part.table->size();
        state.numbers.resize(batch.selected.size);
        part.table->put(state.keys, state.numbers.data());
        state.counts.merged += batch.selected.size - (part.table->size() - known);
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            auto& choice = part.table->payload_as<Choice>(state.numbers[i]);
            const std::uint64_t place = order + batch.selected[i];
            if (choice.row == 0) {
                choice = {place, place, pending(i)};
                continue;
            }
            choice.first = std::min(choice.first, place);
            const std::string_view value = value_ ? state.values.key(i) : std::string_view();
            if (!is_better(place, value, choice.best, value_of(choice.row, state.values))) continue;
            if (!is_pending(choice.row))
                part.dropped_bytes += reinterpret_cast<const StoredRow*>(stored_row(choice.row))->size;
            choice.best = place;
            choice.row = pending(i);
        }
    }

    /// Stores the rows of the batch that are the best so far.
    void keep_winners(const Batch& batch, ChoiceSlot& state) const {
        ChoicePart& part = *state.part;
        state.winners.clear();
        state.winning_rows.clear();
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            if (part.table->payload_as<Choice>(state.numbers[i]).row != pending(i)) continue;
            state.winners.push_back(i);
            state.winning_rows.push_back(batch.selected[i]);
        }
        const auto count = static_cast<std::uint32_t>(state.winners.size());
        state.stored.resize(count);
        if (value_ && count != batch.selected.size) {
            const Selection rows{state.winning_rows.data(), count};
            value_->encode(state.value_columns, rows, state.values);
        }
        part.pages->append(batch, {state.winning_rows.data(), count}, value_ ? &state.values : nullptr,
                           state.stored.data());
        for (std::uint32_t i = 0; i < count; ++i)
            part.table->payload_as<Choice>(state.numbers[state.winners[i]]).row =
                reinterpret_cast<std::uintptr_t>(state.stored[i]);
    }

    /// Copies what is kept together once most of the pages is not.
    void tidy(ChoicePart& part) {
        if (part.pages->rows_bytes() < kTidied_bytes || part.dropped_bytes < part.pages->rows_bytes() / 2) return;
        auto fresh = std::make_unique<RowPages>(layouts_, part.account);
        for (std::uint32_t i = 0; i < part.table->size(); ++i) {
            auto& choice = part.table->payload_as<Choice>(i);
            choice.row = reinterpret_cast<std::uintptr_t>(fresh->append_copy(stored_row(choice.row)));
        }
        part.pages = std::move(fresh);
        part.dropped_bytes = 0;
    }

    /// Merges a table into the first part's; how many keys both had.
    std::uint64_t merge(const KeyTable& from) {
        KeyTable& table = *parts_.front()->table;
        const std::uint32_t known = table.size();
        std::vector<std::uint32_t> numbers;
        table.put_all(from, numbers);
        const KeyBatch none;
        for (std::uint32_t i = 0; i < from.size(); ++i) {
            const auto& other = from.payload_as<Choice>(i);
            auto& choice = table.payload_as<Choice>(numbers[i]);
            if (choice.row == 0) {
                choice = other;
                continue;
            }
            choice.first = std::min(choice.first, other.first);
            if (is_better(other.best, value_of(other.row, none), choice.best, value_of(choice.row, none))) {
                choice.best = other.best;
                choice.row = other.row;
            }
        }
        return from.size() - (table.size() - known);
    }

    void emit(RunContext& run, Emitter& out) {
        const KeyTable& table = *parts_.front()->table;
        StageMemory account(run.memory, label_);
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
        BatchSeries series(run, out);
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
