#include "tools/etlrun/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "tools/etlrun/say.hpp"

namespace etl {

namespace {

constexpr double kLineEverySeconds = 10;
constexpr double kJsonEverySeconds = 1;

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string json_line(const RunProgress& progress) {
    JsonWriter json;
    json.begin_object().field("type", "progress").field("seconds", progress.seconds);
    json.field("rows_read", progress.rows_read).field("rows_written", progress.rows_written);
    json.field("rejects", progress.rejects).field("bytes_read", progress.bytes_read);
    json.field("bytes_total", progress.bytes_total).key("workers").begin_object();
    for (const auto& stage : progress.stages) json.field(stage.name, stage.workers);
    json.end_object();
    if (!progress.stuck.empty()) json.field("stuck", progress.stuck);
    json.end_object();
    return json.take();
}

}  // namespace

std::string progress_line(const RunProgress& progress, std::size_t width) {
    const double seconds = progress.seconds > 0 ? progress.seconds : 1e-9;
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.rows_read) / seconds);
    std::string line = format_count(progress.rows_read) + " rows  " + format_count(rate) + " rows/s  ";
    line += format_bytes(progress.bytes_read);
    if (progress.bytes_total > 0 && progress.bytes_read > 0) {
        const double share =
            std::min(1.0, static_cast<double>(progress.bytes_read) / static_cast<double>(progress.bytes_total));
        char percent[16];
        std::snprintf(percent, sizeof percent, " (%.0f%%)", share * 100);
        line += " of " + format_bytes(progress.bytes_total) + percent;
        if (share < 1) line += "  " + format_seconds(seconds * (1 - share) / share) + " left";
    }
    if (progress.rejects > 0) line += "  " + format_count(progress.rejects) + " rejects";
    // In front of the workers, which a narrow terminal may not show.
    if (!progress.stuck.empty()) line += "  " + progress.stuck;
    std::string workers;
    for (const auto& stage : progress.stages)
        workers += (workers.empty() ? "  workers: " : ", ") + stage.name + " " + std::to_string(stage.workers);
    line += workers;
    if (width > 0 && line.size() > width) line.resize(width);
    return line;
}

void ProgressDisplay::show(const RunProgress& progress) {
    if (style_ == Style::terminal) {
        std::fprintf(stderr, "\r\x1b[K%s", progress_line(progress, terminal_width() - 1).c_str());
        std::fflush(stderr);
        drawn_ = true;
        return;
    }
    const double every = style_ == Style::json ? kJsonEverySeconds : kLineEverySeconds;
    if (shown_at_seconds_ < 0 && style_ == Style::lines && progress.seconds < every) return;
    if (progress.seconds - shown_at_seconds_ < every) return;
    shown_at_seconds_ = progress.seconds;
    if (style_ == Style::json)
        say_json(json_, json_line(progress));
    else
        std::fprintf(stderr, "%s\n", progress_line(progress, 0).c_str());
}

void ProgressDisplay::clear() {
    if (!drawn_) return;
    std::fprintf(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace etl
