#include "tools/etlrun/attempts.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/log.hpp"
#include "base/quantity.hpp"

namespace etl {

void Attempts::know(const Settings& settings) {
    if (retries_) return;
    if (settings.timeout_ms > 0) deadline_ = begun_ + std::chrono::milliseconds(settings.timeout_ms);
    Retries::Surroundings around;
    around.interrupts = &interrupts_;
    around.deadline = deadline_;
    around.on_wait = [this](const RetryNotice& notice) {
        log(notice);
        say_(notice);
    };
    retries_.emplace(settings.retry, std::move(around));
}

void Attempts::know(const BoundPipeline& pipeline) {
    if (first_run_.empty()) first_run_ = pipeline.run_id;
    start_us_ = pipeline.start_us;
    log_file_ = pipeline.state_folder / "logs" / (pipeline.run_id + ".log");
}

bool Attempts::decide(const std::string& code, const std::string& error) {
    const RetryDecision decision = retries_->decide(code, error);
    was_interrupted_ = decision == RetryDecision::interrupted;
    if (was_interrupted_) why_not_ = "interrupted before the next attempt";
    if (decision == RetryDecision::timed_out) why_not_ = "the next attempt would begin behind `timeout`";
    return decision == RetryDecision::again;
}

bool Attempts::again(const Diagnostics& diagnostics) {
    const std::vector<Diagnostic> all = diagnostics.sorted();
    const auto is_error = [](const Diagnostic& each) { return each.severity == Severity::error; };
    const auto first = std::find_if(all.begin(), all.end(), is_error);
    const bool passes = std::all_of(all.begin(), all.end(),
                                    [&](const Diagnostic& each) { return !is_error(each) || is_transient(each.code); });
    return first != all.end() && passes && decide(first->code, first->message);
}

bool Attempts::again(RunReport& report, LoadOptions& options) {
    report.attempts = retries_->attempt();
    // `--from` once more would load again what was committed.
    const bool from_committed = !options.from.empty() && report.is_in_doubt;
    if (report.status != RunStatus::failed || !report.is_repeatable || from_committed) return false;
    if (decide(report.error_code, report.error)) {
        if (report.commits > 0) options.from.clear();
        options.start_us = start_us_;
        options.run_id = first_run_ + "-" + std::to_string(retries_->attempt());
        return true;
    }
    if (was_interrupted_) report.status = RunStatus::interrupted;
    if (!why_not_.empty()) report.error += "; " + why_not_;
    return false;
}

void Attempts::log(const RetryNotice& notice) const {
    if (log_file_.empty()) return;
    Log log;
    log.add_file(log_file_);
    log.warning(to_text(notice));
}

std::string to_text(const RetryNotice& notice) {
    return "attempt " + std::to_string(notice.attempt) + " of " + std::to_string(notice.attempts) +
           " failed: " + notice.error + "; the next begins in " +
           format_seconds(static_cast<double>(notice.wait_ms) / 1000);
}

std::string to_json(const RetryNotice& notice) {
    JsonWriter json;
    json.begin_object().field("type", "retry").field("attempt", notice.attempt).field("attempts", notice.attempts);
    json.field("code", notice.code).field("error", notice.error).field("wait_ms", notice.wait_ms).end_object();
    return json.take();
}

}  // namespace etl
