#include "runtime/run.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/machine_memory.hpp"
#include "base/quantity.hpp"
#include "runtime/balance.hpp"
#include "runtime/engine.hpp"
#include "runtime/hang_watch.hpp"
#include "runtime/reject_journal.hpp"
#include "runtime/run_account.hpp"
#include "runtime/run_lock.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/ticker.hpp"
#include "state/recorder.hpp"

namespace etl {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kSample{5};
constexpr std::chrono::milliseconds kLastSteps{50};

std::size_t memory_limit(const Settings& settings) {
    return settings.memory_bytes > 0 ? settings.memory_bytes : machine_memory_bytes() / 2;
}

std::uint64_t peak_memory_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

/// One run, from the first thread to the report. Owns the plan, whose stages hold buffers of the memory.
class Run {
  public:
    Run(Plan plan, const RunOptions& options)
        : options_(options),
          memory_(memory_limit(plan.pipeline.settings)),
          plan_(std::move(plan)),
          engine_(plan_, memory_, log_, options.tap) {
        const BoundPipeline& pipeline = plan_.pipeline;
        if (!pipeline.state_folder.empty()) recorder_.emplace(pipeline.state_folder, pipeline.retention);
    }

    RunReport carry_out() {
        open_log();
        report_.is_repeatable = !uses_standard_streams();
        if (recorder_) recorder_->begin(start_of(plan_.pipeline));
        try {
            begin();
            engine_.start();
            watch();
            engine_.join();
            conclude();
        } catch (const Error& error) {
            fail(error.code(), error.what());
        } catch (const std::exception& error) {
            fail("E500", error.what());
        }
        if (options_.tap != nullptr) options_.tap->run_ended();
        if (!is_published_) discard();
        if (journal_ != nullptr) end_journal();
        finish_report();
        return std::move(report_);
    }

  private:
    Clock::time_point now() const { return options_.now(); }
    double seconds() const { return std::chrono::duration<double>(now() - start_).count(); }

    /// What came from there or went there does not come again, or would a second time.
    bool uses_standard_streams() const {
        return std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [](const PlanNode& node) {
            return node.bound.source.address == "-" || node.bound.sink.address == "-";
        });
    }

    void open_log() {
        const BoundPipeline& pipeline = plan_.pipeline;
        if (!pipeline.state_folder.empty()) log_.add_file(pipeline.state_folder / "logs" / (pipeline.run_id + ".log"));
        if (options_.log_lines) log_.add_stderr();
        log_.info("run " + pipeline.run_id + " of " + pipeline.name + " begins");
        for (const FusedChain& chain : plan_.chains) log_.info("stage `" + chain.name + "`");
    }

    /// Targets that keep positions belong to one run at a time.
    void begin() {
        const BoundPipeline& pipeline = plan_.pipeline;
        const bool keeps = !engine_.commits.empty() && !pipeline.state_folder.empty();
        if (keeps) lock_.emplace(pipeline.state_folder, pipeline.name);
        const auto reads_again = [](const PlanNode& node) {
            return (node.bound.sink.commits && node.bound.sink.full) || !node.bound.source.incremental.from.empty();
        };
        if (keeps && std::any_of(plan_.nodes.begin(), plan_.nodes.end(), reads_again))
            mark_rejects_outdated(pipeline.state_folder / "rejects", pipeline.name);
        engine_.begin();
        if (!keeps) return;
        // A run that sends rejects through again reads only what is left of them: it alone knows what to keep.
        const std::string& replayed = plan_.replayed_run;
        journal_ = std::make_unique<RejectJournal>(
            pipeline.state_folder, replayed.empty() ? pipeline.name : pipeline.name + "~" + replayed, pipeline.run_id,
            engine_.commits.all() && engine_.commits.has_positions());
        journal_->recover([&](const std::string& run) { return engine_.commits.rejects_bytes(run); });
    }

    void watch() {
        ElasticScheduler scheduler(engine_);
        HangWatch hangs(engine_, std::chrono::milliseconds(options_.stuck_ms));
        auto shown = start_;
        while (!engine_.wait_idle(kSample)) {
            scheduler.sample(seconds());
            hangs.sample(now());
            engine_.look_after_failure();
            look_at_interrupts();
            look_at_commits();
            if (engine_.has_too_many_rejects() && !engine_.is_cancelled()) engine_.cancel(true);
            if (options_.on_progress && now() - shown >= std::chrono::milliseconds(options_.progress_ms)) {
                shown = now();
                RunProgress progress = look();
                progress.stuck = hangs.stuck();
                options_.on_progress(progress);
            }
        }
        report_.scaling = scheduler.decisions();
        report_.grown = scheduler.grown();
        report_.shrunk = scheduler.shrunk();
        report_.workers = workers_of(engine_, scheduler);
    }

    /// By a person or, as gently as by the first wish of one, by `timeout`.
    void look_at_interrupts() {
        const int level = options_.interrupts == nullptr ? 0 : options_.interrupts->load();
        if (interrupts_ == 0 && level == 0 && options_.deadline && now() >= *options_.deadline) {
            is_late_ = true;
            stop(1, "`timeout` is over");
        } else if (interrupts_ == 0 && level > 0) {
            stop(level, "interrupted");
        } else if (level > interrupts_ ||
                   (interrupts_ == 1 &&
                    now() - interrupted_at_ > std::chrono::milliseconds(plan_.pipeline.settings.hard_terminate_ms))) {
            log_.warning("stopped at once: what is not committed is dropped");
            interrupts_ = std::max(2, level);
            engine_.cancel(true);
        }
    }

    void stop(int level, const std::string& why) {
        interrupts_ = level;
        interrupted_at_ = now();
        if (level == 1 && !engine_.commits.empty() && engine_.commits.all()) {
            log_.warning(why + ": nothing more is read, what was read is loaded");
            engine_.stop_reading();
        } else {
            log_.warning(why + ": nothing more is read, what is staged is dropped");
            engine_.cancel(level > 1 || is_late_);
        }
    }

    /// An interrupted run, or one that `timeout` has ended.
    void end_early() {
        report_.status = RunStatus::interrupted;
        report_.goes_on = engine_.commits.has_positions();
        if (!is_late_) return;
        fail("E565", "the run took longer than its `timeout` of " +
                         format_seconds(static_cast<double>(plan_.pipeline.settings.timeout_ms) / 1000) + " allows; " +
                         what_is_left(report_));
    }

    void look_at_commits() {
        const std::uint64_t most_ms = plan_.pipeline.settings.commit_ms;
        if (most_ms > 0 && engine_.rows_since_commit() > 0 &&
            now() - committed_at_ >= std::chrono::milliseconds(most_ms))
            engine_.pause_for_commit();
        if (!engine_.is_commit_ready()) return;
        try {
            commit();
        } catch (...) {
            commit_in_doubt_ = true;
            engine_.fail(nullptr, 0, std::current_exception());
        }
        engine_.resume_after_commit();
    }

    /// Rejects first: their rows are not read again behind the commit.
    void commit() {
        const std::uint64_t rejects_bytes = journal_ == nullptr ? 0 : journal_->append(engine_.rejects);
        const std::vector<std::uint32_t>& targets = engine_.commits.targets();
        const auto ahead = static_cast<std::uint32_t>(std::popcount(engine_.ahead()));
        std::uint32_t committed = commit_targets(true, rejects_bytes);
        if (committed == ahead) committed += commit_targets(false, rejects_bytes);
        // Without a position, or from that of a target that holds less, the next run finds them again.
        if (engine_.commits.has_positions() && committed == targets.size()) committed_rejects_bytes_ = rejects_bytes;
        committed_at_ = now();
        if (committed > 0) ++report_.commits;
    }

    /// Those first that were ahead: if the run is killed in between, the next one reads from where the others stand,
    /// and finds again the rejects that it does not keep. Were they the last, it would begin behind them; so while one
    /// of them can take nothing the others wait. Returns how many did.
    std::uint32_t commit_targets(bool ahead, std::uint64_t rejects_bytes) {
        const std::vector<std::uint32_t>& targets = engine_.commits.targets();
        std::uint32_t committed = 0;
        for (std::uint32_t bit = 0; bit < targets.size(); ++bit) {
            if ((engine_.ahead() >> bit & 1) != static_cast<std::uint64_t>(ahead)) continue;
            std::vector<StoredPosition> positions = engine_.positions_of(bit, rejects_bytes);
            if (!plan_.nodes[targets[bit]].sink->commit({positions, false})) continue;
            committed_positions_[targets[bit]] = std::move(positions);
            ++committed;
        }
        return committed;
    }

    RunProgress look() const {
        RunProgress now;
        now.seconds = seconds();
        now.rejects = engine_.rejects.size();
        now.bytes_read = engine_.bytes_read();
        now.bytes_total = engine_.bytes_total();
        const Tally totals = engine_.totals();
        for (std::uint32_t node = 0; node < plan_.nodes.size(); ++node) {
            if (plan_.nodes[node].bound.kind == NodeKind::source)
                now.rows_read += totals[engine_.layout.port_out(node, 0)] +
                                 totals[engine_.layout.of_node(node, NodeCount::rejected)];
            now.rows_written += totals[engine_.layout.of_node(node, NodeCount::written)];
        }
        for (const auto& pool : engine_.pools)
            if (pool != nullptr && !pool->has_ended())
                now.stages.push_back({plan_.chains[pool->chain()].name, pool->workers()});
        return now;
    }

    /// All threads have ended: good or not, and if so, published.
    void conclude() {
        const std::unique_ptr<RunFailure> failure = engine_.failure();
        std::vector<NodeBalance> nodes = balance_of(engine_);
        std::uint64_t rows = 0;
        for (const NodeBalance& node : nodes)
            if (node.kind == NodeKind::source) rows += node.in;
        const bool too_many =
            engine_.has_too_many_rejects() || engine_.reject_limit.is_passed(rows, engine_.rejects.size());
        if (interrupts_ > 0 && engine_.is_cancelled() && failure == nullptr) {
            end_early();
        } else if (failure != nullptr) {
            fail(failure->code, failure->message);
        } else if (too_many) {
            report_.status = RunStatus::too_many_rejects;
            report_.error_code = "E521";
            report_.error = "more rejects than `max_rejects` (" + engine_.reject_limit.text() + ") allows";
        }
        try {
            write_rejects(report_.error_code.empty() && report_.status != RunStatus::interrupted);
        } catch (const Error& error) {
            if (report_.error_code.empty()) throw;
            // What failed first is the cause, on a full disk often of this, too.
            report_.error += "; " + plan_.pipeline.secrets.redact(error.what());
        }
        if (!report_.error_code.empty() || report_.status == RunStatus::interrupted) return;
        const std::string imbalance = find_imbalance(engine_, nodes);
        if (!imbalance.empty()) throw Error("E510", imbalance);
        if (!publish()) return end_early();
        if (journal_ == nullptr) mark_loaded();
        report_.status = report_.rejects > 0 ? RunStatus::succeeded_with_rejects : RunStatus::succeeded;
        if (!engine_.was_stopped()) return;
        report_.kept = true;
        end_early();
    }

    /// What fails must not leave one target new and one old: so first what may well fail is done for all, then the
    /// tables are published, whose commit still may, then the files, which only need their name. False: a person has
    /// stopped it before.
    bool publish() {
        commit_in_doubt_ = true;
        const std::uint64_t rejects_bytes = journal_ == nullptr ? 0 : journal_->append(engine_.rejects);
        if (!prepare_targets()) {
            commit_in_doubt_ = false;
            return false;
        }
        commit_targets(true, rejects_bytes);
        for (const std::uint32_t i : publishing_order()) {
            PlanNode& node = plan_.nodes[i];
            publish(i, rejects_bytes);
            published_.insert(i);
            if (!node.bound.sink.commits) report_.is_repeatable = false;
            log_.info(plan_.pipeline.secrets.redact("published " + node.sink->name()));
        }
        is_published_ = true;
        if (!engine_.commits.empty()) ++report_.commits;
        committed_rejects_bytes_ = rejects_bytes;
        commit_in_doubt_ = false;
        return true;
    }

    /// Tables may take long to put their rows in place: a second wish of a person to stop ends that.
    bool prepare_targets() {
        std::atomic<bool> is_stopped{false};
        try {
            const Ticker ticker(kLastSteps, [&] {
                const int level = options_.interrupts == nullptr ? 0 : options_.interrupts->load();
                if (interrupts_ == 0 && level > 0) interrupted_at_ = now();
                interrupts_ = std::max(interrupts_, level);
                const std::chrono::milliseconds patience(plan_.pipeline.settings.hard_terminate_ms);
                if (interrupts_ < 2 && (interrupts_ == 0 || now() - interrupted_at_ <= patience)) return;
                is_stopped = true;
                engine_.interrupt_writers();
            });
            for (PlanNode& node : plan_.nodes)
                if (node.sink != nullptr) node.sink->prepare();
        } catch (const Error&) {
            if (!is_stopped) throw;
            log_.warning("stopped at once: what is not committed is dropped");
            return false;
        }
        return true;
    }

    /// Tables first, of them those that were ahead, see commit_targets.
    std::vector<std::uint32_t> publishing_order() const {
        const std::vector<std::uint32_t>& targets = engine_.commits.targets();
        const auto rank = [&](std::uint32_t node) {
            const auto bit = std::find(targets.begin(), targets.end(), node) - targets.begin();
            const bool is_ahead =
                bit < static_cast<std::ptrdiff_t>(targets.size()) && (engine_.ahead() >> bit & 1) != 0;
            return !plan_.nodes[node].bound.connector->is_table ? 2 : is_ahead ? 0 : 1;
        };
        std::vector<std::uint32_t> order;
        for (std::uint32_t node = 0; node < plan_.nodes.size(); ++node)
            if (plan_.nodes[node].sink != nullptr) order.push_back(node);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
        return order;
    }

    void publish(std::uint32_t node, std::uint64_t rejects_bytes) {
        const std::vector<std::uint32_t>& targets = engine_.commits.targets();
        const auto at = std::find(targets.begin(), targets.end(), node);
        if (at == targets.end()) return plan_.nodes[node].sink->publish({});
        std::vector<StoredPosition> positions =
            engine_.positions_of(static_cast<std::uint32_t>(at - targets.begin()), rejects_bytes);
        plan_.nodes[node].sink->publish({positions, true});
        committed_positions_[node] = std::move(positions);
    }

    /// Rejects of rows that are not committed are found again by the next run. Where a target may hold more than it has
    /// said, the next run, which looks at what it holds, ends the journal.
    void end_journal() {
        if (commit_in_doubt_) return;
        try {
            report_.rejects_file = journal_->finish(committed_rejects_bytes_).string();
            if (is_published_) mark_loaded();
        } catch (const Error& error) {
            fail(error.code(), error.what());
        }
    }

    void mark_loaded() {
        if (report_.rejects_file.empty() || mark_rejects_loaded(report_.rejects_file)) return;
        report_.troubles.push_back("the rejects of this run cannot be replayed: " + report_.rejects_file +
                                   " cannot be written");
        log_.warning(report_.troubles.back());
    }

    void discard() {
        std::uint32_t begun = engine_.begun_sinks();
        for (std::size_t node = 0; node < plan_.nodes.size() && begun > 0; ++node) {
            if (plan_.nodes[node].sink == nullptr) continue;
            --begun;
            if (!published_.contains(node)) engine_.abandon_target(static_cast<std::uint32_t>(node));
        }
    }

    /// A good run gives its rejects to a `rejects` target if there is one; one that is not must not hide them.
    void write_rejects(bool good) {
        report_.rejects = engine_.rejects.size();
        report_.rejects_by_reason = engine_.rejects.by_reason();
        if (report_.rejects == 0 || plan_.pipeline.state_folder.empty() || journal_ != nullptr) return;
        const bool has_target = std::any_of(plan_.nodes.begin(), plan_.nodes.end(), [](const PlanNode& node) {
            return node.bound.is_rejects && node.bound.kind == NodeKind::target;
        });
        const auto path = plan_.pipeline.state_folder / "rejects" / (plan_.pipeline.run_id + ".jsonl");
        const auto& most = plan_.pipeline.settings.max_rejects;
        const bool limited = report_.status == RunStatus::too_many_rejects && most.has_value();
        const std::uint64_t written = engine_.rejects.write_json(
            path,
            [&](std::uint32_t driver) { return !good || !has_target || !engine_.is_seen_by_rejects_flow(driver); },
            limited ? *most + 1 : UINT64_MAX);
        if (limited) {
            report_.rejects = written;
            report_.rejects_by_reason = engine_.rejects.by_reason_of_first(written);
        }
        if (written > 0) report_.rejects_file = path.string();
    }

    /// The first failure tells the cause.
    void fail(const std::string& code, const std::string& message) {
        if (!report_.error_code.empty()) return;
        report_.status = RunStatus::failed;
        report_.error_code = code;
        report_.error = plan_.pipeline.secrets.redact(message);
    }

    void finish_report() {
        report_.run_id = plan_.pipeline.run_id;
        report_.nodes = balance_of(engine_);
        report_.warnings_by_reason = warnings_of(engine_);
        for (const auto& [node, positions] : committed_positions_)
            add_offsets(plan_.pipeline, report_.nodes[node].name, positions, report_.offsets);
        report_.replayed_run = plan_.replayed_run;
        for (std::size_t node = 0; node < plan_.nodes.size(); ++node)
            if (plan_.nodes[node].bound.make_source) report_.replayed += report_.nodes[node].in;
        for (std::size_t node = plan_.nodes.size(); node-- > 0;)
            if (plan_.nodes[node].bound.is_left_out)
                report_.nodes.erase(report_.nodes.begin() + static_cast<std::ptrdiff_t>(node));
        report_.seconds = seconds();
        report_.is_in_doubt = commit_in_doubt_;
        report_.bytes_read = engine_.bytes_read();
        report_.peak_memory_bytes = peak_memory_bytes();
        if (!report_.error.empty()) log_.error(report_.error_code + ": " + report_.error);
        for (const NodeBalance& node : report_.nodes)
            log_.info("`" + node.name + "`: in " + std::to_string(node.in) + ", out " + std::to_string(node.out) +
                      ", rejected " + std::to_string(node.rejected));
        log_.info("run " + report_.run_id + " ended after " + format_seconds(report_.seconds));
        record();
    }

    void record() {
        if (!recorder_) return;
        recorder_->end(report_);
        if (recorder_->trouble().empty()) return;
        report_.troubles.push_back("the history does not tell of this run: " + recorder_->trouble());
        log_.warning(report_.troubles.back());
    }

    const RunOptions& options_;
    Clock::time_point start_ = options_.now();
    Log log_;
    Memory memory_;
    Plan plan_;
    Engine engine_;
    std::optional<Recorder> recorder_;
    RunReport report_;
    int interrupts_ = 0;
    bool is_late_ = false;
    Clock::time_point interrupted_at_;
    std::set<std::size_t> published_;  // nodes
    bool is_published_ = false;
    std::optional<RunLock> lock_;
    std::unique_ptr<RejectJournal> journal_;  // of a run that commits on its way
    std::uint64_t committed_rejects_bytes_ = 0;
    bool commit_in_doubt_ = false;
    Clock::time_point committed_at_ = start_;
    std::map<std::uint32_t, std::vector<StoredPosition>> committed_positions_;  // by target
};

}  // namespace

std::string what_is_left(const RunReport& report) {
    if (!report.kept && report.commits == 0) return "no file and no table was changed";
    return std::string(report.kept ? "what was read" : "what was committed") + " is loaded, the next run " +
           (report.goes_on ? "goes on behind it" : "reads everything again");
}

RunReport run(Plan plan, const RunOptions& options) { return Run(std::move(plan), options).carry_out(); }

}  // namespace etl
