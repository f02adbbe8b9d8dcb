#include "tools/etlrun/closing_table.hpp"

#include <algorithm>
#include <array>

#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "tools/etlrun/text_table.hpp"

namespace etl {

namespace {

constexpr std::array<const char*, 8> kHeads = {"in", "made", "out", "filtered", "rejected", "merged", "cut", "warned"};

std::array<std::uint64_t, 8> numbers(const NodeBalance& node) {
    return {node.in, node.made, node.out, node.filtered, node.rejected, node.merged, node.cut, node.warned};
}

/// Only the columns that hold a number other than 0 somewhere; in and out always.
std::string balance_table(const RunReport& report, bool colour) {
    std::size_t name_width = 5;
    std::array<std::size_t, 8> width{};
    std::array<bool, 8> shown{true, false, true};
    for (const NodeBalance& node : report.nodes) {
        name_width = std::max(name_width, shown_width(node.name));
        const auto row = numbers(node);
        for (std::size_t i = 0; i < row.size(); ++i) {
            shown[i] = shown[i] || row[i] > 0;
            width[i] = std::max({width[i], format_count(row[i]).size(), std::string_view(kHeads[i]).size()});
        }
    }
    std::string out = colour ? "\x1b[1m" : "";
    out += padded("stage", name_width, false);
    for (std::size_t i = 0; i < kHeads.size(); ++i)
        if (shown[i]) out += "  " + padded(kHeads[i], width[i], true);
    out += colour ? "\x1b[0m\n" : "\n";
    for (const NodeBalance& node : report.nodes) {
        out += padded(node.name, name_width, false);
        const auto row = numbers(node);
        for (std::size_t i = 0; i < row.size(); ++i)
            if (shown[i])
                out += "  " + padded(row[i] == 0 && i != 0 && i != 2 ? "" : format_count(row[i]), width[i], true);
        while (out.ends_with(' ')) out.pop_back();
        out += "\n";
    }
    return out;
}

std::string reason_lines(const std::map<std::string, std::uint64_t>& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> reasons(counts.begin(), counts.end());
    std::stable_sort(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::size_t width = 0;
    for (const auto& [reason, count] : reasons) width = std::max(width, format_count(count).size());
    std::string out;
    for (const auto& [reason, count] : reasons)
        out += "  " + padded(format_count(count), width, true) + "  " + reason + "\n";
    return out;
}

std::string reject_table(const RunReport& report) {
    if (report.rejects == 0) return {};
    std::string out = "\nrejects: " + format_count(report.rejects);
    if (!report.rejects_file.empty()) out += "  (" + report.rejects_file + ")";
    return out + "\n" + reason_lines(report.rejects_by_reason);
}

std::string warning_table(const RunReport& report) {
    if (report.warnings_by_reason.empty()) return {};
    std::uint64_t rows = 0;
    for (const auto& [reason, count] : report.warnings_by_reason) rows += count;
    return "\nwarnings: " + format_count(rows) + "\n" + reason_lines(report.warnings_by_reason);
}

}  // namespace

std::string closing_table(const RunReport& report, bool colour) {
    std::string out = balance_table(report, colour) + reject_table(report) + warning_table(report) + "\n";
    const bool good = report.status == RunStatus::succeeded || report.status == RunStatus::succeeded_with_rejects;
    std::string status(status_name(report.status));
    std::replace(status.begin(), status.end(), '_', ' ');
    if (colour) out += good ? "\x1b[1;32m" : "\x1b[1;31m";
    out += status;
    if (colour) out += "\x1b[0m";
    out += "  " + format_seconds(report.seconds) + "  " + format_bytes(report.bytes_read) + " read  peak memory " +
           format_bytes(report.peak_memory_bytes);
    if (report.attempts > 1) out += "  attempts " + format_count(report.attempts);
    if (report.grown + report.shrunk > 0)
        out += "  workers grown " + format_count(report.grown) + ", shrunk " + format_count(report.shrunk);
    return out + "\n";
}

void add_account(JsonWriter& json, const RunReport& report) {
    if (!report.error.empty()) json.field("code", report.error_code).field("error", report.error);
    json.field("attempts", report.attempts);
    json.field("seconds", report.seconds).field("bytes_read", report.bytes_read);
    json.field("peak_memory_bytes", report.peak_memory_bytes).field("rejects", report.rejects);
    if (!report.replayed_run.empty())
        json.field("replayed_run", report.replayed_run).field("replayed", report.replayed);
    json.field("rejects_file", report.rejects_file);
    for (const auto& [name, counts] : {std::pair("rejects_by_reason", &report.rejects_by_reason),
                                       std::pair("warnings_by_reason", &report.warnings_by_reason)}) {
        json.key(name).begin_object();
        for (const auto& [reason, count] : *counts) json.field(reason, count);
        json.end_object();
    }
    json.key("stages").begin_array();
    for (const NodeBalance& node : report.nodes) {
        json.begin_object().field("name", node.name);
        const auto row = numbers(node);
        for (std::size_t i = 0; i < row.size(); ++i) json.field(kHeads[i], row[i]);
        json.end_object();
    }
    json.end_array().key("workers").begin_array();
    for (const StageWorkers& workers : report.workers)
        json.begin_object()
            .field("stages", workers.name)
            .field("most", workers.most)
            .field("breaches", workers.breaches)
            .end_object();
    json.end_array().field("grown", report.grown).field("shrunk", report.shrunk).key("offsets").begin_array();
    for (const EndOffset& offset : report.offsets)
        json.begin_object()
            .field("target", offset.target)
            .field("source", offset.source)
            .field("shard", offset.shard)
            .field("position", offset.position)
            .end_object();
    json.end_array();
}

std::string report_json(const RunReport& report) {
    JsonWriter json;
    json.begin_object().field("type", "report").field("run", report.run_id).field("status", status_name(report.status));
    add_account(json, report);
    json.key("scaling").begin_array();
    for (const ScalingDecision& decision : report.scaling) {
        json.begin_object().field("at_seconds", decision.at_seconds).field("stage", decision.stage);
        json.field("workers_before", decision.workers_before).field("workers_after", decision.workers_after);
        json.field("reason", decision.reason).end_object();
    }
    json.end_array().key("troubles").begin_array();
    for (const std::string& trouble : report.troubles) json.value(trouble);
    json.end_array().end_object();
    return json.take();
}

}  // namespace etl
