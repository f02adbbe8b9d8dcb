#include "base/json_writer.hpp"
#include "tools/etlrun/preview_view.hpp"
#include "tools/etlrun/stage_changes.hpp"

namespace etl {

namespace {

void put_place(JsonWriter& json, const RowPlace& place) {
    if (!place.file.empty()) json.field("file", place.file);
    if (place.line > 0) json.field("line", place.line);
}

void put_names(JsonWriter& json, const char* key, const std::vector<std::string>& names) {
    json.key(key).begin_array();
    for (const std::string& name : names) json.value(name);
    json.end_array();
}

class JsonLines {
  public:
    explicit JsonLines(const ShownPreview& shown) : shown_(shown) {}

    std::string all() {
        for (const std::uint32_t node : shown_.stages) {
            stage(node);
            const PreviewStage& stage = shown_.preview.stage(node);
            for (std::uint32_t port = 0; port < stage.ports.size(); ++port) rows(node, port);
            for (const RowPlace& place : stage.gone) {
                JsonWriter json;
                json.begin_object().field("type", "gone").field("stage", node + 1);
                put_place(json, place);
                add(json);
            }
            for (const PreviewReject& reject : stage.rejects) rejected(node, reject);
        }
        return std::move(out_);
    }

  private:
    void add(JsonWriter& json) { out_ += json.end_object().take() + "\n"; }

    void stage(std::uint32_t number) {
        const BoundNode& node = shown_.nodes[number];
        const NodeBalance& of = shown_.report.nodes[number];
        JsonWriter json;
        json.begin_object().field("type", "stage").field("stage", number + 1).field("name", node.name);
        json.field("place", place_of(shown_.texts, node.span)).field("text", text_in_line(shown_.texts, node.span));
        json.field("in", of.in).field("made", of.made).field("out", of.out).field("filtered", of.filtered);
        json.field("rejected", of.rejected).field("merged", of.merged).field("cut", of.cut).field("warned", of.warned);
        json.field("partial", shown_.is_partial(number) || shown_.sources[number]->more);
        json.key("rejects_by_reason").begin_object();
        for (const auto& [reason, count] : shown_.preview.stage(number).rejects_by_reason) json.field(reason, count);
        json.end_object().key("outputs").begin_array();
        for (std::uint32_t port = 0; port < node.outputs.size(); ++port) output(json, number, port);
        json.end_array();
        add(json);
    }

    void output(JsonWriter& json, std::uint32_t number, std::uint32_t port) {
        const BoundNode& node = shown_.nodes[number];
        const PreviewPort& of = shown_.preview.stage(number).ports[port];
        const StageChanges changes = stage_changes(shown_.nodes, number, port, of);
        json.begin_object();
        if (port < node.stage.port_names.size()) json.field("name", node.stage.port_names[port]);
        json.key("columns").begin_array();
        const std::vector<std::string> names = node.outputs[port]->names();
        for (std::size_t i = 0; i < names.size(); ++i)
            json.begin_object()
                .field("name", names[i])
                .field("type", to_string(node.outputs[port]->fields[i].type))
                .field("changed_rows", of.changed[i])
                .end_object();
        json.end_array();
        put_names(json, "new", changes.added);
        put_names(json, "dropped", changes.dropped);
        put_names(json, "renamed", changes.renamed);
        json.end_object();
    }

    void rows(std::uint32_t number, std::uint32_t port) {
        const BoundNode& node = shown_.nodes[number];
        const std::vector<std::string> names = node.outputs[port]->names();
        for (const PreviewRow& row : shown_.preview.stage(number).ports[port].rows) {
            JsonWriter json;
            json.begin_object().field("type", "row").field("stage", number + 1);
            if (port < node.stage.port_names.size()) json.field("output", node.stage.port_names[port]);
            put_place(json, row.place);
            json.key("values").begin_object();
            std::vector<std::string> changed;
            for (std::size_t i = 0; i < names.size(); ++i) {
                json.key(names[i]).raw(row.cells[i].json);
                if (row.changed[i]) changed.push_back(names[i]);
            }
            json.end_object();
            put_names(json, "changed", changed);
            add(json);
        }
    }

    void rejected(std::uint32_t node, const PreviewReject& reject) {
        JsonWriter json;
        json.begin_object().field("type", "reject").field("stage", node + 1);
        put_place(json, reject.place);
        json.field("column", reject.column).field("value", reject.value).field("reason", reject.reason);
        add(json);
    }

    const ShownPreview& shown_;
    std::string out_;
};

}  // namespace

std::string preview_json(const ShownPreview& shown) { return JsonLines(shown).all(); }

}  // namespace etl
