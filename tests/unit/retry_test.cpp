#include "runtime/retry.hpp"

#include <vector>

#include "tests/unit/catch.hpp"

using namespace etl;

namespace {

/// Waits that take no time.
struct Trial {
    std::chrono::steady_clock::time_point now;
    std::atomic<int> interrupts{0};
    std::vector<std::uint64_t> waits_ms;
    std::vector<std::uint64_t> slept_ms;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::function<void()> on_sleep;

    Retries retries(const RetrySettings& settings) {
        Retries::Surroundings around;
        around.now = [this] { return now; };
        around.sleep = [this](std::chrono::milliseconds time) {
            now += time;
            slept_ms.back() += static_cast<std::uint64_t>(time.count());
            if (on_sleep) on_sleep();
        };
        around.interrupts = &interrupts;
        around.deadline = deadline;
        around.on_wait = [this](const RetryNotice& notice) {
            waits_ms.push_back(notice.wait_ms);
            slept_ms.push_back(0);
        };
        return {settings, std::move(around)};
    }
};

}  // namespace

TEST_CASE("a run is tried again after waits that double up to the longest") {
    Trial trial;
    Retries retries = trial.retries({6, 5000, 30'000, true});
    for (int i = 0; i < 5; ++i) CHECK(retries.decide("E420", "locked") == RetryDecision::again);
    CHECK(retries.decide("E420", "locked") == RetryDecision::stop);
    CHECK(trial.waits_ms == std::vector<std::uint64_t>{5000, 10'000, 20'000, 30'000, 30'000});
    CHECK(trial.slept_ms == trial.waits_ms);
    CHECK(retries.attempt() == 6);
}

TEST_CASE("waits between attempts may stay as they are") {
    Trial trial;
    Retries retries = trial.retries({3, 700, 500'000, false});
    CHECK(retries.decide("E531", "") == RetryDecision::again);
    CHECK(retries.decide("E439", "") == RetryDecision::again);
    CHECK(trial.waits_ms == std::vector<std::uint64_t>{700, 700});
}

TEST_CASE("what does not pass by itself is not tried again") {
    // No such file, no permission, full disk, missing column, no such table, changed file, taken over, our own bug.
    for (const char* code : {"E401", "E403", "E405", "E422", "E407", "E428", "E532", "E530", "E500", "E565", ""}) {
        Trial trial;
        CHECK(trial.retries({5, 1, 1, true}).decide(code, "") == RetryDecision::stop);
        CHECK(trial.waits_ms.empty());
    }
    Trial once;
    CHECK(once.retries({}).decide("E420", "") == RetryDecision::stop);
}

TEST_CASE("whoever interrupts a wait ends it, and none begins that would outlast the deadline") {
    Trial trial;
    trial.on_sleep = [&] { trial.interrupts = 1; };
    CHECK(trial.retries({3, 3'600'000, 3'600'000, true}).decide("E420", "") == RetryDecision::interrupted);
    CHECK(trial.slept_ms.at(0) < 1000);
    Trial late;
    late.deadline = late.now + std::chrono::seconds(8);
    Retries retries = late.retries({9, 3000, 60'000, true});
    CHECK(retries.decide("E420", "") == RetryDecision::again);
    CHECK(retries.decide("E420", "") == RetryDecision::timed_out);
    CHECK(late.waits_ms.size() == 1);
}
