#include "runtime/reject_lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "data/json.hpp"
#include "data/print.hpp"
#include "io/file_descriptor.hpp"

namespace etl {

namespace {

const char* form_name(RowForm form) {
    switch (form) {
        case RowForm::record: return "record";
        case RowForm::columns: return "columns";
        case RowForm::incomplete: break;
    }
    return "incomplete";
}

constexpr std::string_view kNotLoaded = R"("loaded":false)";
constexpr std::string_view kLoaded = R"("loaded":true )";
constexpr std::string_view kOutdated = R"("loaded":null )";

/// In place, where the line also holds `wanted`; durable on return. Within a text the quotes are escaped. False: it
/// cannot be written.
bool change_first_line(const std::filesystem::path& path, std::string_view from, std::string_view to,
                       std::string_view wanted = {}) {
    std::ifstream file(path, std::ios::binary);
    std::string line;
    std::getline(file, line);
    if (!file.is_open() || file.bad()) return false;
    const std::size_t at = line.find(from);
    if (!file || at == std::string::npos || line.find(wanted) == std::string::npos) return true;
    const FileDescriptor open(::open(path.c_str(), O_WRONLY | O_DSYNC | O_CLOEXEC));
    return open &&
           ::pwrite(open.get(), to.data(), to.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(to.size());
}

}  // namespace

RejectRecord RejectLines::record_of(const Reject& reject, const std::string& shard) const {
    RejectRecord record;
    record.stage = plan_.nodes[reject.stage].bound.name;
    const auto& texts = plan_.pipeline.texts;
    if (texts != nullptr && reject.span.file < texts->size())
        record.place = texts->name(reject.span.file) + ":" +
                       std::to_string(texts->locate(reject.span.file, reject.span.begin).line);
    record.column = reject.column;
    const bind::Secrets& secrets = plan_.pipeline.secrets;
    record.value = secrets.redact_data(reject.value);
    record.reason = secrets.redact_data(reject.reason);
    record.file = run_.file_name(reject.origin.source, reject.origin.file);
    record.line = reject.origin.line;
    record.shard = shard;
    record.row = secrets.redact_data(reject.row);
    record.node = reject.stage;
    record.source = reject.origin.source;
    record.file_number = reject.origin.file;
    const bool is_kept = record.row == reject.row && is_valid_utf8(reject.row.data(), reject.row.size());
    record.form = is_kept ? reject.form : RowForm::incomplete;
    return record;
}

/// `flow`, the stage's name and its number among those of that name there say where a row was refused, in a pipeline
/// that may have changed by the time it is sent through again.
void RejectLines::add_way(JsonWriter& json, const RejectRecord& record, bool is_loaded) {
    const BoundNode& node = plan_.nodes[record.node].bound;
    json.key("replay").begin_object().field("pipeline", plan_.pipeline.name);
    if (node.kind != NodeKind::source) json.field("flow", plan_.pipeline.secrets.redact_data(node.flow));
    if (node.kind != NodeKind::source) {
        const auto [nth, of] = place_in_flow(record.node);
        json.field("nth", nth).field("of", of);
    }
    json.field("form", form_name(record.form));
    for (const PlanNode& source : plan_.nodes) {
        if (source.source == nullptr || source.bound.source.source != record.source) continue;
        json.field("source", source.bound.name);
        if (headed_.emplace(record.source, record.file_number).second)
            json.field("head", source.source->head(record.file_number));
        break;
    }
    if (is_first_) json.key("loaded").raw(is_loaded ? "true " : "false");
    is_first_ = false;
    json.end_object();
}

/// Which of the flow's stages of its name it is, from 1, and how many these are.
std::pair<std::uint32_t, std::uint32_t> RejectLines::place_in_flow(std::uint32_t number) const {
    const BoundNode& node = plan_.nodes[number].bound;
    std::uint32_t place = 0, count = 0;
    for (std::uint32_t other = 0; other < plan_.nodes.size(); ++other) {
        if (plan_.nodes[other].bound.flow != node.flow || plan_.nodes[other].bound.name != node.name) continue;
        ++count;
        if (other == number) place = count;
    }
    return {place, count};
}

bool mark_rejects_loaded(const std::filesystem::path& path) { return change_first_line(path, kNotLoaded, kLoaded); }

void mark_rejects_outdated(const std::filesystem::path& folder, const std::string& pipeline) {
    JsonWriter name;
    name.begin_object().field("pipeline", pipeline);
    const std::string wanted = R"("replay":)" + name.take();
    std::error_code ignored;
    for (std::filesystem::directory_iterator at(folder, ignored);
         !ignored && at != std::filesystem::directory_iterator(); at.increment(ignored))
        if (at->path().extension() == ".jsonl" && !change_first_line(at->path(), kLoaded, kOutdated, wanted))
            throw Error("E520", at->path().string() + " cannot be written: " + std::generic_category().message(errno));
}

std::string RejectLines::line(const RejectRecord& record, bool is_loaded) {
    char time[kTimestampWidth_bytes];
    JsonWriter json;
    const auto text = [&](const char* name, const std::string& value, bool known) {
        json.key(name);
        if (known)
            json.value(value);
        else
            json.null();
    };
    json.begin_object()
        .field("time", std::string_view(time, print_timestamp(time, run_.start_us)))
        .field("stage", record.stage);
    text("place", record.place, !record.place.empty());
    text("column", record.column, !record.column.empty());
    text("value", record.value, !record.column.empty());
    json.field("reason", record.reason);
    text("file", record.file, !record.file.empty());
    json.key("line");
    if (record.line > 0)
        json.value(record.line);
    else
        json.null();
    text("shard", record.shard, !record.shard.empty());
    text("row", record.row, !record.row.empty());
    add_way(json, record, is_loaded);
    json.end_object();
    return json.take() + "\n";
}

}  // namespace etl
