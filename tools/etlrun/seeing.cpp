#include "tools/etlrun/seeing.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "runtime/dry_run.hpp"
#include "runtime/preview.hpp"
#include "runtime/trace.hpp"
#include "tools/etlrun/preview_view.hpp"
#include "tools/etlrun/trace_view.hpp"

namespace etl {

namespace {

constexpr int kGood = 0;
constexpr int kFailed = 1;
constexpr int kWrongPipeline = 2;
constexpr int kInterrupted = 130;
constexpr std::size_t kWidth = 120;  // where there is no terminal
/// Rows of a source that are read for a preview; more where a stage that lets few rows pass has shown too few.
constexpr std::uint64_t kFirstRows = 1'000;
constexpr std::uint64_t kMostRows = 100'000;

std::size_t width_of(std::FILE* out) {
    winsize size{};
    if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kWidth;
    return std::max<std::size_t>(size.ws_col, 40);
}

int status_of(const RunReport& report) {
    if (report.status == RunStatus::interrupted) return kInterrupted;
    return report.error_code.empty() ? kGood : kFailed;
}

bool reads_standard_input(const std::vector<BoundNode>& nodes) {
    return std::any_of(nodes.begin(), nodes.end(), [](const BoundNode& node) {
        return node.kind == NodeKind::source && node.source.address == "-";
    });
}

/// A stage that is shown has too few rows, and more of them would bring some.
bool wants_more(const ShownPreview& shown, std::uint64_t rows) {
    return std::any_of(shown.stages.begin(), shown.stages.end(), [&](std::uint32_t node) {
        if (!shown.has_more(node)) return false;
        const std::uint64_t wanted = shown.is_partial(node) || shown.nodes[node].name == "limit" ? 1 : rows;
        const auto& ports = shown.preview.stage(node).ports;
        return std::any_of(ports.begin(), ports.end(),
                           [&](const PreviewPort& port) { return port.rows.size() < wanted; });
    });
}

}  // namespace

void SeeingOptions::add_to(CLI::App& app) {
    app.add_option("--preview", stage,
                   "shows the first rows behind each stage, or behind STAGE (its name, number or line), and what "
                   "changed; writes nothing")
        ->expected(0, 1)
        ->type_name("[STAGE]");
    app.add_option("--trace", condition,
                   "follows the rows of the sources for which COND is true through every stage; writes nothing")
        ->type_name("COND")
        ->excludes("--preview");
    app.add_option("--rows", rows, "how many rows --preview shows of a stage, and --trace follows")->type_name("N");
}

void SeeingOptions::look_at(const CLI::App& app, std::string& file) {
    is_preview = app.count("--preview") > 0;
    is_trace = app.count("--trace") > 0;
    if (is_trace && condition.empty()) condition = " ";
    // `--preview FILE`: what is meant is clear.
    if (file.empty() && stage.ends_with(".etl")) std::swap(file, stage);
}

int show_preview(const SeeingOptions& options, const SeeingContext& context) {
    for (std::uint64_t most = std::max(kFirstRows, options.rows);; most *= 10) {
        std::optional<Plan> plan = context.make_plan();
        if (!plan) return kWrongPipeline;
        const std::shared_ptr<SourceTexts> texts = plan->pipeline.texts;
        const std::vector<BoundNode> nodes = outline_of(*plan);
        std::vector<std::uint32_t> stages;
        for (std::uint32_t node = 0; node < nodes.size(); ++node) stages.push_back(node);
        if (!options.stage.empty()) stages = find_stages(nodes, *texts, options.stage);
        if (stages.empty()) {
            context.say_error("E316",
                              "there is no stage `" + options.stage + "`; there are " + list_stages(nodes, *texts));
            return kWrongPipeline;
        }
        const auto sources = make_dry(*plan, most);
        Preview preview(*plan, options.rows);
        RunOptions run_options;
        run_options.interrupts = context.interrupts;
        run_options.tap = &preview;
        const RunReport report = run(std::move(*plan), run_options);
        const ShownPreview shown{nodes, preview, report, sources, *texts, stages};
        if (status_of(report) == kGood && most < kMostRows && wants_more(shown, options.rows) &&
            !reads_standard_input(nodes))
            continue;
        const std::string text =
            context.json ? preview_json(shown) : preview_text(shown, width_of(context.out), context.colour);
        std::fprintf(context.out, "%s", text.c_str());
        std::fflush(context.out);
        if (!report.error.empty()) context.say_error(report.error_code, report.error);
        return status_of(report);
    }
}

int show_trace(const SeeingOptions& options, const SeeingContext& context) {
    std::optional<Plan> plan = context.make_plan();
    if (!plan) return kWrongPipeline;
    const std::shared_ptr<SourceTexts> texts = plan->pipeline.texts;
    const std::vector<BoundNode> nodes = outline_of(*plan);
    std::vector<std::string> targets(nodes.size()), asked;
    for (std::size_t node = 0; node < nodes.size(); ++node)
        if (plan->nodes[node].sink != nullptr) targets[node] = plan->nodes[node].sink->name();
    for (const auto& [node, condition] : plan->pipeline.followed) asked.push_back(nodes[node].name);
    const auto sources = make_dry(*plan, 0);
    Trace trace(*plan, options.rows);
    RunOptions run_options;
    run_options.interrupts = context.interrupts;
    run_options.tap = &trace;
    const RunReport report = run(std::move(*plan), run_options);
    const ShownTrace shown{nodes, trace, *texts, targets, options.condition, asked};
    const std::string text =
        context.json ? trace_json(shown) : trace_text(shown, width_of(context.out), context.colour);
    std::fprintf(context.out, "%s", text.c_str());
    std::fflush(context.out);
    if (!report.error.empty()) context.say_error(report.error_code, report.error);
    return status_of(report);
}

}  // namespace etl
