#include "tools/etlrun/offsets.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "runtime/offsets.hpp"
#include "tools/etlrun/say.hpp"

namespace etl {

namespace {

using Kind = Incremental::Kind;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string position_text(const Offset& offset) {
    if (offset.stored.text.empty()) return "nothing";
    const bool is_gone = offset.kind == Kind::none;
    if (is_gone || !offset.summary)
        return "\"" + first_line(offset.stored.text) + "\"" +
               (is_gone ? " of a source that the pipeline does not have" : ", which cannot be read");
    const PositionSummary& summary = *offset.summary;
    if (offset.kind == Kind::column && summary.value.empty()) return "no value yet";
    if (offset.kind == Kind::column) return (summary.is_included ? "from " : "up to ") + summary.value;
    return format_count(summary.files) + (summary.files == 1 ? " file, " : " files, ") + format_bytes(summary.bytes) +
           (summary.files == 0 ? "" : ", the last is " + summary.last_file);
}

void add_position(JsonWriter& json, const Offset& offset) {
    if (offset.stored.text.empty()) {
        json.null();
        return;
    }
    json.begin_object();
    if (!offset.summary) {
        json.field("unreadable", offset.stored.text);
    } else if (offset.kind == Kind::column) {
        json.field("value", offset.summary->value).field("included", offset.summary->is_included);
    } else {
        json.field("files", offset.summary->files).field("last_file", offset.summary->last_file);
        json.field("bytes", offset.summary->bytes);
    }
    json.end_object();
}

JsonWriter begin_json(const char* type, const std::string& pipeline, const Offset& offset) {
    JsonWriter json;
    json.begin_object().field("type", type).field("pipeline", pipeline).field("source", offset.source);
    json.field("shard", offset.shard).field("target", offset.target);
    return json;
}

void say_as_json(const std::string& pipeline, const Offset& offset, std::FILE* out) {
    JsonWriter json = begin_json("offset", pipeline, offset);
    add_position(json.key("position"), offset);
    json.field("run", offset.stored.run).field("when", time_of_run(offset.stored.run)).end_object();
    say_json(out, json.take());
}

void say_as_json(const std::string& pipeline, const OffsetChange& change, std::FILE* out) {
    JsonWriter json = begin_json("offset_changed", pipeline, change.before);
    add_position(json.key("before"), change.before);
    add_position(json.key("after"), change.after);
    json.end_object();
    say_json(out, json.take());
}

std::string source_name(const Offset& offset) {
    return offset.shard.empty() ? offset.source : offset.source + " (" + offset.shard + ")";
}

void say_as_table(const std::vector<Offset>& offsets, std::FILE* out) {
    std::vector<std::array<std::string, 5>> rows{{"source", "target", "position", "run", "when"}};
    for (const Offset& offset : offsets)
        rows.push_back({source_name(offset), offset.target, position_text(offset), offset.stored.run,
                        time_of_run(offset.stored.run)});
    std::array<std::size_t, 5> width{};
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(width[i] - row[i].size() + 2, ' ');
        while (line.ends_with(' ')) line.pop_back();
        std::fprintf(out, "%s\n", line.c_str());
    }
}

std::vector<OffsetRequest> requests_of(const OffsetCommand& command) {
    std::vector<OffsetRequest> requests;
    for (const std::string& given : command.set) {
        const std::size_t sign = given.find('=');
        if (sign == std::string::npos || sign == 0)
            throw Error("E315", "--set-offset takes SOURCE=VALUE, not `" + given + "`");
        requests.push_back({given.substr(0, sign), given.substr(sign + 1)});
    }
    for (const std::string& source : command.reset) requests.push_back({source, std::nullopt});
    std::set<std::string> seen;
    for (const OffsetRequest& request : requests)
        if (!seen.insert(request.source).second)
            throw Error("E315", "the offset of `" + request.source + "` is to be changed twice");
    return requests;
}

}  // namespace

void carry_out(const OffsetCommand& command, const BoundPipeline& pipeline, bool json, std::FILE* out) {
    const std::vector<OffsetRequest> requests = requests_of(command);
    if (!requests.empty())
        for (const OffsetChange& change : change_offsets(pipeline, requests)) {
            if (json) {
                say_as_json(pipeline.name, change, out);
                continue;
            }
            std::fprintf(out, "%s in %s: was %s, is %s\n", source_name(change.before).c_str(),
                         change.before.target.c_str(), position_text(change.before).c_str(),
                         position_text(change.after).c_str());
        }
    if (!command.list) return;
    const std::vector<Offset> offsets = list_offsets(pipeline);
    if (json) {
        for (const Offset& offset : offsets) say_as_json(pipeline.name, offset, out);
        return;
    }
    if (offsets.empty())
        std::fprintf(out, "%s: no target is loaded incrementally, so none keeps an offset\n", pipeline.name.c_str());
    else
        say_as_table(offsets, out);
}

}  // namespace etl
