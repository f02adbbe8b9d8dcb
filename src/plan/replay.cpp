#include "plan/replay.hpp"

#include <algorithm>
#include <map>

#include "base/registry.hpp"
#include "plan/replay/replay_source.hpp"
#include "plan/replay/replay_ways.hpp"

namespace etl {

namespace {

/// Changes a pipeline so that it reads the rejects instead of its sources, and has no more in it than they come to.
class ReplayPipeline {
  public:
    ReplayPipeline(BoundPipeline& pipeline, std::shared_ptr<const RejectFile> rejects)
        : pipeline_(pipeline),
          nodes_(pipeline.nodes),
          count_(static_cast<std::uint32_t>(pipeline.nodes.size())),
          rejects_(std::move(rejects)),
          fed_(count_),
          read_(count_) {}

    /// False after diagnostics.
    bool change(Diagnostics& diagnostics);
    /// By path.
    const std::vector<std::set<NodeInput>>& forbidden() const { return forbidden_; }

  private:
    void find_ways(Diagnostics& diagnostics);
    std::uint32_t path_of(const ReplayWay& way);
    void read_in_full(std::uint32_t node, Diagnostics& diagnostics);
    void give_sides(Diagnostics& diagnostics);
    std::uint32_t copy_source(std::uint32_t node);
    void give_rows();
    void inject(std::uint32_t node, ReplayRows rows, const std::string& name);
    std::uint32_t add_source(SchemaPtr schema, const std::string& name, ReplayRows rows);
    void replace_rows(BoundNode& source, ReplayRows rows, const std::string& name);
    void fill_empty_inputs();
    void leave_out();
    ReplayRows rows_of(const std::vector<std::uint32_t>& groups) const;
    std::uint32_t next_source() const;

    BoundPipeline& pipeline_;
    std::vector<BoundNode>& nodes_;
    const std::uint32_t count_;  // of the nodes that were there
    std::shared_ptr<const RejectFile> rejects_;
    std::vector<bool> fed_;   // nodes that rejects come to
    std::vector<bool> read_;  // nodes that a right side of a join needs in full
    std::vector<std::set<NodeInput>> forbidden_{{}};
    std::vector<std::uint32_t> path_of_group_;
    std::map<std::uint32_t, std::vector<std::uint32_t>> groups_of_source_, groups_of_stage_;
    std::map<std::uint32_t, std::uint32_t> copies_;  // of sources that are read in full beside their rejects
};

/// All groups that can go make the plan, chosen or not: each replay of a run has the same targets, so that a later one
/// can tell what became of one that was killed.
void ReplayPipeline::find_ways(Diagnostics& diagnostics) {
    const ReplayWays ways(nodes_, rejects_->run);
    path_of_group_.resize(rejects_->groups.size());
    for (std::uint32_t group = 0; group < rejects_->groups.size(); ++group) {
        ReplayWay way = ways.find(rejects_->groups[group]);
        if (!way.problems.empty()) {
            if (rejects_->groups[group].is_chosen)
                for (Diagnostic& problem : way.problems) diagnostics.add(std::move(problem));
            continue;
        }
        path_of_group_[group] = path_of(way);
        (way.is_source ? groups_of_source_ : groups_of_stage_)[way.entry].push_back(group);
        for (std::uint32_t node = 0; node < count_; ++node) fed_[node] = fed_[node] || way.fed[node];
    }
}

std::uint32_t ReplayPipeline::path_of(const ReplayWay& way) {
    const auto known = std::find(forbidden_.begin(), forbidden_.end(), way.forbidden);
    if (known == forbidden_.end()) forbidden_.push_back(way.forbidden);
    return static_cast<std::uint32_t>(std::find(forbidden_.begin(), forbidden_.end(), way.forbidden) -
                                      forbidden_.begin());
}

std::uint32_t ReplayPipeline::next_source() const {
    std::uint32_t next = 0;
    for (const BoundNode& node : nodes_)
        if (node.kind == NodeKind::source && !node.is_rejects) next = std::max(next, node.source.source + 1);
    return next;
}

std::uint32_t ReplayPipeline::copy_source(std::uint32_t node) {
    const auto [copy, is_new] = copies_.try_emplace(node, nodes_.size());
    if (!is_new) return copy->second;
    BoundNode made = nodes_[node];
    made.source.source = next_source();
    nodes_.push_back(std::move(made));
    return copy->second;
}

/// Whatever gives rows to the right side of a join that rejects come to.
void ReplayPipeline::read_in_full(std::uint32_t node, Diagnostics& diagnostics) {
    if (node >= count_ || read_[node]) return;
    if (fed_[node]) {
        diagnostics.error("E477", nodes_[node].span, "these rows are needed in full for the right side of a join",
                          "rejects of run " + rejects_->run + " come here, too",
                          {"repair the pipeline and run it again in full"});
        return;
    }
    read_[node] = true;
    for (NodePort& input : nodes_[node].inputs) {
        if (nodes_[input.node].kind == NodeKind::source && fed_[input.node]) input.node = copy_source(input.node);
        read_in_full(input.node, diagnostics);
    }
}

void ReplayPipeline::give_sides(Diagnostics& diagnostics) {
    for (std::uint32_t node = 0; node < count_; ++node)
        for (std::uint32_t input = 0; fed_[node] && input < nodes_[node].inputs.size(); ++input) {
            if (!is_side(nodes_[node], input)) continue;
            std::uint32_t from = nodes_[node].inputs[input].node;
            if (nodes_[from].kind == NodeKind::source && fed_[from]) from = copy_source(from);
            nodes_[node].inputs[input].node = from;
            read_in_full(from, diagnostics);
        }
}

ReplayRows ReplayPipeline::rows_of(const std::vector<std::uint32_t>& groups) const {
    ReplayRows made;
    made.rejects = rejects_;
    made.paths = path_of_group_;
    std::vector<bool> wanted(rejects_->groups.size());
    for (const std::uint32_t group : groups) wanted[group] = true;
    for (std::uint32_t row = 0; row < rejects_->rows.size(); ++row)
        if (wanted[rejects_->rows[row].group]) made.rows.push_back(row);
    if (!groups.empty()) made.has_columns = rejects_->groups[groups.front()].form == "columns";
    return made;
}

void ReplayPipeline::replace_rows(BoundNode& source, ReplayRows rows, const std::string& name) {
    source.source.name = "rejects " + rejects_->run + " " + name;
    source.source.incremental = {};
    source.source.incremental.kind = Incremental::Kind::offset;
    source.make_source = [rows = std::move(rows)](const SourceRequest& request) {
        return make_replay_source(request, rows);
    };
}

std::uint32_t ReplayPipeline::add_source(SchemaPtr schema, const std::string& name, ReplayRows rows) {
    BoundNode made;
    made.kind = NodeKind::source;
    made.name = name;
    made.source.source = next_source();
    made.source.timezone = pipeline_.settings.timezone;
    for (const Field& field : schema->fields) {
        SourceColumn column;
        column.name = field.qualifier.empty() ? field.name : field.qualifier + "." + field.name;
        column.type = field.type;
        made.source.columns.push_back(std::move(column));
    }
    made.outputs = {std::move(schema)};
    replace_rows(made, std::move(rows), name);
    nodes_.push_back(std::move(made));
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void ReplayPipeline::give_rows() {
    for (std::uint32_t node = 0; node < count_; ++node)
        if (fed_[node] && nodes_[node].kind == NodeKind::source)
            replace_rows(nodes_[node], rows_of(groups_of_source_[node]), nodes_[node].name);
    for (const auto& [node, groups] : groups_of_stage_) {
        const ReplayGroup& group = rejects_->groups[groups.front()];
        inject(node, rows_of(groups), group.flow + ": " + group.stage + " " + std::to_string(group.nth));
    }
}

/// Rows with the columns of the node's input come in beside those that the stages before it give, if any do.
void ReplayPipeline::inject(std::uint32_t node, ReplayRows rows, const std::string& name) {
    const NodePort before = nodes_[node].inputs[0];
    const SchemaPtr schema = nodes_[before.node].outputs[before.port];
    const std::uint32_t source = add_source(schema, name, std::move(rows));
    if (!fed_[before.node]) {
        nodes_[node].inputs[0] = {source, 0};
        return;
    }
    StageArguments arguments;
    arguments.stage = static_cast<std::uint32_t>(nodes_.size());
    arguments.inputs = {{schema, {}, {}}, {schema, name, {}}};
    Diagnostics none;
    BoundNode both;
    both.name = "union";
    both.inputs = {before, {source, 0}};
    both.stage_spec = Registry<StageSpec>::find("union");
    both.stage = both.stage_spec->bind(arguments, none);
    both.outputs = both.stage.outputs;
    nodes_.push_back(std::move(both));
    nodes_[node].inputs[0] = {arguments.stage, 0};
}

/// An input that no reject comes by gives no rows.
void ReplayPipeline::fill_empty_inputs() {
    for (std::uint32_t node = 0; node < count_; ++node)
        for (std::uint32_t input = 0; fed_[node] && input < nodes_[node].inputs.size(); ++input) {
            const NodePort from = nodes_[node].inputs[input];
            if (from.node >= count_ || fed_[from.node] || is_side(nodes_[node], input)) continue;
            const std::uint32_t empty =
                add_source(nodes_[from.node].outputs[from.port], nodes_[from.node].name, rows_of({}));
            nodes_[node].inputs[input] = {empty, 0};
        }
}

void ReplayPipeline::leave_out() {
    for (std::uint32_t node = 0; node < count_; ++node) {
        BoundNode& bound = nodes_[node];
        if (fed_[node] && bound.kind == NodeKind::target) bound.sink.commits = true;
        if (fed_[node] || read_[node]) continue;
        bound.kind = NodeKind::stage;
        bound.inputs.clear();
        bound.is_left_out = true;
    }
}

bool ReplayPipeline::change(Diagnostics& diagnostics) {
    find_ways(diagnostics);
    if (diagnostics.has_errors()) return false;
    give_sides(diagnostics);
    if (diagnostics.has_errors()) return false;
    give_rows();
    fill_empty_inputs();
    leave_out();
    // They were let through as rejects before.
    pipeline_.settings.max_rejects.reset();
    pipeline_.settings.max_rejects_share.reset();
    return true;
}

}  // namespace

std::optional<Plan> make_replay_plan(BoundPipeline pipeline, const ReplayRequest& request, Diagnostics& diagnostics) {
    const auto rejects =
        std::make_shared<const RejectFile>(read_rejects(pipeline.state_folder, pipeline.name, request));
    ReplayPipeline changed(pipeline, rejects);
    if (!changed.change(diagnostics)) return std::nullopt;
    Plan plan = make_plan(std::move(pipeline));
    plan.replayed_run = rejects->run;
    for (const std::set<NodeInput>& inputs : changed.forbidden()) {
        std::vector<bool>& edges = plan.forbidden.emplace_back(plan.edges.size());
        for (std::size_t edge = 0; edge < plan.edges.size(); ++edge)
            edges[edge] = inputs.contains({plan.edges[edge].to, plan.edges[edge].input});
    }
    return plan;
}

}  // namespace etl
