#include "state/run_report.hpp"

#include <array>

namespace etl {

namespace {

constexpr std::array<std::string_view, 5> kStatusNames = {"succeeded", "succeeded_with_rejects", "failed",
                                                          "too_many_rejects", "interrupted"};

}  // namespace

std::string_view status_name(RunStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::optional<RunStatus> status_of_name(std::string_view name) {
    for (std::size_t i = 0; i < kStatusNames.size(); ++i)
        if (kStatusNames[i] == name) return static_cast<RunStatus>(i);
    return std::nullopt;
}

std::uint64_t RunReport::rows_read() const {
    std::uint64_t rows = 0;
    for (const NodeBalance& node : nodes)
        if (node.kind == NodeKind::source) rows += node.in;
    return rows;
}

std::uint64_t RunReport::rows_written() const {
    std::uint64_t rows = 0;
    for (const NodeBalance& node : nodes)
        if (node.kind == NodeKind::target) rows += node.out;
    return rows;
}

std::string_view PastRun::status() const {
    if (report) return status_name(report->status);
    return is_alive ? "running" : "died";
}

}  // namespace etl
