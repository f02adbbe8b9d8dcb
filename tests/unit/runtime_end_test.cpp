// Runs that end early or hang: `timeout`, a second interrupt, workers that die or do not move. The clock is the
// test's: nothing here waits for a minute.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/runtime_fakes.hpp"
#include "tests/unit/watchdog.hpp"

using namespace etl;
using namespace etl::fakes;

namespace {

using Clock = std::chrono::steady_clock;

struct Trial {
    std::filesystem::path folder;
    SourceScript in;
    SinkScript out;
    PipelineBuilder builder;
    std::atomic<std::int64_t> skipped_s{0};
    std::atomic<int> interrupts{0};
    RunOptions options;
    std::mutex mutex;
    std::vector<std::string> stuck;  // what the progress told

    Trial() {
        std::string name = (std::filesystem::temp_directory_path() / "etl-end-XXXXXX").string();
        folder = mkdtemp(name.data());
        builder.state_folder = folder;
        builder.settings.workers = {1, 2};
        builder.settings.commit_rows = 50;
        in.rows_by_lane = {5000};
        in.block_rows = 10;
        options.interrupts = &interrupts;
        options.now = [this] { return Clock::now() + std::chrono::seconds(skipped_s.load()); };
        options.progress_ms = 1;
        options.on_progress = [this](const RunProgress& progress) {
            const std::lock_guard lock(mutex);
            if (!progress.stuck.empty()) stuck.push_back(progress.stuck);
        };
    }
    ~Trial() { std::filesystem::remove_all(folder); }

    void load_incrementally() { in.incremental = out.commits = true; }
    void time_out_after_s(std::int64_t seconds) {
        builder.settings.timeout_ms = static_cast<std::uint64_t>(seconds) * 1000;
        options.deadline = options.now() + std::chrono::seconds(seconds);
    }
    RunReport run_it(const std::string& what) {
        const Watchdog watchdog(what);
        return run(make_plan(builder.build()), options);
    }
    /// For a step of a worker: time passes until the progress names somebody, and some more.
    void hang() {
        for (std::size_t told = 0; told < 20;) {
            skipped_s += 10;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
            const std::lock_guard lock(mutex);
            told = stuck.size();
        }
    }
    /// How many workers the log names.
    std::size_t named() const {
        const std::string text = log();
        std::size_t count = 0;
        for (std::size_t at = 0; (at = text.find("has not moved", at)) != std::string::npos; ++at) ++count;
        return count;
    }
    std::string log() const {
        std::ifstream file(folder / "logs" / (builder.run_id + ".log"));
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

std::vector<std::int64_t> count_to(std::size_t end) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < end; ++i) numbers.push_back(static_cast<std::int64_t>(i));
    return numbers;
}

}  // namespace

TEST_CASE("a run that its timeout ends keeps what it has read, where that can be kept", "[runtime]") {
    Trial trial;
    trial.load_incrementally();
    trial.in.pause_us = 300;
    trial.builder.settings.commit_rows = 1'000'000;
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.time_out_after_s(3600);
    trial.in.on_read = [&](std::uint64_t block) {
        if (block == 30) trial.skipped_s = 3700;
    };
    const RunReport report = trial.run_it("timeout");
    CHECK(report.status == RunStatus::failed);
    CHECK(report.error_code == "E565");
    CHECK(report.error ==
          "the run took longer than its `timeout` of 1 h 0 min allows; what was read is loaded, the next run "
          "goes on behind it");
    CHECK(report.kept);
    const std::size_t rows = trial.out.committed.size();
    CHECK(rows >= 300);
    CHECK(rows < 5000);
    REQUIRE(trial.out.held.size() == 1);
    CHECK(trial.out.held[0].text == std::to_string(rows));
    trial.in.on_read = nullptr;
    trial.in.pause_us = 0;
    trial.options.deadline.reset();
    CHECK(trial.run_it("behind it").error == "");
    CHECK(trial.out.committed == count_to(5000));
}

TEST_CASE("a full load that its timeout ends leaves nothing", "[runtime]") {
    Trial trial;
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.in.blocks_forever = true;
    trial.time_out_after_s(60);
    trial.in.on_read = [&](std::uint64_t block) {
        if (block == 3) trial.skipped_s = 61;
    };
    const RunReport report = trial.run_it("timeout");
    CHECK(report.error_code == "E565");
    CHECK(report.error.ends_with("allows; no file and no table was changed"));
    CHECK(report.status == RunStatus::failed);
    CHECK_FALSE(trial.out.published);
    CHECK(trial.out.discarded);
    CHECK(trial.out.interrupted);
}

TEST_CASE("a run that does not end behind its timeout is stopped hard after `hard_terminate`", "[runtime]") {
    Trial trial;
    trial.load_incrementally();
    trial.builder.settings.hard_terminate_ms = 600'000;
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.time_out_after_s(60);
    trial.out.on_write = [&](std::uint64_t chunk) {
        if (chunk != 40) return;
        trial.skipped_s = 61;
        while (!trial.out.interrupted) {
            trial.skipped_s += 10;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    };
    const RunReport report = trial.run_it("hard");
    CHECK(trial.skipped_s > 600);
    CHECK(report.error_code == "E565");
    CHECK_FALSE(report.kept);
    CHECK(report.commits > 0);
    CHECK(report.error.find("what was committed is loaded") != std::string::npos);
    CHECK(trial.out.committed == count_to(trial.out.committed.size()));
    REQUIRE(trial.out.held.size() == 1);
    CHECK(trial.out.held[0].text == std::to_string(trial.out.committed.size()));
}

TEST_CASE("a second interrupt drops what is not committed", "[runtime]") {
    Trial trial;
    trial.load_incrementally();
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.out.on_write = [&](std::uint64_t chunk) {
        if (chunk != 40) return;
        trial.interrupts = 1;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        trial.interrupts = 2;
        while (!trial.out.interrupted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    const RunReport report = trial.run_it("second");
    CHECK(report.status == RunStatus::interrupted);
    CHECK_FALSE(report.kept);
    CHECK(report.commits > 0);
    CHECK(trial.out.committed.size() % 10 == 0);
    CHECK(trial.out.committed == count_to(trial.out.committed.size()));
    CHECK(trial.out.committed.size() < 410);
}

TEST_CASE("a writer that does not move is named, nobody who waits for it", "[runtime]") {
    Trial trial;
    // More parts of a number than may wait: workers wait for their turn.
    trial.builder.target(trial.builder.repeat(trial.builder.source(trial.in), 20), trial.out);
    trial.out.on_write = [&](std::uint64_t chunk) {
        if (chunk == 20) trial.hang();
        while (chunk == 30 && trial.log().find("moves again") == std::string::npos) {
            trial.skipped_s += 1;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    };
    const RunReport report = trial.run_it("writer");
    CHECK(report.error == "");
    REQUIRE_FALSE(trial.stuck.empty());
    for (const std::string& text : trial.stuck) {
        INFO(text);
        CHECK(text.starts_with("the writer of `"));
        CHECK(text.find("has not moved for ") != std::string::npos);
        CHECK(text.find("with rows read at fake.csv:1") != std::string::npos);
    }
    CHECK(trial.named() == 1);
    CHECK(trial.log().find("the writer of `") != std::string::npos);
    CHECK(trial.log().find(" moves again, after ") != std::string::npos);
}

TEST_CASE("a stage that does not move is named with what it is at", "[runtime]") {
    for (const bool fuse : {true, false}) {
        Trial trial;
        trial.builder.settings.fuse = fuse;
        trial.builder.target(trial.builder.keep_multiples(trial.builder.source(trial.in), 1), trial.out);
        trial.in.on_decode = [&](std::uint64_t block) {
            if (block == 20) trial.hang();
        };
        CHECK(trial.run_it("stage").error == "");
        REQUIRE_FALSE(trial.stuck.empty());
        INFO(trial.stuck.front());
        CHECK(trial.named() == 1);
        CHECK(trial.stuck.front().starts_with("worker "));
        CHECK(trial.stuck.front().find(", with rows read at fake.csv:1") != std::string::npos);
    }
}

TEST_CASE("a second wish to stop, or the patience behind the first, ends the last steps of a load", "[runtime]") {
    for (const bool again : {true, false}) {
        Trial trial;
        trial.builder.target(trial.builder.source(trial.in), trial.out);
        trial.out.on_prepare = [&] {
            trial.interrupts = again ? 2 : 1;
            trial.skipped_s = again ? 0 : 31 * 60;
            while (!trial.out.interrupted) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                if (!again) trial.skipped_s += 60;
            }
            throw Error("E503", "interrupted");
        };
        const RunReport report = trial.run_it("last steps");
        CHECK(report.status == RunStatus::interrupted);
        CHECK(report.error == "");
        CHECK_FALSE(report.is_in_doubt);
        CHECK(trial.out.discarded);
        CHECK_FALSE(trial.out.published);
    }
}

TEST_CASE("a stage that does not move between its rows is named", "[runtime]") {
    Trial trial;
    const NodePort rows = trial.builder.source(trial.in);
    trial.builder.target(trial.builder.sort_descending(rows, [&] { trial.hang(); }), trial.out);
    CHECK(trial.run_it("combine").error == "");
    REQUIRE_FALSE(trial.stuck.empty());
    INFO(trial.stuck.front());
    CHECK(trial.stuck.front().starts_with("the end of `"));
    CHECK(trial.stuck.front().find(", in `sort") != std::string::npos);
}

TEST_CASE("a reader that does not move is named", "[runtime]") {
    Trial trial;
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.in.on_read = [&](std::uint64_t block) {
        if (block == 20) trial.hang();
    };
    CHECK(trial.run_it("reader").error == "");
    REQUIRE_FALSE(trial.stuck.empty());
    CHECK(trial.stuck.front().starts_with("the reader of `"));
}

TEST_CASE("a worker that dies of what nobody has foreseen ends the run, which names it", "[runtime]") {
    Trial trial;
    trial.builder.target(trial.builder.source(trial.in), trial.out);
    trial.in.on_decode = [](std::uint64_t block) {
        if (block == 7) throw 7;
    };
    RunReport report = trial.run_it("stage");
    CHECK(report.error_code == "E500");
    CHECK(report.error.find(" failed: an exception without a message") != std::string::npos);
    CHECK(report.error.starts_with("`"));
    trial.in.on_decode = nullptr;
    trial.in.on_read = [](std::uint64_t block) {
        if (block == 7) throw std::runtime_error("out of paper");
    };
    report = trial.run_it("reader");
    CHECK(report.error_code == "E500");
    CHECK(report.error.starts_with("the reader of `"));
    CHECK(report.error.ends_with(" failed: out of paper"));
    trial.in.on_read = nullptr;
    trial.out.on_write = [](std::uint64_t chunk) {
        if (chunk == 7) throw std::runtime_error("out of ink");
    };
    CHECK(trial.run_it("writer").error.starts_with("the writer of `"));
    CHECK_FALSE(trial.out.published);
}
