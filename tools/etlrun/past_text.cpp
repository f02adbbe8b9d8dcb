#include "tools/etlrun/past_text.hpp"

#include <algorithm>
#include <chrono>

#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "data/print.hpp"
#include "data/time.hpp"
#include "tools/etlrun/closing_table.hpp"
#include "tools/etlrun/text_table.hpp"

namespace etl {

namespace {

std::string time_text(std::int64_t time_us) {
    char text[kTimestampWidth_bytes];
    return {text, print_timestamp(text, time_us)};
}

std::string time_to_seconds(std::int64_t time_us) { return time_text(floor_divide(time_us, kSecond_us) * kSecond_us); }

double seconds_since(std::int64_t time_us) {
    using namespace std::chrono;
    const std::int64_t now_us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    return static_cast<double>(std::max<std::int64_t>(0, now_us - time_us)) / 1e6;
}

std::string spaced(std::string_view status) {
    std::string text(status);
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

void add_start(JsonWriter& json, const PastRun& run) {
    const RunStart& start = run.start;
    json.field("run", start.run_id).field("status", run.status()).field("pipeline", start.pipeline);
    json.field("file", start.file).field("started", time_text(start.started_us)).field("process", start.process);
    json.field("host", start.host).field("version", start.version);
}

std::string start_lines(const PastRun& run) {
    const RunStart& start = run.start;
    std::string out = "run       " + start.run_id + "\npipeline  " + start.pipeline + "  (" + start.file + ")\n";
    out += "began     " + time_to_seconds(start.started_us) + "  process " + std::to_string(start.process) + " on " +
           start.host + ", version " + start.version + "\n";
    if (!start.profile.empty()) out += "profile   " + start.profile + "\n";
    for (const auto& [name, value] : start.parameters) out += "param     " + name + " = " + value + "\n";
    return out + "\n";
}

std::string workers_table(const RunReport& report, bool colour) {
    if (report.workers.empty()) return {};
    TextTable table({{"stages"}, {"workers at most", true}, {"threshold breaches", true}});
    for (const StageWorkers& workers : report.workers)
        table.add({workers.name, format_count(workers.most), format_count(workers.breaches)});
    return "\n" + table.text(colour);
}

std::string offset_lines(const RunReport& report) {
    if (report.offsets.empty()) return {};
    std::string out = "\noffsets at its end (the targets keep what counts)\n";
    for (const EndOffset& offset : report.offsets) {
        out += "  " + offset.source + (offset.shard.empty() ? "" : " " + offset.shard) + " → " + offset.target + ": ";
        for (const char c : offset.position) out += c == '\n' ? "\n      " : std::string(1, c);
        out += "\n";
    }
    return out;
}

}  // namespace

std::string history_table(const std::vector<PastRun>& runs, bool colour) {
    TextTable table({{"run"},
                     {"began"},
                     {"pipeline"},
                     {"status"},
                     {"read", true},
                     {"written", true},
                     {"rejects", true},
                     {"time", true}});
    for (const PastRun& run : runs) {
        std::vector<std::string> row = {run.start.run_id, time_to_seconds(run.start.started_us), run.start.pipeline,
                                        spaced(run.status())};
        if (run.report) {
            for (const std::uint64_t count : {run.report->rows_read(), run.report->rows_written(), run.report->rejects})
                row.push_back(format_count(count));
            row.push_back(format_seconds(run.report->seconds));
        } else {
            row.insert(row.end(), 3, "");
            row.push_back(run.is_alive ? format_seconds(seconds_since(run.start.started_us)) : "");
        }
        table.add(std::move(row));
    }
    return table.text(colour);
}

std::string history_json(const PastRun& run) {
    JsonWriter json;
    json.begin_object().field("type", "run");
    add_start(json, run);
    if (run.report) {
        json.field("rows_read", run.report->rows_read()).field("rows_written", run.report->rows_written());
        json.field("rejects", run.report->rejects).field("seconds", run.report->seconds);
    }
    json.end_object();
    return json.take();
}

std::string past_report(const PastRun& run, const std::filesystem::path& rejects_file, bool colour) {
    std::string out = start_lines(run);
    if (run.report) {
        const RunReport& report = *run.report;
        out += closing_table(report, colour);
        if (!report.error.empty()) out += "error[" + report.error_code + "]: " + report.error + "\n";
        return out + workers_table(report, colour) + offset_lines(report);
    }
    if (run.is_alive) return out + "running for " + format_seconds(seconds_since(run.start.started_us)) + "\n";
    out += "died: it was killed, or its end could not be recorded\n";
    if (!rejects_file.empty()) out += "rejects of the rows that it loaded: " + rejects_file.string() + "\n";
    return out;
}

std::string past_report_json(const PastRun& run, const std::filesystem::path& rejects_file) {
    JsonWriter json;
    json.begin_object().field("type", "report");
    add_start(json, run);
    json.field("profile", run.start.profile).key("params").begin_object();
    for (const auto& [name, value] : run.start.parameters) json.field(name, value);
    json.end_object();
    if (run.report)
        add_account(json, *run.report);
    else if (!rejects_file.empty())
        json.field("rejects_file", rejects_file.string());
    json.end_object();
    return json.take();
}

}  // namespace etl
