#include "runtime/preview.hpp"

#include <algorithm>

namespace etl {

struct Preview::Node {
    PreviewStage shown;
    std::vector<SchemaPtr> inputs;
    std::vector<SchemaPtr> outputs;
    std::vector<bool> is_blocking;                    // by input
    std::vector<std::vector<std::int32_t>> replaces;  // by port: columns_before of input 0
    std::vector<std::int32_t> passes;                 // of the stage, by output column
    // While a batch is in the node, which gives out what it makes of it:
    std::unique_ptr<BatchCells> before;
    std::vector<bool> accounted;  // rows of it that came out or were refused
};

std::vector<std::int32_t> columns_before(const Schema& before, const Schema& after) {
    std::vector<std::int32_t> found;
    for (const Field& field : after.fields) {
        const auto column = before.find(field.name, field.qualifier);
        found.push_back(column ? static_cast<std::int32_t>(*column) : -1);
    }
    return found;
}

Preview::Preview(const Plan& plan, std::size_t most_rows)
    : maker_(plan.pipeline.secrets), places_(plan), most_rows_(most_rows) {
    for (const PlanNode& planned : plan.nodes) {
        auto node = std::make_unique<Node>();
        for (const NodePort& input : planned.bound.inputs)
            node->inputs.push_back(plan.nodes[input.node].bound.outputs[input.port]);
        for (std::uint32_t input = 0; input < node->inputs.size(); ++input)
            node->is_blocking.push_back(planned.kind(input) == StageKind::blocking);
        node->outputs = planned.bound.outputs;
        node->passes = planned.bound.stage.flow.passes;
        for (const SchemaPtr& output : node->outputs) {
            node->shown.ports.push_back({{}, std::vector<std::uint64_t>(output->size())});
            if (!node->inputs.empty()) node->replaces.push_back(columns_before(*node->inputs[0], *output));
        }
        nodes_.push_back(std::move(node));
    }
}

Preview::~Preview() = default;

const PreviewStage& Preview::stage(std::uint32_t node) const { return nodes_[node]->shown; }

bool Preview::is_blocking(std::uint32_t node, std::uint32_t input) const { return nodes_[node]->is_blocking[input]; }

void Preview::enters(std::uint32_t number, std::uint32_t input, const Batch& batch, Slot& /*slot*/) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    if (node.is_blocking[input] || node.outputs.empty()) return;
    node.before = std::make_unique<BatchCells>(batch, *node.inputs[input], memory_);
    node.accounted.assign(batch.rows, false);
}

void Preview::leaves(std::uint32_t number, std::uint32_t port, const Batch& batch) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    take_rejects(node, batch.rejects);
    BatchCells after(batch, *node.outputs[port], memory_);
    if (node.before != nullptr)
        compare(node, port, after);
    else
        show(node, port, after);
}

void Preview::done(std::uint32_t number, std::uint32_t /*input*/, std::span<const Reject> refused) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    take_rejects(node, refused);
    if (node.before == nullptr) return;
    const Batch& batch = node.before->batch();
    for_each_row(batch.selected, [&](std::uint32_t row) {
        if (!node.accounted[row] && node.shown.gone.size() < most_rows_)
            node.shown.gone.push_back(places_.of(batch.origin_of(row)));
    });
    node.before = nullptr;
}

void Preview::run_ended() {
    for (auto& node : nodes_) node->before = nullptr;
}

void Preview::take_rejects(Node& node, std::span<const Reject> rejects) {
    for (const Reject& reject : rejects) {
        const std::string reason = maker_.clean(reject.reason);
        ++node.shown.rejects_by_reason[reason];
        if (node.shown.rejects.size() < most_rows_)
            node.shown.rejects.push_back(
                {places_.of(reject.origin), reject.column, maker_.clean(reject.value), reason});
        if (node.before == nullptr) continue;
        const Batch& batch = node.before->batch();
        for_each_row(batch.selected, [&](std::uint32_t row) {
            if (batch.record_number(row) == reject.record_number) node.accounted[row] = true;
        });
    }
}

/// Counts the cells that are not what they were, and shows the first rows with them.
void Preview::compare(Node& node, std::uint32_t port, BatchCells& after) {
    RowPairs pairs(*node.before, after);
    PreviewPort& shown = node.shown.ports[port];
    const auto& replaces = node.replaces[port];
    for_each_row(after.batch().selected, [&](std::uint32_t row) {
        const auto was = pairs.before(row);
        if (was) node.accounted[*was] = true;
        PreviewRow* const visible = shown.rows.size() < most_rows_ ? &shown.rows.emplace_back() : nullptr;
        if (visible != nullptr) {
            visible->place = places_.of(after.batch().origin_of(row));
            visible->cells = after.row(row, maker_);
            visible->changed.resize(visible->cells.size());
        }
        for (std::uint32_t i = 0; was && i < replaces.size(); ++i) {
            if (replaces[i] < 0 || (i < node.passes.size() && node.passes[i] == replaces[i])) continue;
            const Column& before = node.before->column(static_cast<std::uint32_t>(replaces[i]));
            if (is_same_value(before, *was, after.column(i), row)) continue;
            ++shown.changed[i];
            if (visible != nullptr) visible->changed[i] = true;
        }
    });
}

void Preview::show(Node& node, std::uint32_t port, BatchCells& after) {
    PreviewPort& shown = node.shown.ports[port];
    const Selection rows = after.batch().selected;
    for (std::uint32_t i = 0; i < rows.size && shown.rows.size() < most_rows_; ++i) {
        std::vector<Cell> cells = after.row(rows[i], maker_);
        const std::size_t columns = cells.size();
        shown.rows.push_back(
            {places_.of(after.batch().origin_of(rows[i])), std::move(cells), std::vector<bool>(columns)});
    }
}

}  // namespace etl
