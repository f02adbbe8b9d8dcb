#include "runtime/trace.hpp"

#include <algorithm>

#include "component/evaluation.hpp"
#include "data/print.hpp"
#include "runtime/trace_values.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostVisits = 500;  // of a row: a join may make very many of one
constexpr std::size_t kMostOutputs = 20;

/// A value to be compared: without masks.
struct KeyText {
    std::string text;
    bool is_null = false;
    friend bool operator==(const KeyText&, const KeyText&) = default;
};

KeyText key_text(const Column& column, std::uint32_t row) {
    KeyText key;
    key.is_null = column.type->is(TypeKind::null) || !column.is_valid(row);
    if (!key.is_null) append_text(key.text, column, row);
    return key;
}

/// What an input's rows are known by in what the node gives out.
struct Keys {
    bool is_set = false;
    std::vector<ExprPtr> of_input;
    std::vector<std::uint32_t> of_output;
};

Keys all_columns(const Schema& schema, std::uint32_t first_output) {
    Keys keys{true, {}, {}};
    for (std::uint32_t i = 0; i < schema.size(); ++i) {
        keys.of_input.push_back(column_expr(schema, i, {}));
        keys.of_output.push_back(first_output + i);
    }
    return keys;
}

/// Of a stage that makes fewer rows of those with equal keys.
Keys grouping_keys(const BoundNode& node, const Schema& input) {
    if (node.stage_spec == nullptr || node.stage.parts == nullptr) return {};
    const auto& parts = *node.stage.parts;
    Keys keys;
    for (std::size_t i = 0; i < parts.size() && i < node.stage_spec->parts.size(); ++i) {
        const PartKind kind = node.stage_spec->parts[i].kind;
        if (kind == PartKind::group_keys) keys.is_set = true;
        if (const auto* assigns = std::get_if<std::vector<BoundAssign>>(&parts[i]);
            assigns != nullptr && kind == PartKind::group_keys)
            for (const BoundAssign& key : *assigns) keys.of_input.push_back(key.value);
        if (const auto* columns = std::get_if<std::vector<std::uint32_t>>(&parts[i]);
            columns != nullptr && kind == PartKind::paths) {
            keys.is_set = true;
            for (const std::uint32_t column : *columns) {
                keys.of_input.push_back(column_expr(input, column, {}));
                keys.of_output.push_back(column);
            }
        }
    }
    if (keys.is_set && keys.of_output.empty())
        for (std::uint32_t i = 0; i < keys.of_input.size(); ++i) keys.of_output.push_back(i);
    if (!keys.is_set && node.stage_spec->name == "distinct") return all_columns(input, 0);
    return keys;
}

}  // namespace

/// Keeps the values of what a node evaluates for the rows that are followed.
class Trace::Watch final : public EvaluationObserver {
  public:
    Watch(std::mutex& mutex, const CellMaker& maker) : mutex_(mutex), maker_(maker) {}

    void begin(const Batch& batch) {
        batch_rows_ = batch.rows;
        record_of_ = batch.record_of;
        rows_.clear();
    }
    void add(std::uint32_t row, std::uint32_t record) { rows_.push_back({row, record, {}}); }
    const EvaluatedValues& values(std::size_t i) const { return rows_[i].values; }

    void evaluated(const BoundExpr& expr, const Batch& batch, Selection rows, const Column& value) override {
        if (expr.kind == ExprKind::constant) return;
        const std::lock_guard lock(mutex_);
        for_each_watched(batch, rows, [&](Row& watched, std::uint32_t row) {
            watched.values.push_back({&expr, expr.span, maker_.make(value, row, expr.is_private)});
        });
    }
    void selected(const BoundExpr& condition, const Batch& batch, Selection rows, Selection good) override {
        const std::lock_guard lock(mutex_);
        for_each_watched(batch, rows, [&](Row& watched, std::uint32_t row) {
            const bool is_good = holds(good, row);
            Cell cell{is_good ? "true" : "false", is_good ? "true" : "false", false, false};
            watched.values.push_back({&condition, condition.span, std::move(cell)});
        });
    }

  private:
    struct Row {
        std::uint32_t row;
        std::uint32_t record;
        EvaluatedValues values;
    };

    static bool holds(Selection rows, std::uint32_t row) {
        if (rows.rows == nullptr) return row < rows.size;
        return std::binary_search(rows.rows, rows.rows + rows.size, row);
    }

    /// A join evaluates over pairs, which are known by the record that they were made of.
    template <typename Body>
    void for_each_watched(const Batch& batch, Selection rows, Body&& body) {
        const bool same = batch.rows == batch_rows_ && batch.record_of == record_of_;
        for (Row& watched : rows_) {
            if (watched.values.size() >= kMostVisits) continue;
            if (same) {
                if (holds(rows, watched.row)) body(watched, watched.row);
                continue;
            }
            for_each_row(rows, [&](std::uint32_t row) {
                if (batch.record_number(row) == watched.record) body(watched, row);
            });
        }
    }

    std::mutex& mutex_;
    const CellMaker& maker_;
    std::uint32_t batch_rows_ = 0;
    const std::uint32_t* record_of_ = nullptr;
    std::vector<Row> rows_;
};

struct Trace::Node {
    Node(std::mutex& mutex, const CellMaker& maker) : watch(mutex, maker) {}

    BoundNode bound;  // without its operator
    std::vector<SchemaPtr> inputs;
    std::vector<bool> is_blocking;
    std::vector<Keys> keys;  // by input
    Watch watch;
    EvaluatorSlot* watched = nullptr;
    // Of the batch that is in the node:
    struct Current {
        std::uint32_t row;
        std::size_t story, visit;
    };
    std::vector<Current> current;
    std::unique_ptr<BatchCells> before;
    // Rows that are to be found again in what comes out:
    struct Awaited {
        std::size_t story, visit;
        std::uint32_t input;
        std::vector<KeyText> key;
    };
    std::vector<Awaited> awaited;
    std::uint64_t rows_out = 0;
};

Trace::Trace(const Plan& plan, std::size_t most_rows)
    : maker_(plan.pipeline.secrets), places_(plan), most_rows_(most_rows), conditions_(plan.pipeline.followed) {
    std::vector<BoundNode> outline = outline_of(plan);
    for (std::uint32_t number = 0; number < plan.nodes.size(); ++number) {
        auto node = std::make_unique<Node>(mutex_, maker_);
        node->bound = std::move(outline[number]);
        for (const NodePort& input : node->bound.inputs)
            node->inputs.push_back(plan.nodes[input.node].bound.outputs[input.port]);
        for (std::uint32_t input = 0; input < node->inputs.size(); ++input) {
            const bool blocks = plan.nodes[number].kind(input) == StageKind::blocking;
            node->is_blocking.push_back(blocks);
            Keys keys;
            if (blocks && input == 0) keys = grouping_keys(node->bound, *node->inputs[0]);
            const SinkRequest& sink = node->bound.sink;
            if (node->bound.kind == NodeKind::target && !sink.keys.empty()) keys = {true, {}, sink.keys};
            if (blocks && input > 0 && !node->is_blocking[0]) {
                const std::uint32_t left = node->inputs[0]->size();
                if (node->bound.outputs[0]->size() == left + node->inputs[input]->size())
                    keys = all_columns(*node->inputs[input], left);
            }
            node->keys.push_back(std::move(keys));
        }
        nodes_.push_back(std::move(node));
    }
}

Trace::~Trace() = default;

bool Trace::is_blocking(std::uint32_t node, std::uint32_t input) const { return nodes_[node]->is_blocking[input]; }

std::vector<Trace::Followed> Trace::find(const Batch& batch) const {
    std::vector<Followed> found;
    if (by_origin_.empty()) return found;
    if (batch.row_origins == nullptr) {
        const Origin& first = batch.origin;
        if (first.source == kNoSource) return found;
        const std::uint64_t line = first.line > 0 ? first.line : first.record + 1;
        const auto next = by_origin_.lower_bound(pack_origin({first.source, first.file, line}));
        if (next == by_origin_.end() || next->first > pack_origin({first.source, first.file, UINT64_MAX})) return found;
    }
    for_each_row(batch.selected, [&](std::uint32_t row) {
        const auto at = by_origin_.find(pack_origin(batch.origin_of(row)));
        if (at != by_origin_.end()) found.push_back({row, at->second});
    });
    return found;
}

void Trace::enters(std::uint32_t number, std::uint32_t input, const Batch& batch, Slot& slot) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    // What is still there the node has thrown an error over.
    end_visits(node, true);
    const std::vector<Followed> found = find(batch);
    const bool is_target = node.bound.kind == NodeKind::target;
    if (found.empty() && (!is_target || node.awaited.empty())) return;
    add_visits(node, number, input, batch, found);
    if (is_target && node.keys[0].is_set)
        find_later(node);
    else if (node.keys[input].is_set)
        await_keys(node, input);
    node.watched = dynamic_cast<EvaluatorSlot*>(&slot);
    if (node.watched != nullptr) node.watched->evaluator.observe(&node.watch);
}

void Trace::knows(std::uint32_t number, std::uint32_t input, const Batch& batch) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    const std::vector<Followed> found = find(batch);
    if (found.empty()) return;
    add_visits(node, number, input, batch, found);
    for (const Node::Current& each : node.current) stories_[each.story].visits[each.visit].is_known = true;
    end_visits(node, false);
}

void Trace::add_visits(Node& node, std::uint32_t number, std::uint32_t input, const Batch& batch,
                       const std::vector<Followed>& found) {
    node.before = std::make_unique<BatchCells>(batch, *node.inputs[input], memory_);
    node.watch.begin(batch);
    for (const Followed& followed : found) {
        TraceStory& story = stories_[followed.story];
        if (story.visits.size() >= kMostVisits) continue;
        node.current.push_back({followed.row, followed.story, story.visits.size()});
        node.watch.add(followed.row, batch.record_number(followed.row));
        TraceVisit& visit = story.visits.emplace_back();
        visit.node = number;
        visit.input = input;
        visit.cells = node.before->row(followed.row, maker_);
    }
}

/// Of a target that is loaded by key a later row takes the place of one before.
void Trace::find_later(Node& node) {
    BatchCells& before = *node.before;
    for_each_row(before.batch().selected, [&](std::uint32_t row) {
        std::vector<KeyText> key;
        for (const std::uint32_t column : node.keys[0].of_output) key.push_back(key_text(before.column(column), row));
        for (const Node::Awaited& awaited : node.awaited) {
            if (awaited.key != key) continue;
            TraceVisit& visit = stories_[awaited.story].visits[awaited.visit];
            ++visit.key_rows;
            visit.key_row = before.row(row, maker_);
            visit.key_place = places_.of(before.batch().origin_of(row));
        }
        for (const Node::Current& each : node.current)
            if (each.row == row) node.awaited.push_back({each.story, each.visit, 0, key});
    });
}

/// The rows' keys, before they are lost in the node.
void Trace::await_keys(Node& node, std::uint32_t input) {
    BatchCells& before = *node.before;
    std::vector<std::uint32_t> rows;
    for (const Node::Current& each : node.current) {
        rows.push_back(each.row);
        node.awaited.push_back({each.story, each.visit, input, {}});
    }
    const Selection selected{rows.data(), static_cast<std::uint32_t>(rows.size())};
    for (const ExprPtr& key : node.keys[input].of_input) {
        const Column column = before.evaluator().evaluate(*key, before.evaluated(), selected);
        before.evaluator().failures().clear();
        for (std::size_t i = 0; i < rows.size(); ++i)
            node.awaited[node.awaited.size() - rows.size() + i].key.push_back(key_text(column, rows[i]));
    }
}

void Trace::leaves(std::uint32_t number, std::uint32_t port, const Batch& batch) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    if (node.bound.kind == NodeKind::source) return look_for_matches(number, batch);
    add_rejects(node, batch.rejects);
    if (node.current.empty() && node.awaited.empty() && (node.is_blocking.empty() || !node.is_blocking[0])) return;
    BatchCells after(batch, *node.bound.outputs[port], memory_);
    if (!node.current.empty())
        add_outputs(node, port, after);
    else if (node.is_blocking[0])
        find_again(node, number, port, after);
    if (!node.awaited.empty()) find_keys(node, after);
}

void Trace::done(std::uint32_t number, std::uint32_t /*input*/, std::span<const Reject> refused) {
    const std::lock_guard lock(mutex_);
    Node& node = *nodes_[number];
    add_rejects(node, refused);
    end_visits(node, false);
}

void Trace::end_visits(Node& node, bool by_error) {
    for (std::size_t i = 0; i < node.current.size(); ++i) {
        TraceVisit& visit = stories_[node.current[i].story].visits[node.current[i].visit];
        visit.values = values_of(node.bound, node.watch.values(i));
        visit.ends_by_error = by_error;
    }
    if (node.watched != nullptr) node.watched->evaluator.observe(nullptr);
    node.watched = nullptr;
    node.current.clear();
    node.before = nullptr;
}

void Trace::run_ended() {
    for (auto& node : nodes_) end_visits(*node, true);
    const auto place = [](const TraceVisit& visit) { return std::pair(visit.node, visit.input); };
    for (TraceStory& story : stories_)
        std::stable_sort(story.visits.begin(), story.visits.end(),
                         [&](const TraceVisit& a, const TraceVisit& b) { return place(a) < place(b); });
}

void Trace::look_for_matches(std::uint32_t number, const Batch& batch) {
    const auto condition = conditions_.find(number);
    if (condition == conditions_.end()) return;
    refused_ += batch.rejects.size();
    BatchCells cells(batch, *nodes_[number]->bound.outputs[0], memory_);
    const Selection good = cells.evaluator().select(*condition->second, cells.evaluated(), batch.selected);
    for (const FailedRow& failed : cells.evaluator().failures()) {
        if (failures_++ > 0) continue;
        first_failure_ = error_text(failed);
        if (!failed.node->is_private && !failed.value.empty())
            first_failure_ += " (" + maker_.clean(failed.value) + ")";
    }
    cells.evaluator().failures().clear();
    matches_ += good.size;
    for (std::uint32_t i = 0; i < good.size && stories_.size() < most_rows_; ++i) {
        const RowOrigin origin = batch.origin_of(good[i]);
        if (!by_origin_.try_emplace(pack_origin(origin), stories_.size()).second) continue;
        stories_.push_back({number, places_.of(origin), cells.row(good[i], maker_), {}});
    }
}

void Trace::add_outputs(Node& node, std::uint32_t port, BatchCells& after) {
    RowPairs pairs(*node.before, after);
    for_each_row(after.batch().selected, [&](std::uint32_t row) {
        const auto was = pairs.before(row);
        const auto at = std::find_if(node.current.begin(), node.current.end(),
                                     [&](const Node::Current& each) { return was && each.row == *was; });
        if (at == node.current.end()) return;
        TraceVisit& visit = stories_[at->story].visits[at->visit];
        ++visit.output_rows;
        if (visit.outputs.size() < kMostOutputs) visit.outputs.push_back({port, after.row(row, maker_)});
    });
}

void Trace::add_rejects(Node& node, std::span<const Reject> rejects) {
    if (node.before == nullptr) return;
    for (const Reject& reject : rejects)
        for (const Node::Current& each : node.current) {
            if (node.before->batch().record_number(each.row) != reject.record_number) continue;
            stories_[each.story].visits[each.visit].reject = {reject.column, maker_.clean(reject.value),
                                                              maker_.clean(reject.reason)};
        }
}

/// Rows behind a stage that saw all of them: those that are still rows of the source are known by their origin.
void Trace::find_again(Node& node, std::uint32_t number, std::uint32_t port, BatchCells& after) {
    const std::uint64_t before = node.rows_out;
    node.rows_out += after.batch().selected.size;
    if (by_origin_.empty()) return;
    std::uint64_t position = before;
    for_each_row(after.batch().selected, [&](std::uint32_t row) {
        ++position;
        const auto found = by_origin_.find(pack_origin(after.batch().origin_of(row)));
        if (found == by_origin_.end()) return;
        for (TraceVisit& visit : stories_[found->second].visits) {
            if (visit.node != number || !visit.outputs.empty() || visit.reject) continue;
            visit.outputs.push_back({port, after.row(row, maker_)});
            visit.output_rows = 1;
            visit.position = position;
            break;
        }
    });
}

void Trace::find_keys(Node& node, BatchCells& after) {
    for_each_row(after.batch().selected, [&](std::uint32_t row) {
        for (const Node::Awaited& awaited : node.awaited) {
            const auto& columns = node.keys[awaited.input].of_output;
            bool same = true;
            for (std::size_t i = 0; same && i < columns.size(); ++i)
                same = awaited.key[i] == key_text(after.column(columns[i]), row);
            if (!same) continue;
            TraceVisit& visit = stories_[awaited.story].visits[awaited.visit];
            if (visit.key_rows++ > 0) continue;
            visit.key_row = after.row(row, maker_);
            visit.key_place = places_.of(after.batch().origin_of(row));
        }
    });
}

}  // namespace etl
