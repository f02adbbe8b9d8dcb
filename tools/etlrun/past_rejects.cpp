#include "tools/etlrun/past_rejects.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "state/history.hpp"
#include "tools/etlrun/text_table.hpp"

namespace etl {

namespace {

namespace fs = std::filesystem;

PastRun last_with_rejects(const fs::path& state_folder, const std::string& pipeline_or_file) {
    std::vector<PastRun> runs = past_runs(state_folder, pipeline_or_file);
    const auto has_rejects = [&](const PastRun& run) {
        if (run.report) return run.report->rejects > 0;
        return !run.is_alive && (!rejects_file_of(state_folder, run.start.run_id).empty() ||
                                 !open_rejects_of(state_folder, run.start.run_id).empty());
    };
    const auto found = std::find_if(runs.rbegin(), runs.rend(), has_rejects);
    if (found == runs.rend())
        throw Error("E543", runs.empty() ? "no run is recorded in " + state_folder.string()
                                         : "none of the " + format_count(runs.size()) + " runs recorded in " +
                                               state_folder.string() + " has rejects");
    return std::move(*found);
}

/// What the history counted, with the first rows of the file as examples: some may have gone to a `rejects` target.
std::vector<RejectGroup> counted_groups(const RunReport& report, const std::vector<RejectGroup>& in_file) {
    std::vector<RejectGroup> groups;
    for (const auto& [cause, count] : report.rejects_by_reason) {
        const auto same = std::find_if(in_file.begin(), in_file.end(),
                                       [&cause = cause](const RejectGroup& each) { return each.cause == cause; });
        groups.push_back(same == in_file.end() ? RejectGroup{} : *same);
        groups.back().cause = cause;
        groups.back().count = count;
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [](const RejectGroup& a, const RejectGroup& b) { return a.count > b.count; });
    return groups;
}

std::string example_of(const RejectGroup& group) {
    std::string text = group.file;
    if (group.line > 0) text += (text.empty() ? "line " : ":") + std::to_string(group.line);
    if (!group.column.empty()) text += (text.empty() ? "" : "  ") + group.column + " = `" + group.value + "`";
    return text;
}

}  // namespace

PastRejects past_rejects(const fs::path& state_folder, const std::string& run, const std::string& pipeline_or_file) {
    PastRejects found;
    found.run =
        run.empty() ? last_with_rejects(state_folder, pipeline_or_file) : past_run(state_folder, run, pipeline_or_file);
    const std::string& id = found.run.start.run_id;
    found.file = rejects_file_of(state_folder, id);
    if (!found.run.report) found.journal = open_rejects_of(state_folder, id);
    if (!found.file.empty()) found.groups = group_rejects(found.file);
    for (const RejectGroup& group : found.groups) found.rows += group.count;
    found.rejects = found.rows;
    if (found.run.report && found.run.report->rejects != found.rows) {
        found.rejects = found.run.report->rejects;
        found.groups = counted_groups(*found.run.report, found.groups);
    }
    return found;
}

std::string past_rejects_text(const PastRejects& rejects) {
    std::string out = "run " + rejects.run.start.run_id + " of " + rejects.run.start.pipeline + ": " +
                      format_count(rejects.rejects) + (rejects.rejects == 1 ? " reject\n" : " rejects\n");
    if (!rejects.groups.empty()) {
        TextTable table({{"count", true}, {"cause"}, {"for example"}});
        for (const RejectGroup& group : rejects.groups)
            table.add({format_count(group.count), group.cause, example_of(group)});
        out += "\n" + table.text(false);
    }
    if (!rejects.file.empty()) out += "\nthe rows: " + rejects.file.string() + "\n";
    if (rejects.rows < rejects.rejects)
        out += (rejects.file.empty() ? "\n" : "") + format_count(rejects.rejects - rejects.rows) +
               " of them are not kept there: they went to the pipeline's `rejects`, or their file was removed\n";
    if (!rejects.journal.empty())
        out += "\nthe run was killed; what of " + rejects.journal.string() +
               " belongs to rows that it loaded is known with the next run of the pipeline\n";
    return out;
}

std::vector<std::string> past_rejects_json(const PastRejects& rejects) {
    std::vector<std::string> objects;
    JsonWriter head;
    head.begin_object().field("type", "rejects").field("run", rejects.run.start.run_id);
    head.field("pipeline", rejects.run.start.pipeline).field("status", rejects.run.status());
    head.field("rejects", rejects.rejects).field("rows", rejects.rows).field("file", rejects.file.string());
    if (!rejects.journal.empty()) head.field("journal", rejects.journal.string());
    objects.push_back(head.end_object().take());
    for (const RejectGroup& group : rejects.groups) {
        JsonWriter json;
        json.begin_object().field("type", "cause").field("cause", group.cause).field("count", group.count);
        if (!group.file.empty()) json.field("file", group.file);
        if (group.line > 0) json.field("line", group.line);
        if (!group.column.empty()) json.field("column", group.column).field("value", group.value);
        objects.push_back(json.end_object().take());
    }
    return objects;
}

}  // namespace etl
