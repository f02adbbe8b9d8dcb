#include "tools/etlrun/stage_changes.hpp"

#include <algorithm>

#include "base/quantity.hpp"

namespace etl {

namespace {

/// The column of the input that the output's is, under another name; -1: none.
std::int32_t renamed_from(const BoundNode& node, const Schema& after, const std::vector<std::int32_t>& before,
                          std::uint32_t column) {
    const auto& passes = node.stage.flow.passes;
    if (before[column] >= 0 || column >= passes.size()) return -1;
    const std::int32_t passed = passes[column];
    // Twice in the output is a copy.
    for (std::uint32_t i = 0; i < after.size() && i < passes.size(); ++i)
        if (i != column && passes[i] == passed) return -1;
    return passed;
}

}  // namespace

StageChanges stage_changes(const std::vector<BoundNode>& nodes, std::uint32_t number, std::uint32_t port,
                           const PreviewPort& shown) {
    const BoundNode& node = nodes[number];
    const Schema& after = *node.outputs[port];
    StageChanges changes;
    changes.is_new.resize(after.size());
    if (node.inputs.empty()) return changes;
    const Schema& before = *nodes[node.inputs[0].node].outputs[node.inputs[0].port];
    const std::vector<std::int32_t> replaces = columns_before(before, after);
    const std::vector<std::string> names = after.names(), old_names = before.names();
    std::vector<bool> kept(before.size());
    for (std::uint32_t i = 0; i < after.size(); ++i) {
        const std::int32_t old = replaces[i] >= 0 ? replaces[i] : renamed_from(node, after, replaces, i);
        if (old < 0) {
            changes.added.push_back(names[i]);
            changes.is_new[i] = true;
            continue;
        }
        const auto at = static_cast<std::uint32_t>(old);
        kept[at] = true;
        if (replaces[i] < 0) changes.renamed.push_back(old_names[at] + " -> " + names[i]);
        if (before.fields[at].type != after.fields[i].type)
            changes.retyped.push_back(names[i] + " " + to_string(before.fields[at].type) + " -> " +
                                      to_string(after.fields[i].type));
        const std::uint64_t rows = shown.changed[i];
        if (rows > 0)
            changes.changed.push_back(names[i] + " in " + format_count(rows) + (rows == 1 ? " row" : " rows"));
    }
    for (std::uint32_t i = 0; i < before.size(); ++i)
        if (!kept[i]) changes.dropped.push_back(old_names[i]);
    return changes;
}

}  // namespace etl
