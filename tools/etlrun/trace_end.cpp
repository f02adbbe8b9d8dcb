#include <algorithm>

#include "base/quantity.hpp"
#include "data/display_width.hpp"
#include "runtime/trace_values.hpp"
#include "tools/etlrun/trace_view.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostText = 60;

std::string list_cells(const std::vector<std::string>& names, const std::vector<Cell>& cells, std::size_t first = 0) {
    std::string out;
    for (std::size_t i = first; i < cells.size(); ++i)
        out += (out.empty() ? "" : ", ") + names[i] + " = " + value_text(cells[i]);
    return out;
}

std::string line_of(const RowPlace& place) {
    return place.line == 0 ? "a row" : "the row at " + place_text(place, true);
}

TraceEnd blocked(const ShownTrace& shown, const TraceVisit& visit) {
    const BoundNode& node = shown.nodes[visit.node];
    if (visit.input > 0) {
        if (visit.key_rows == 0) return {"merged", "rows look for their match here"};
        const std::string rows = format_count(visit.key_rows) + (visit.key_rows == 1 ? " row" : " rows");
        return {"merged", "matched by " + rows + ", first by " + line_of(visit.key_place)};
    }
    if (!visit.key_row) return {"kept", "nothing came out"};
    if (node.stage_spec->name == "group")
        return {"merged", "into the group " + list_cells(node.outputs[0]->names(), *visit.key_row)};
    return {"merged", "into " + line_of(visit.key_place) + ", which has the same key"};
}

/// What the row was refused for, as it came in where the reject tells of a column of the input.
std::string refused_value(const ShownTrace& shown, const TraceVisit& visit) {
    const TraceReject& reject = *visit.reject;
    const NodePort& from = shown.nodes[visit.node].inputs[visit.input];
    const auto column = shown.nodes[from.node].outputs[from.port]->find(reject.column);
    const Cell given{reject.value, {}, false, reject.value != "***"};
    const bool came_in = column && reject.value.empty();
    return reject.column + " = " + value_text(came_in ? visit.cells[*column] : given);
}

/// The condition that let the row go no further: one that is not true.
std::string unmet(const ShownTrace& shown, const TraceVisit& visit) {
    for (const StageExpr& each : expressions_of(shown.nodes[visit.node]))
        for (const TraceValue& value : visit.values)
            if (value.expr == each.expr.get())
                return cut_to_width(text_in_line(shown.texts, each.expr->span), kMostText) + " is " +
                       value_text(value.value);
    return {};
}

}  // namespace

TraceEnd end_of(const ShownTrace& shown, const TraceVisit& visit) {
    const BoundNode& node = shown.nodes[visit.node];
    if (visit.reject) {
        std::string reason = visit.reject->reason;
        if (!visit.reject->column.empty()) reason += " (" + refused_value(shown, visit) + ")";
        return {"rejected", std::move(reason)};
    }
    if (visit.ends_by_error && visit.outputs.empty()) return {"stopped", "the run fails here"};
    if (visit.is_known) return {"merged", "an earlier run has loaded it"};
    if (node.kind == NodeKind::target && visit.key_rows > 0)
        return {"merged", "into " + line_of(visit.key_place) + ", which comes later and has the same key"};
    if (node.kind == NodeKind::target) return {"written", shown.target_names[visit.node]};
    if (!visit.outputs.empty()) {
        std::string where;
        const auto& ports = node.stage.port_names;
        if (visit.outputs[0].port < ports.size()) where = "to " + ports[visit.outputs[0].port];
        if (visit.position > 0) where = "as row " + format_count(visit.position);
        return {"goes on", where};
    }
    const std::string_view stage = node.stage_spec == nullptr ? "" : node.stage_spec->name;
    if (shown.trace.is_blocking(visit.node, visit.input)) return blocked(shown, visit);
    if (stage == "limit") return {"cut", "it stands behind the first rows"};
    if (stage == "join" || stage == "lookup")
        return {"filtered", "nothing matches in " + text_in_line(shown.texts, node.span)};
    return {"filtered", unmet(shown, visit)};
}

std::string trace_summary(const ShownTrace& shown) {
    const Trace& trace = shown.trace;
    std::string names;
    for (const std::string& name : shown.sources) names += (names.empty() ? "`" : ", `") + name + "`";
    const auto rows = [](std::uint64_t count) { return format_count(count) + (count == 1 ? " row" : " rows"); };
    std::string out = trace.matches() == 0 ? "no row" : rows(trace.matches());
    out += " of " + names + " with " + shown.condition;
    if (trace.matches() > trace.stories().size())
        out += trace.stories().size() == 1 ? "; the first is shown"
                                           : "; the first " + format_count(trace.stories().size()) + " are shown";
    if (trace.failures() > 0) out += "; of " + rows(trace.failures()) + " it cannot be said: " + trace.first_failure();
    if (trace.refused_by_source() > 0)
        out += "; " + rows(trace.refused_by_source()) + " could not be read, and not be asked";
    return out + "; nothing was written";
}

}  // namespace etl
