#include "runtime/retry.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace etl {

namespace {

/// E420 a locked SQLite file, E439 a file that may come back, E504 no more threads, E531 another run is under way.
constexpr std::array<std::string_view, 4> kTransient = {"E420", "E439", "E504", "E531"};

constexpr std::chrono::milliseconds kNap{50};

}  // namespace

bool is_transient(std::string_view code) {
    return std::find(kTransient.begin(), kTransient.end(), code) != kTransient.end();
}

Retries::Retries(const RetrySettings& settings, Surroundings surroundings)
    : settings_(settings), surroundings_(std::move(surroundings)) {
    if (!surroundings_.sleep)
        surroundings_.sleep = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
}

std::uint64_t Retries::wait_ms() const {
    std::uint64_t wait = settings_.delay_ms;
    for (std::uint32_t i = 1; settings_.exponential && i < attempt_ && wait < settings_.max_delay_ms; ++i) wait *= 2;
    return std::min(wait, settings_.max_delay_ms);
}

RetryDecision Retries::decide(const std::string& code, const std::string& error) {
    if (attempt_ >= settings_.attempts || !is_transient(code)) return RetryDecision::stop;
    const auto until = surroundings_.now() + std::chrono::milliseconds(wait_ms());
    if (surroundings_.deadline && until >= *surroundings_.deadline) return RetryDecision::timed_out;
    if (surroundings_.on_wait) surroundings_.on_wait({attempt_, settings_.attempts, code, error, wait_ms()});
    for (;;) {
        if (surroundings_.interrupts != nullptr && surroundings_.interrupts->load() > 0)
            return RetryDecision::interrupted;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - surroundings_.now());
        if (left.count() <= 0) break;
        surroundings_.sleep(std::min(left, kNap));
    }
    ++attempt_;
    return RetryDecision::again;
}

}  // namespace etl
