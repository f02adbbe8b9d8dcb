#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "io/standard_streams.hpp"
#include "lang/load.hpp"
#include "plan/plan.hpp"
#include "plan/replay.hpp"
#include "runtime/retry.hpp"
#include "runtime/run.hpp"
#include "tools/etlrun/attempts.hpp"
#include "tools/etlrun/closing_table.hpp"
#include "tools/etlrun/history.hpp"
#include "tools/etlrun/offsets.hpp"
#include "tools/etlrun/progress.hpp"
#include "tools/etlrun/replay_options.hpp"
#include "tools/etlrun/say.hpp"
#include "tools/etlrun/seeing.hpp"

namespace {

using namespace etl;

enum ExitStatus : int {
    kGood = 0,
    kFailed = 1,
    kWrongPipeline = 2,
    kTooManyRejects = 3,
    kHeldByAnother = 4,
    kInterrupted = 130
};

std::atomic<int> interrupts{0};

/// The first lets the run end, the second cuts it short, the third is for one that hangs in a call of the system.
void on_signal(int) {
    if (interrupts.fetch_add(1) >= 2) _exit(kInterrupted);
}

struct CommandLine {
    std::string file;
    std::vector<std::string> params;
    std::string config;
    std::string profile;
    std::vector<std::string> from;
    OffsetCommand offsets;
    ReplayRequest replay;
    bool full = false;
    bool dry_run = false;
    bool explain = false;
    bool json = false;
    bool quiet = false;
    SeeingOptions seeing;
    bool history = false;
    std::string report;                  // RUN
    std::optional<std::string> rejects;  // RUN, or empty
    std::FILE* out = stdout;             // of --json: standard error where rows go to standard output
};

bool colour_wanted(int stream) { return isatty(stream) != 0 && std::getenv("NO_COLOR") == nullptr; }

void say_error(const CommandLine& line, const std::string& code, const std::string& message) {
    if (line.json) {
        JsonWriter json;
        json.begin_object().field("type", "error").field("code", code).field("message", message).end_object();
        say_json(line.out, json.take());
        return;
    }
    const bool colour = colour_wanted(STDERR_FILENO);
    std::fprintf(stderr, "%serror[%s]%s: %s\n", colour ? "\x1b[1;31m" : "", code.c_str(), colour ? "\x1b[0m" : "",
                 message.c_str());
}

void say_text(const CommandLine& line, std::FILE* to, const char* type, const std::string& text) {
    if (!line.json) {
        std::fprintf(to, "%s", text.c_str());
        return;
    }
    JsonWriter json;
    say_json(line.out, json.begin_object().field("type", type).field("text", text).end_object().take());
}

void say_diagnostics(const CommandLine& line, const Diagnostics& diagnostics, const SourceTexts& texts) {
    for (const Diagnostic& diagnostic : diagnostics.sorted()) {
        if (line.quiet && diagnostic.severity != Severity::error) continue;
        if (line.json)
            say_json(line.out, render_json(diagnostic, texts));
        else
            std::fprintf(stderr, "%s\n", render_text(diagnostic, texts, colour_wanted(STDERR_FILENO)).c_str());
    }
}

bool take_params(const CommandLine& line, LoadOptions& options) {
    for (const std::string& param : line.params) {
        const std::size_t sign = param.find('=');
        if (sign == std::string::npos || sign == 0) {
            say_error(line, "E315", "-p takes NAME=VALUE, not `" + param + "`");
            return false;
        }
        options.params[param.substr(0, sign)] = param.substr(sign + 1);
    }
    return true;
}

int status_of(const RunReport& report) {
    switch (report.status) {
        case RunStatus::succeeded:
        case RunStatus::succeeded_with_rejects: return kGood;
        case RunStatus::failed: return report.is_held_by_another() ? kHeldByAnother : kFailed;
        case RunStatus::too_many_rejects: return kTooManyRejects;
        case RunStatus::interrupted: return kInterrupted;
    }
    return kFailed;
}

/// Nothing after diagnostics.
std::optional<Plan> plan_of(CommandLine& line, BoundPipeline pipeline) {
    if (line.replay.run.empty()) return make_plan(std::move(pipeline));
    const std::shared_ptr<SourceTexts> texts = pipeline.texts;
    Diagnostics said;
    std::optional<Plan> plan = make_replay_plan(std::move(pipeline), line.replay, said);
    say_diagnostics(line, said, *texts);
    // Of several attempts the later ones do not take the rejects of the first for the last.
    if (plan) line.replay.run = plan->replayed_run;
    return plan;
}

/// What may pass by itself has failed a run; all else is thrown. Nothing after diagnostics.
std::optional<RunReport> run_pipeline(CommandLine& line, BoundPipeline pipeline, const Attempts& attempts) {
    std::optional<Plan> plan;
    RunReport report;
    report.run_id = pipeline.run_id;
    try {
        plan = plan_of(line, std::move(pipeline));
    } catch (const Error& error) {
        if (!is_transient(error.code())) throw;
        report.error_code = error.code();
        report.error = error.what();
        return report;
    }
    if (!plan) return std::nullopt;
    const bool terminal = isatty(STDERR_FILENO) != 0;
    ProgressDisplay display(line.json  ? ProgressDisplay::Style::json
                            : terminal ? ProgressDisplay::Style::terminal
                                       : ProgressDisplay::Style::lines,
                            line.out);
    RunOptions options;
    options.interrupts = &interrupts;
    if (!line.quiet) options.on_progress = [&](const RunProgress& progress) { display.show(progress); };
    options.deadline = attempts.deadline();
    report = run(std::move(*plan), options);
    display.clear();
    return report;
}

int say_report(const CommandLine& line, const RunReport& report) {
    if (line.json) {
        say_json(line.out, report_json(report));
        return status_of(report);
    }
    if (!report.error.empty()) say_error(line, report.error_code, report.error);
    for (const std::string& trouble : report.troubles) std::fprintf(stderr, "warning: %s\n", trouble.c_str());
    if (report.status == RunStatus::interrupted)
        std::fprintf(stderr, "interrupted: %s\n", what_is_left(report).c_str());
    if (!line.quiet) std::fprintf(stderr, "%s", replay_line(report).c_str());
    if (!line.quiet) std::fprintf(stderr, "%s", closing_table(report, colour_wanted(STDERR_FILENO)).c_str());
    return status_of(report);
}

bool has_target(const BoundPipeline& pipeline, const std::string& address = {}) {
    return std::any_of(pipeline.nodes.begin(), pipeline.nodes.end(), [&](const BoundNode& node) {
        return node.kind == NodeKind::target && (address.empty() || node.sink.address == address);
    });
}

int look_into(const CommandLine& line, const LoadOptions& options) {
    SeeingContext context;
    bool told = false;
    context.make_plan = [&]() -> std::optional<Plan> {
        const auto texts = std::make_shared<SourceTexts>();
        Diagnostics diagnostics;
        std::optional<BoundPipeline> pipeline = load_pipeline(line.file, options, texts, diagnostics);
        if (!std::exchange(told, true)) say_diagnostics(line, diagnostics, *texts);
        if (!pipeline) return std::nullopt;
        return make_plan(std::move(*pipeline));
    };
    context.say_error = [&](const std::string& code, const std::string& message) { say_error(line, code, message); };
    context.interrupts = &interrupts;
    context.json = line.json;
    context.colour = colour_wanted(STDOUT_FILENO);
    return line.seeing.is_trace ? show_trace(line.seeing, context) : show_preview(line.seeing, context);
}

void say_retry(const CommandLine& line, const RetryNotice& notice) {
    if (line.json)
        say_json(line.out, to_json(notice));
    else
        std::fprintf(stderr, "%s\n", to_text(notice).c_str());
}

/// What is done with the pipeline but running it; nothing: it is to run.
std::optional<int> look_only(CommandLine& line, BoundPipeline& pipeline) {
    if (line.offsets.is_given()) {
        carry_out(line.offsets, pipeline, line.json, line.out);
        return kGood;
    }
    if (!line.explain && !line.dry_run) return std::nullopt;
    const std::optional<Plan> plan = plan_of(line, std::move(pipeline));
    if (!plan) return kWrongPipeline;
    if (line.explain)
        say_text(line, stdout, "plan", explain(*plan));
    else
        say_text(line, stderr, "checked", line.file + ": good; no row was read or written\n");
    return kGood;
}

int run_file(CommandLine& line) {
    LoadOptions options;
    options.config = line.config;
    options.profile = line.profile;
    options.full = line.full;
    options.from = line.from;
    options.replay = !line.replay.run.empty();
    if (!take_params(line, options)) return kWrongPipeline;
    options.follow = line.seeing.condition;
    if (line.seeing.is_set()) return look_into(line, options);
    Attempts attempts(interrupts, [&](const RetryNotice& notice) { say_retry(line, notice); });
    for (;;) {
        const auto texts = std::make_shared<SourceTexts>();
        Diagnostics diagnostics;
        Settings settings;
        std::optional<BoundPipeline> pipeline = load_pipeline(line.file, options, texts, diagnostics, &settings);
        attempts.know(settings);
        const bool runs = !line.explain && !line.dry_run && !line.offsets.is_given();
        if (pipeline && runs && has_target(*pipeline, "-")) line.out = stderr;
        if (!pipeline && runs && attempts.again(diagnostics)) continue;
        say_diagnostics(line, diagnostics, *texts);
        if (!attempts.why_not().empty()) say_error(line, "E566", attempts.why_not());
        if (!pipeline) return attempts.was_interrupted() ? kInterrupted : kWrongPipeline;
        if (!line.offsets.is_given() && !line.json && !line.quiet && !has_target(*pipeline))
            std::fprintf(stderr, "%s: nothing to load: no flow ends in `into`\n", line.file.c_str());
        if (const std::optional<int> status = look_only(line, *pipeline)) return *status;
        attempts.know(*pipeline);
        std::optional<RunReport> report = run_pipeline(line, std::move(*pipeline), attempts);
        if (!report) return kWrongPipeline;
        if (!attempts.again(*report, options)) return say_report(line, *report);
    }
}

bool asks_for_past(const CommandLine& line) { return line.history || !line.report.empty() || line.rejects; }

int answer_for_past(const CommandLine& line) {
    using Kind = HistoryQuestion::Kind;
    HistoryQuestion question;
    question.kind = line.history ? Kind::history : line.rejects ? Kind::rejects : Kind::report;
    question.run = line.rejects.value_or(line.report);
    question.file = line.file;
    if (line.file.empty() && line.rejects && line.rejects->ends_with(".etl")) question.file.swap(question.run);
    question.config = line.config;
    question.profile = line.profile;
    question.json = line.json;
    question.colour = colour_wanted(STDOUT_FILENO);
    return answer(question);
}

void add_past_options(CLI::App& app, CommandLine& line) {
    app.add_flag("--history", line.history,
                 "lists the runs of FILE, of a pipeline's name or of a folder, or all, and stops");
    app.add_option("--report", line.report, "shows the account of RUN (its id, the beginning of it, or `last`)")
        ->type_name("RUN");
    app.add_option("--rejects", line.rejects, "shows what RUN has refused by cause; else the last run that has rejects")
        ->type_name("[RUN]")
        ->expected(0, 1);
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_streams();
    CommandLine line;
    CLI::App app{"Runs a pipeline: reads, changes, checks and loads rows as FILE says."};
    app.add_option("FILE", line.file, "the pipeline, a .etl file");
    app.add_option("-p,--param", line.params, "NAME=VALUE of a param, as often as needed")->allow_extra_args(false);
    app.add_option("--config", line.config, "the etl.toml to take, else the one beside FILE or upwards");
    app.add_option("--profile", line.profile, "the [profile.NAME] of etl.toml to take");
    app.add_flag("--full", line.full, "loads incremental sources from their beginning again, whatever was loaded");
    app.add_option("--from", line.from, "VALUE of the column of an incremental source, or SOURCE=VALUE: begins there")
        ->allow_extra_args(false);
    app.add_flag("--offsets", line.offsets.list, "lists how far incremental sources were loaded, and runs nothing");
    app.add_option("--set-offset", line.offsets.set,
                   "SOURCE=VALUE: the next run begins at that value of the source's column")
        ->allow_extra_args(false);
    app.add_option("--reset-offset", line.offsets.reset, "SOURCE: the next run begins at its beginning")
        ->allow_extra_args(false);
    add_replay_options(app, line.replay);
    app.add_flag("--dry-run", line.dry_run, "checks and plans, but reads and writes no row");
    app.add_flag("--explain", line.explain, "prints the plan and stops");
    line.seeing.add_to(app);
    app.add_flag("--json", line.json, "prints one JSON object a line, `type` first");
    app.add_flag("-q,--quiet", line.quiet, "prints errors and warnings only");
    add_past_options(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? kGood : kWrongPipeline;
    }
    line.seeing.look_at(app, line.file);
    if (line.file.empty() && !asks_for_past(line)) {
        std::fprintf(stderr, "no FILE is given: name the pipeline, a .etl file; --help shows the options\n");
        return kWrongPipeline;
    }
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return asks_for_past(line) ? answer_for_past(line) : run_file(line);
    } catch (const Error& error) {
        say_error(line, error.code(), error.what());
        if (is_held_by_another(error.code())) return kHeldByAnother;
    } catch (const std::bad_alloc&) {
        say_error(line, "E502", "the machine has no memory left for this run");
    } catch (const std::exception& error) {
        say_error(line, "E500", error.what());
    }
    return kFailed;
}
