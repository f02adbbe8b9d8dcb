#include "plan/replay/replay_ways.hpp"

#include <algorithm>

#include "plan/plan.hpp"

namespace etl {

namespace {

constexpr SourceSpan kNowhere{UINT32_MAX, 0, 0};
constexpr const char* kLoadAgain = "repair the pipeline and run it again in full";

bool says(const BoundNode& node, const char* word) {
    return std::find(node.words.begin(), node.words.end(), word) != node.words.end();
}

std::string shown_column(const Field& field) {
    return field.qualifier.empty() ? field.name : field.qualifier + "." + field.name;
}

/// "from orders", of a flow without a name.
std::string beginning(const std::string& flow) {
    const std::size_t second = flow.find(' ', flow.find(' ') + 1);
    return flow.starts_with("from ") ? flow.substr(0, second) : std::string();
}

}  // namespace

bool is_side(const BoundNode& node, std::uint32_t input) {
    if (node.kind != NodeKind::stage || node.stage.op->kind(input) != StageKind::blocking) return false;
    for (std::uint32_t other = 0; other < node.inputs.size(); ++other)
        if (node.stage.op->kind(other) != StageKind::blocking) return true;
    return false;
}

ReplayWays::ReplayWays(const std::vector<BoundNode>& nodes, std::string run)
    : nodes_(nodes), run_(std::move(run)), readers_(nodes.size()) {
    for (std::uint32_t node = 0; node < nodes.size(); ++node)
        for (std::uint32_t input = 0; input < nodes[node].inputs.size(); ++input)
            readers_[nodes[node].inputs[input].node].push_back({node, input, nodes[node].inputs[input].port});
}

void ReplayWays::add(ReplayWay& way, const char* code, SourceSpan span, std::string message, std::string label,
                     std::string note) const {
    Diagnostic problem{Severity::error, code, span, std::move(message), {}, {}};
    // What has no place has nothing for the label to stand at.
    if (span.file == kNowhere.file)
        problem.notes = {std::move(label)};
    else
        problem.label = std::move(label);
    problem.notes.push_back(std::move(note));
    way.problems.push_back(std::move(problem));
}

ReplayWay ReplayWays::find(const ReplayGroup& group) const {
    ReplayWay way;
    way.fed.resize(nodes_.size());
    if (group.form == "record")
        find_record(group, way);
    else if (group.form == "columns")
        find_columns(group, way);
    else
        add(way, "E475", kNowhere, "rejects of `" + group.stage + "` cannot be sent through again",
            "their rows are not kept as they were: columns are private, or bytes are no text", kLoadAgain);
    return way;
}

bool ReplayWays::find_source(const ReplayGroup& group, ReplayWay& way) const {
    std::vector<std::string> names;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        if (nodes_[node].kind != NodeKind::source || nodes_[node].is_rejects) continue;
        names.push_back(nodes_[node].name);
        way.entry = node;
        if (nodes_[node].name == group.source) return true;
    }
    add(way, "E473", kNowhere, "rejects of source `" + group.source + "` have no place to go to",
        "there is no such source any more", "there are " + list_names(names));
    return false;
}

/// The flow of that name as it is now; "" after a problem.
std::string ReplayWays::find_flow(const std::string& flow, ReplayWay& way) const {
    std::vector<std::string> names, alike;
    for (const BoundNode& node : nodes_) {
        if (node.flow.empty() || std::find(names.begin(), names.end(), node.flow) != names.end()) continue;
        if (node.flow == flow) return flow;
        names.push_back(node.flow);
        if (!beginning(flow).empty() && beginning(node.flow) == beginning(flow)) alike.push_back(node.flow);
    }
    if (alike.size() == 1) return alike.front();
    add(way, "E473", kNowhere, "rejects of flow `" + flow + "` have no place to go to",
        "there is no such flow any more", "there are " + list_names(names));
    return {};
}

void ReplayWays::find_record(const ReplayGroup& group, ReplayWay& way) const {
    if (!find_source(group, way)) return;
    if (group.flow.empty()) return feed(way.entry, way);
    const std::string flow = find_flow(group.flow, way);
    if (flow.empty()) return;
    const Marks leading = leading_to(flow);
    if (!leading[way.entry]) {
        add(way, "E473", nodes_[way.entry].span, "rejects of flow `" + flow + "` cannot get there",
            "rows of this source do not come to it as rows of their own", kLoadAgain);
        return;
    }
    std::vector<std::uint32_t> free;
    walk(way.entry, flow, leading, way, free);
    for (const std::uint32_t node : free) feed(node, way);
}

/// Nodes of the flow and those from which rows come to it, other than by the right side of a join.
ReplayWays::Marks ReplayWays::leading_to(const std::string& flow) const {
    Marks leading(nodes_.size());
    std::vector<std::uint32_t> next;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node)
        if (nodes_[node].flow == flow) next.push_back(node);
    while (!next.empty()) {
        const std::uint32_t node = next.back();
        next.pop_back();
        if (leading[node]) continue;
        leading[node] = true;
        for (std::uint32_t input = 0; input < nodes_[node].inputs.size(); ++input)
            if (!is_side(nodes_[node], input)) next.push_back(nodes_[node].inputs[input].node);
    }
    return leading;
}

/// On the way to the flow: where several read the same rows, all but the one that leads there have their copy. A row
/// that `route` sends elsewhere by now has not been there: it goes freely, as all do from the flow on.
void ReplayWays::walk(std::uint32_t number, const std::string& flow, const Marks& leading, ReplayWay& way,
                      std::vector<std::uint32_t>& free) const {
    if (nodes_[number].flow == flow) return free.push_back(number);
    if (way.fed[number]) return;
    way.fed[number] = true;
    check(number, way);
    for (std::uint32_t port = 0; port < nodes_[number].outputs.size(); ++port) {
        std::vector<Reader> there, others;
        for (const Reader& reader : readers_[number]) {
            if (reader.port != port) continue;
            const bool leads = leading[reader.node] && !is_side(nodes_[reader.node], reader.input);
            (leads ? there : others).push_back(reader);
        }
        if (there.size() > 1)
            add(way, "E474", nodes_[there[1].node].span, "rejects of flow `" + flow + "` would get there twice",
                "rows go on from `" + nodes_[number].name + "` by several ways that lead there", kLoadAgain);
        if (there.empty()) {
            for (const Reader& reader : others) go_on(reader, way, free);
            continue;
        }
        for (const Reader& reader : others) way.forbidden.emplace(reader.node, reader.input);
        walk(there.front().node, flow, leading, way, free);
    }
}

void ReplayWays::feed(std::uint32_t number, ReplayWay& way) const {
    if (way.fed[number]) return;
    way.fed[number] = true;
    check(number, way);
    std::vector<std::uint32_t> next;
    for (const Reader& reader : readers_[number]) go_on(reader, way, next);
    for (const std::uint32_t node : next) feed(node, way);
}

void ReplayWays::go_on(const Reader& reader, ReplayWay& way, std::vector<std::uint32_t>& next) const {
    const BoundNode& node = nodes_[reader.node];
    if (!is_side(node, reader.input)) return next.push_back(reader.node);
    add(way, "E472", node.span,
        "rows that were refused on their way to the right side of `" + node.name + "` come too late",
        "other rows have been joined without them", kLoadAgain);
}

/// Mirrors what is asked of an incremental source: a replay sees a few rows of many.
void ReplayWays::check(std::uint32_t number, ReplayWay& way) const {
    const BoundNode& node = nodes_[number];
    if (node.kind == NodeKind::target) return check_target(node, way);
    if (node.kind != NodeKind::stage) return;
    const std::string label = "rejects of run " + run_ + " come here";
    if (node.stage.needs_whole_input && !says(node, "per run"))
        add(way, "E471", node.span, "`" + node.name + "` must see the other rows, too", label, kLoadAgain);
    if (node.name == "join" && (says(node, "right") || says(node, "full")))
        add(way, "E471", node.span, "this join would give out all rows of its right side that the rejects do not match",
            label, kLoadAgain);
}

void ReplayWays::check_target(const BoundNode& node, ReplayWay& way) const {
    const std::string label = "rejects of run " + run_ + " come here";
    if (node.sink.mode == WriteMode::replace_keys)
        add(way, "E470", node.span, "`replace by` would delete what was loaded of the same keys", label, kLoadAgain);
    if (node.sink.mode == WriteMode::replace)
        add(way, "E470", node.span,
            node.sink.address == "-" ? "what was written to standard output cannot be added to"
                                     : "what is replaced as a whole cannot be added to",
            label, kLoadAgain);
}

/// They go on from the stage that refused them, by its first input.
void ReplayWays::find_columns(const ReplayGroup& group, ReplayWay& way) const {
    if (group.flow.empty()) {
        if (find_source(group, way) && has_columns(group, way)) feed(way.entry, way);
        return;
    }
    const std::string flow = find_flow(group.flow, way);
    if (flow.empty()) return;
    std::vector<std::string> names;
    std::vector<std::uint32_t> alike;
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
        if (nodes_[node].flow != flow) continue;
        names.push_back(nodes_[node].name);
        if (nodes_[node].name == group.stage) alike.push_back(node);
    }
    way.is_source = false;
    if (alike.size() != group.of) keep_fitting(group, alike);
    if (!alike.empty() && (alike.size() == group.of || alike.size() == 1)) {
        way.entry = alike.size() == group.of ? alike[group.nth - 1] : alike.front();
        if (has_columns(group, way)) feed(way.entry, way);
        return;
    }
    add(way, "E473", kNowhere, "rejects of `" + group.stage + "` in flow `" + flow + "` have no place to go to",
        alike.empty() ? "the stage is gone, and their rows are kept with the columns that they had before it"
                      : "there was " + std::to_string(group.of) + " such stage before, now several may be the one",
        "the flow has " + list_names(names));
}

/// Of stages that were added or taken away, the ones that take the columns of the rows.
void ReplayWays::keep_fitting(const ReplayGroup& group, std::vector<std::uint32_t>& stages) const {
    if (stages.size() < 2) return;
    std::erase_if(stages, [&](std::uint32_t node) {
        const std::vector<std::string> columns = columns_of(node);
        return columns.size() != group.columns.size() || !lacking(group, node).empty();
    });
}

std::vector<std::string> ReplayWays::columns_of(std::uint32_t number) const {
    const BoundNode& node = nodes_[number];
    std::vector<std::string> names;
    if (node.kind == NodeKind::source)
        for (const SourceColumn& column : node.source.columns) names.push_back(column.name);
    else
        for (const Field& field : nodes_[node.inputs[0].node].outputs[node.inputs[0].port]->fields)
            names.push_back(shown_column(field));
    return names;
}

std::vector<std::string> ReplayWays::lacking(const ReplayGroup& group, std::uint32_t node) const {
    std::vector<std::string> names = columns_of(node);
    std::erase_if(names, [&](const std::string& name) {
        return std::find(group.columns.begin(), group.columns.end(), name) != group.columns.end();
    });
    return names;
}

bool ReplayWays::has_columns(const ReplayGroup& group, ReplayWay& way) const {
    const BoundNode& node = nodes_[way.entry];
    const std::vector<std::string> names = lacking(group, way.entry);
    if (names.empty()) return true;
    add(way, "E476", node.span, "rejects of `" + node.name + "` do not have the columns that it takes now",
        "they lack " + list_names(names) + "; they have " + list_names(group.columns), kLoadAgain);
    return false;
}

}  // namespace etl
