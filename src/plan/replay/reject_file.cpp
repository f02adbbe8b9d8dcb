#include "plan/replay/reject_file.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <tuple>

#include "base/diagnostic.hpp"
#include "base/error.hpp"
#include "data/json_value.hpp"
#include "plan/reject_cause.hpp"

namespace etl {

namespace {

namespace fs = std::filesystem;
using Kind = JsonValue::Kind;

constexpr std::string_view kEnding = ".jsonl";

[[noreturn]] void fail(const std::string& message) { throw Error("E538", message); }

std::string text_of(const JsonValue& object, std::string_view name) {
    const JsonValue* found = object.find(name, Kind::text);
    return found == nullptr ? std::string() : found->text;
}

std::uint64_t number_of(const JsonValue& object, std::string_view name) {
    const JsonValue* found = object.find(name, Kind::integer);
    return found == nullptr ? 0 : found->integer;
}

struct KnownRun {
    std::string name;
    fs::path path;
    fs::file_time_type written;
};

std::vector<KnownRun> find_runs(const fs::path& folder) {
    std::vector<KnownRun> runs;
    std::error_code ignored;
    for (fs::directory_iterator at(folder, ignored); !ignored && at != fs::directory_iterator();
         at.increment(ignored)) {
        const std::string name = at->path().filename().string();
        if (!name.ends_with(kEnding)) continue;
        std::error_code gone;
        runs.push_back(
            {name.substr(0, name.size() - kEnding.size()), at->path(), fs::last_write_time(at->path(), gone)});
    }
    std::sort(runs.begin(), runs.end(), [](const KnownRun& a, const KnownRun& b) {
        return std::tie(a.written, a.name) < std::tie(b.written, b.name);
    });
    return runs;
}

std::optional<JsonValue> first_line(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string line;
    if (!std::getline(in, line)) return std::nullopt;
    return parse_json(line);
}

std::string pipeline_of(const JsonValue& line) {
    const JsonValue* way = line.find("replay", Kind::object);
    return way == nullptr ? std::string() : text_of(*way, "pipeline");
}

KnownRun last_run(const std::vector<KnownRun>& runs, const fs::path& folder, const std::string& pipeline) {
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        if (const auto line = first_line(run->path); line && pipeline_of(*line) == pipeline) return *run;
    fail("no run of pipeline `" + pipeline + "` has rejects in " + folder.string());
}

KnownRun find_run(const fs::path& folder, const std::string& pipeline, const std::string& wanted) {
    const std::vector<KnownRun> runs = find_runs(folder);
    if (wanted == "last") return last_run(runs, folder, pipeline);
    std::vector<std::string> names;
    const KnownRun* found = nullptr;
    for (const KnownRun& run : runs) {
        if (run.name == wanted) return run;
        if (!run.name.starts_with(wanted)) continue;
        names.push_back(run.name);
        found = &run;
    }
    if (names.size() > 1) fail("several runs begin with `" + wanted + "`: " + list_names(names));
    if (found != nullptr) return *found;
    std::error_code ignored;
    for (fs::directory_iterator at(folder, ignored); !ignored && at != fs::directory_iterator(); at.increment(ignored))
        if (const std::string name = at->path().filename().string();
            name.starts_with(wanted) && name.ends_with(".open"))
            fail("run `" + wanted +
                 "` was stopped before its end; start the pipeline once more, which finds out what of its rejects "
                 "counts");
    fail("no run `" + wanted + "` has rejects in " + folder.string() +
         "; `--replay` takes a run's name, the beginning of it, or `last`");
}

/// Reads one file of rejects, line by line.
class RejectReader {
  public:
    RejectReader(const KnownRun& run, const std::string& pipeline, const std::string& cause)
        : run_(run), pipeline_(pipeline), cause_(cause) {
        made_.path = run.path;
        made_.run = run.name;
    }

    RejectFile read() {
        std::ifstream in(run_.path, std::ios::binary);
        std::uint64_t offset = 0;
        for (std::string line; std::getline(in, line); offset += line.size() + 1) take(line, offset);
        if (in.bad()) fail(run_.path.string() + " cannot be read");
        return std::move(made_);
    }

  private:
    void take(const std::string& line, std::uint64_t offset) {
        const std::optional<JsonValue> object = parse_json(line);
        const JsonValue* way = object ? object->find("replay", Kind::object) : nullptr;
        const std::string where = run_.path.string() + ", line " + std::to_string(made_.rows.size() + 1);
        if (!object) fail(where + ": this is no JSON; the file was changed");
        if (way == nullptr) fail(where + ": the reject does not tell where it goes on; an earlier version wrote it");
        if (made_.rows.empty()) check_run(*way);
        RejectedRow row;
        row.number = made_.rows.size();
        row.offset = offset;
        row.line = number_of(*object, "line");
        row.group = group_of(*object, *way);
        row.file = file_of(*object, *way);
        row.is_chosen = is_chosen(*object);
        made_.groups[row.group].is_chosen |= row.is_chosen;
        made_.chosen += row.is_chosen ? 1 : 0;
        made_.rows.push_back(row);
    }

    void check_run(const JsonValue& way) const {
        if (const std::string of = text_of(way, "pipeline"); of != pipeline_)
            fail("run " + run_.name + " is one of pipeline `" + of + "`, this is `" + pipeline_ + "`");
        const JsonValue* loaded = way.find("loaded", Kind::boolean);
        if (way.find("loaded", Kind::null) != nullptr)
            fail("what run " + run_.name +
                 " has read is read again since, by `--full`, `--from` or an offset that was "
                 "set or reset; its rejects come with it");
        if (loaded == nullptr || !loaded->boolean)
            fail("run " + run_.name +
                 " did not end well: what it had read is not loaded, or not all of it; start the pipeline again "
                 "instead");
    }

    bool is_chosen(const JsonValue& object) const {
        if (cause_.empty()) return true;
        const std::string reason = text_of(object, "reason");
        return reason.find(cause_) != std::string::npos ||
               reject_cause(text_of(object, "stage"), text_of(object, "column"), text_of(object, "value"), reason)
                       .find(cause_) != std::string::npos;
    }

    std::uint32_t group_of(const JsonValue& object, const JsonValue& way) {
        ReplayGroup group;
        group.form = text_of(way, "form");
        group.source = text_of(way, "source");
        group.flow = text_of(way, "flow");
        group.stage = text_of(object, "stage");
        group.nth = number_of(way, "nth");
        group.of = number_of(way, "of");
        const auto [known, is_new] =
            groups_.try_emplace({group.form, group.source, group.flow, group.stage, group.nth}, made_.groups.size());
        if (!is_new) return known->second;
        if (group.form == "columns")
            if (const auto row = parse_json(text_of(object, "row")); row) group.columns = row->names;
        made_.groups.push_back(std::move(group));
        return known->second;
    }

    std::uint32_t file_of(const JsonValue& object, const JsonValue& way) {
        const std::string source = text_of(way, "source");
        const std::string name = text_of(object, "file");
        const auto [known, is_new] = files_.try_emplace({source, name}, made_.files.size());
        const JsonValue* head = way.find("head", Kind::text);
        if (is_new) {
            made_.files.push_back({source, name, head == nullptr ? std::string() : head->text});
        } else if (head != nullptr && head->text != made_.files[known->second].head) {
            // The file was read twice in the run, and had changed in between.
            known->second = static_cast<std::uint32_t>(made_.files.size());
            made_.files.push_back({source, name, head->text});
        }
        return known->second;
    }

    const KnownRun& run_;
    const std::string& pipeline_;
    const std::string& cause_;
    RejectFile made_;
    std::map<std::tuple<std::string, std::string, std::string, std::string, std::uint64_t>, std::uint32_t> groups_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> files_;
};

}  // namespace

RejectFile read_rejects(const fs::path& state_folder, const std::string& pipeline, const ReplayRequest& request) {
    const KnownRun run = find_run(state_folder / "rejects", pipeline, request.run);
    RejectFile made = RejectReader(run, pipeline, request.cause).read();
    if (made.rows.empty()) fail("run " + run.name + " has no rejects");
    if (made.chosen == 0)
        fail("no reject of run " + run.name + " has the cause `" + request.cause + "`; `" + run.path.string() +
             "` tells them");
    return made;
}

}  // namespace etl
