#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

#include "runtime/run.hpp"

namespace etl {

/// Shows a run under way on standard error: one line that is rewritten on a terminal, else a line every 10 seconds.
/// With json, a {"type":"progress"} object a second instead.
class ProgressDisplay {
  public:
    enum class Style : std::uint8_t { terminal, lines, json };
    /// `json`: where objects go.
    ProgressDisplay(Style style, std::FILE* json) : style_(style), json_(json) {}

    void show(const RunProgress& progress);
    /// Takes the terminal's line away.
    void clear();

  private:
    Style style_;
    std::FILE* json_;
    double shown_at_seconds_ = -1e9;
    bool drawn_ = false;
};

/// "1,234,567 rows  812,000 rows/s  150 MiB of 597 MiB (25%)  0.9 s left  workers: orders 2"; width 0: no limit.
std::string progress_line(const RunProgress& progress, std::size_t width);

}  // namespace etl
