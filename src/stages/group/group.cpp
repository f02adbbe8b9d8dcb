#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "base/error.hpp"
#include "component/evaluation.hpp"
#include "component/row_emission.hpp"
#include "component/row_keys.hpp"
#include "component/source_order.hpp"
#include "data/gather.hpp"
#include "data/print.hpp"
#include "stages/group/group_state.hpp"
#include "stages/group/merged_groups.hpp"

namespace etl {

namespace {

struct GroupSlot final : EvaluatorSlot {
    explicit GroupSlot(RunContext& context) : EvaluatorSlot(context), run(&context) {}
    RunContext* run;
    std::unique_ptr<GroupState> groups;
    // Of the batch under way.
    std::vector<Column> key_columns, inputs;
    KeyBatch keys;
};

/// What a group by is made of.
struct GroupPlan {
    std::uint32_t stage = 0;
    std::string label;
    std::vector<BoundAssign> keys;
    std::vector<BoundAssign> results;
    SchemaPtr inner;   // the keys, then the aggregates: what results are made of
    SchemaPtr output;  // the keys, then the results
};

class Group final : public StageOperator {
  public:
    Group(GroupPlan plan, RowKeys keys, std::vector<BoundAggregate> aggregates)
        : plan_(std::move(plan)), keys_(std::move(keys)), layout_(std::move(aggregates)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::blocking; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<GroupSlot>(run); }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& /*out*/) override {
        auto& state = static_cast<GroupSlot&>(slot);
        if (state.groups == nullptr) state.groups = make_groups(*state.run);
        keys_.evaluate(state.evaluator, batch, state.key_columns);
        state.inputs.clear();
        for (const BoundAggregate& aggregate : layout_.aggregates())
            for (const ExprPtr& argument : aggregate.args)
                state.inputs.push_back(evaluate_flat(*argument, state.evaluator, batch));
        state.evaluator.reject_failures(batch, plan_.stage);
        if (keys_.size() != 0) keys_.encode(state.key_columns, batch.selected, state.keys);
        const std::uint32_t added = state.groups->add(keys_.size() == 0 ? nullptr : &state.keys, state.inputs,
                                                      batch.selected, batch.rows, order_of(batch.sequence));
        state.counts.merged += batch.selected.size - added;
        std::vector<BufferRef> dropped;
        state.evaluator.arena().hand_over(dropped);
    }

    void combine(Slot& slot, std::uint32_t /*input*/) override {
        auto& state = static_cast<GroupSlot&>(slot);
        if (state.groups != nullptr) parts_.push_back(std::move(state.groups));
    }

    void finish(Slot& slot, Emitter& out) override {
        auto& state = static_cast<GroupSlot&>(slot);
        if (parts_.empty()) parts_.push_back(make_groups(*state.run));
        const auto largest = std::max_element(parts_.begin(), parts_.end(), [](const auto& a, const auto& b) {
            return a->table().size() < b->table().size();
        });
        std::iter_swap(parts_.begin(), largest);
        BatchSeries series(*state.run, out);
        if (merge_parts(state))
            emit(*parts_.front(), state, series);
        else
            emit_spilled(state, series);
        parts_.clear();
    }

  private:
    std::uint32_t key_bytes() const { return keys_.size() == 0 ? 1 : keys_.encoder().fixed_size(); }
    std::unique_ptr<GroupState> make_groups(RunContext& run) const {
        return std::make_unique<GroupState>(layout_, key_bytes(), run, plan_.label);
    }

    /// Puts all groups into the first part. False: there is no memory for that, they are all written out.
    bool merge_parts(GroupSlot& state) {
        GroupState& groups = *parts_.front();
        bool fits = std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->runs().empty(); });
        std::size_t merged = 1;
        for (; fits && merged < parts_.size(); ++merged) {
            fits = !groups.lacks_room(parts_[merged].get());
            if (!fits || is_cancelled(*state.run)) break;
            state.counts.merged += parts_[merged]->table().size() - groups.merge(*parts_[merged]);
        }
        if (keys_.size() == 0 && fits && groups.table().size() == 0) {
            groups.add_only_group();
            state.counts.made += 1;
        }
        if (fits && !groups.lacks_room(nullptr)) return true;
        groups.spill();
        for (; merged < parts_.size(); ++merged) parts_[merged]->spill();
        return false;
    }

    void emit_spilled(GroupSlot& slot, BatchSeries& series) {
        std::vector<RecordRun> runs;
        for (const auto& part : parts_) std::move(part->runs().begin(), part->runs().end(), std::back_inserter(runs));
        parts_.clear();
        MergedGroups merged(std::move(runs), layout_, key_bytes(), *slot.run, plan_.label);
        slot.counts.merged += merged.merged();
        std::vector<SortItem> items;
        while (const GroupState* groups = merged.next(series.most_rows())) {
            for (std::uint32_t i = static_cast<std::uint32_t>(items.size()); i < groups->table().size(); ++i)
                items.push_back({0, i});
            if (!series.push(make_batch(*groups, {items.data(), groups->table().size()}, slot.evaluator))) return;
        }
    }

    void emit(const GroupState& groups, GroupSlot& slot, BatchSeries& series) const {
        const std::uint32_t count = groups.table().size();
        StageMemory account(slot.run->memory, plan_.label, StageMemory::Beyond::spilled);
        GrowingBytes held(account);
        held.grow(std::size_t{count} * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        std::uint64_t differing = 0;
        bool in_order = true;
        for (std::uint32_t group = 0; group < count; ++group) {
            items[group] = {groups.first_seen(group), group};
            differing |= items[group].key ^ items[0].key;
            in_order &= group == 0 || items[group - 1].key < items[group].key;
        }
        if (!in_order) {
            GrowingBytes scratch(account);
            scratch.grow(std::size_t{count} * sizeof(SortItem), GrowingBytes::Use::soon);
            radix_sort(items, reinterpret_cast<SortItem*>(scratch.data()), count,
                       static_cast<unsigned>(std::bit_width(differing)));
        }
        for (std::uint32_t first = 0; first < count; first += series.most_rows()) {
            const std::uint32_t size = std::min(series.most_rows(), count - first);
            if (!series.push(make_batch(groups, {items + first, size}, slot.evaluator))) return;
        }
    }

    Batch make_batch(const GroupState& groups, std::span<const SortItem> items, Evaluator& evaluator) const {
        Arena& arena = evaluator.arena();
        const auto count = static_cast<std::uint32_t>(items.size());
        Batch batch;
        batch.schema = plan_.inner.get();
        batch.rows = count;
        batch.selected = {nullptr, count};
        batch.origin.source = kNoSource;
        read_keys(groups.table(), items, batch, arena);
        read_aggregates(groups.table(), items, batch, arena);
        std::vector<Column> made(batch.columns.begin(),
                                 batch.columns.begin() + static_cast<std::ptrdiff_t>(plan_.keys.size()));
        for (const BoundAssign& result : plan_.results) {
            made.push_back(evaluator.evaluate(*result.value, batch, batch.selected));
            evaluator.reject_failures(batch, plan_.stage, result.name);
        }
        batch.columns = std::move(made);
        batch.schema = plan_.output.get();
        evaluator.hand_over(batch);
        return batch;
    }

    void read_keys(const KeyTable& table, std::span<const SortItem> items, Batch& batch, Arena& arena) const {
        std::vector<ColumnBuilder> builders;
        for (const BoundAssign& key : plan_.keys) builders.emplace_back(key.value->type, arena.memory());
        if (builders.empty()) return;
        for (const SortItem& item : items)
            keys_.encoder().decode(table.key(static_cast<std::uint32_t>(item.value)), builders);
        for (ColumnBuilder& builder : builders) batch.columns.push_back(builder.finish(batch.keep));
    }

    /// States are copied together in the order of the items first.
    void read_aggregates(const KeyTable& table, std::span<const SortItem> items, Batch& batch, Arena& arena) const {
        const std::size_t stride = table.stride();
        auto* const states = static_cast<char*>(arena.take(items.size() * stride));
        const std::uint32_t bytes = layout_.payload_bytes();
        for (std::size_t i = 0; i < items.size(); ++i)
            std::memcpy(states + i * stride, table.payload(static_cast<std::uint32_t>(items[i].value)), bytes);
        for (std::size_t i = 0; i < layout_.aggregates().size(); ++i) {
            const BoundAggregate& aggregate = layout_.aggregates()[i];
            Column column;
            column.type = aggregate.type;
            std::uint32_t bad = 0;
            const AggregateStatus status = aggregate.overload->finish(
                states + layout_.state_offset(i), stride, batch.rows, aggregate.prepared.get(), arena, column, &bad);
            if (status == AggregateStatus::overflow)
                throw Error("E506", "`" + plan_.label + "`: `" + std::string(aggregate.spec->name) +
                                        "` is out of range" + group_name(batch, bad));
            batch.columns.push_back(std::move(column));
        }
    }

    /// " in the group customer_id = 17, day = 2024-01-31"
    std::string group_name(const Batch& batch, std::uint32_t row) const {
        std::string name;
        for (std::size_t i = 0; i < plan_.keys.size(); ++i) {
            name += (i == 0 ? " in the group " : ", ") + plan_.keys[i].name + " = ";
            if (plan_.keys[i].value->is_private)
                name += "***";
            else if (!batch.columns[i].is_valid(row))
                name += "null";
            else
                append_text(name, batch.columns[i], row);
        }
        return name;
    }

    GroupPlan plan_;
    RowKeys keys_;
    GroupLayout layout_;
    std::vector<std::unique_ptr<GroupState>> parts_;
};

Field field_of(const BoundAssign& assign) {
    Field field;
    field.name = assign.name;
    field.type = assign.value->type;
    field.is_private = assign.value->is_private;
    return field;
}

BoundStage bind_group(const StageArguments& arguments, Diagnostics& diagnostics) {
    GroupPlan plan;
    plan.stage = arguments.stage;
    if (arguments.has(1)) plan.keys = arguments.get<std::vector<BoundAssign>>(1);
    const auto& block = arguments.get<BoundAggregates>(2);
    plan.results = block.results;
    std::vector<std::string> names;
    std::vector<RowKeys::Part> parts;
    Schema inner, output;
    BoundStage stage;
    stage.flow.reads = {std::vector<bool>(arguments.inputs[0].schema->size())};
    for (const BoundAssign& key : plan.keys) {
        names.push_back(key.name);
        parts.push_back({key.value});
        inner.fields.push_back(field_of(key));
        output.fields.push_back(field_of(key));
        mark_columns(*key.value, stage.flow.reads[0]);
    }
    for (const BoundAggregate& aggregate : block.aggregates) {
        Field field;
        field.name = aggregate.spec->name;
        field.type = aggregate.type;
        for (const ExprPtr& argument : aggregate.args) {
            mark_columns(*argument, stage.flow.reads[0]);
            field.is_private |= argument->is_private;
        }
        inner.fields.push_back(std::move(field));
    }
    for (const BoundAssign& result : plan.results) {
        const bool twice = std::any_of(output.fields.begin(), output.fields.end(),
                                       [&](const Field& field) { return field.name == result.name; });
        if (twice) {
            diagnostics.error("E322", result.span, "there is a column `" + result.name + "` already",
                              "two columns would have this name", {"give one of them another name"});
            return {};
        }
        output.fields.push_back(field_of(result));
    }
    plan.label = stage_label("group", names);
    plan.inner = std::make_shared<const Schema>(std::move(inner));
    plan.output = std::make_shared<const Schema>(std::move(output));
    stage.outputs = {plan.output};
    stage.flow.passes.assign(plan.output->size(), -1);
    stage.needs_whole_input = true;
    stage.op = std::make_shared<Group>(std::move(plan), RowKeys(std::move(parts), KeyUse::equality), block.aggregates);
    return stage;
}

constexpr StagePart kParts[] = {{.kind = PartKind::word, .word = "per run", .required = false},
                                {.kind = PartKind::group_keys, .word = "by", .required = false},
                                {.kind = PartKind::assigns, .scope = PartScope::aggregate}};
constexpr StageExample kExamples[] = {
    {"group by country { orders = count(), total = sum(amount) }",
     "one row a country, in the order of their first rows"},
    {"group by day = date(placed_at) { mean = sum(amount) / count() }", "a key may be computed, results may be too"},
    {"group { n = count() }", "one row over all, also over nothing"},
    {"group per run by country { orders = count() }", "behind an incremental source: over the rows that are new"},
};
constexpr StageSpec kSpec{.name = "group",
                          .summary =
                              "Makes one row of all rows with equal keys, with aggregates of their values; groups "
                              "come in the order in which they first appear.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_group};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
