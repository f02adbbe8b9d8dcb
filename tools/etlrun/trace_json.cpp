#include "base/json_writer.hpp"
#include "tools/etlrun/trace_view.hpp"

namespace etl {

namespace {

void put_row(JsonWriter& json, const char* key, const std::vector<std::string>& names, const std::vector<Cell>& cells) {
    json.key(key).begin_object();
    for (std::size_t i = 0; i < cells.size(); ++i) json.key(names[i]).raw(cells[i].json);
    json.end_object();
}

std::string source_line(const ShownTrace& shown, const TraceStory& story, std::size_t row) {
    const BoundNode& source = shown.nodes[story.source];
    JsonWriter json;
    json.begin_object().field("type", "trace_row").field("row", row).field("source", source.name);
    if (!story.place.file.empty()) json.field("file", story.place.file);
    json.field("line", story.place.line);
    put_row(json, "values", source.outputs[0]->names(), story.cells);
    return json.end_object().take() + "\n";
}

std::string stage_line(const ShownTrace& shown, const TraceVisit& visit, std::size_t row) {
    const BoundNode& node = shown.nodes[visit.node];
    const NodePort& from = node.inputs[visit.input];
    JsonWriter json;
    json.begin_object().field("type", "trace_stage").field("row", row).field("stage", visit.node + 1);
    json.field("name", node.name).field("place", place_of(shown.texts, node.span)).field("input", visit.input);
    put_row(json, "before", shown.nodes[from.node].outputs[from.port]->names(), visit.cells);
    json.key("values").begin_array();
    for (const TraceValue& value : visit.values) {
        if (value.expr->span.file != node.span.file) continue;
        const LineColumn at = shown.texts.locate(value.expr->span.file, value.expr->span.begin);
        json.begin_object().field("expression", text_in_line(shown.texts, value.expr->span));
        json.field("at_line", at.line).field("at_column", at.column).key("value").raw(value.value.json).end_object();
    }
    json.end_array().key("after").begin_array();
    for (const TraceOutput& output : visit.outputs) {
        json.begin_object();
        if (output.port < node.stage.port_names.size()) json.field("output", node.stage.port_names[output.port]);
        put_row(json, "values", node.outputs[output.port]->names(), output.cells);
        json.end_object();
    }
    const TraceEnd end = end_of(shown, visit);
    json.end_array().field("end", end.word).field("reason", end.reason);
    return json.end_object().take() + "\n";
}

}  // namespace

std::string trace_json(const ShownTrace& shown) {
    std::string out;
    const auto& stories = shown.trace.stories();
    for (std::size_t i = 0; i < stories.size(); ++i) {
        out += source_line(shown, stories[i], i + 1);
        for (const TraceVisit& visit : stories[i].visits) out += stage_line(shown, visit, i + 1);
    }
    JsonWriter json;
    json.begin_object().field("type", "trace").field("matches", shown.trace.matches());
    json.field("shown", stories.size()).field("not_evaluated", shown.trace.failures());
    json.field("not_read", shown.trace.refused_by_source());
    return out + json.end_object().take() + "\n";
}

}  // namespace etl
