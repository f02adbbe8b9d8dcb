#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/diagnostic.hpp"
#include "lang/load.hpp"
#include "runtime/retry.hpp"
#include "runtime/run.hpp"

namespace etl {

/// The attempts of one command to check a pipeline and to run it, as its `retry` and `timeout` say.
class Attempts {
  public:
    /// say: each wait, before it begins.
    Attempts(const std::atomic<int>& interrupts, std::function<void(const RetryNotice&)> say)
        : interrupts_(interrupts), say_(std::move(say)) {}

    /// What is set, also by a pipeline that cannot be checked now; of the first attempt.
    void know(const Settings& settings);
    /// The pipeline that is about to run.
    void know(const BoundPipeline& pipeline);
    std::optional<std::chrono::steady_clock::time_point> deadline() const { return deadline_; }

    /// Whether to check it again, after a wait: nothing is wrong with it but what may pass.
    bool again(const Diagnostics& diagnostics);
    /// The same for a run that failed. Else tells in the report why not; options: of the next attempt.
    bool again(RunReport& report, LoadOptions& options);
    /// While it waited.
    bool was_interrupted() const { return was_interrupted_; }
    /// There is no next attempt though one is left: for a person; empty: none is.
    const std::string& why_not() const { return why_not_; }

  private:
    bool decide(const std::string& code, const std::string& error);
    void log(const RetryNotice& notice) const;

    const std::atomic<int>& interrupts_;
    std::function<void(const RetryNotice&)> say_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    std::optional<Retries> retries_;
    std::filesystem::path log_file_;
    std::string first_run_;
    std::int64_t start_us_ = 0;
    bool was_interrupted_ = false;
    std::string why_not_;
};

/// "attempt 1 of 3 failed: MESSAGE; the next begins in 5 s".
std::string to_text(const RetryNotice& notice);
/// {"type":"retry", …} on one line.
std::string to_json(const RetryNotice& notice);

}  // namespace etl
