#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "tests/unit/catch.hpp"
#include "tests/unit/runtime_fakes.hpp"
#include "tests/unit/watchdog.hpp"

using namespace etl;
using namespace etl::fakes;

namespace {

using Numbers = std::vector<std::int64_t>;

struct Scratch {
    std::filesystem::path folder;
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "etl-commit-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~Scratch() { std::filesystem::remove_all(folder); }

    /// The lines of rejects of all ended runs; fails where a journal is still open.
    Numbers rejected_lines() const {
        Numbers lines;
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(folder / "rejects", none)) {
            CHECK(entry.path().extension() == ".jsonl");
            std::ifstream file(entry.path());
            for (std::string text; std::getline(file, text);)
                lines.push_back(std::stoll(text.substr(text.find("\"line\":") + 7)));
        }
        std::sort(lines.begin(), lines.end());
        return lines;
    }
};

/// Numbers 0 … end - 1 that are, or are not, multiples of n.
Numbers numbers_below(std::int64_t end, std::int64_t n, bool multiples) {
    Numbers numbers;
    for (std::int64_t i = 0; i < end; ++i)
        if ((i % n == 0) == multiples) numbers.push_back(i);
    return numbers;
}

/// One source to two targets, of which one refuses rows; every seventh row is refused before.
struct Load {
    Scratch scratch;
    SourceScript in;
    SinkScript left, right;
    PipelineBuilder builder;

    Load() {
        in.incremental = true;
        in.rows_by_lane = {1000};
        in.block_rows = 10;
        left.commits = right.commits = true;
        builder.settings.commit_rows = 50;
        builder.settings.workers = {1, 3};
        builder.state_folder = scratch.folder;
    }

    RunReport run_it(const std::string& id, const RunOptions& options = {}) {
        const Watchdog watchdog(id);
        builder.run_id = id;
        return run(make_plan(builder.build()), options);
    }
};

}  // namespace

TEST_CASE("an incremental run commits on its way and goes on behind what it has") {
    Load load;
    const NodePort rows = load.builder.refuse_multiples(load.builder.source(load.in), 7);
    load.builder.target(rows, load.left);
    const RunReport first = load.run_it("first");
    REQUIRE(first.error == "");
    CHECK(first.status == RunStatus::succeeded_with_rejects);
    CHECK(load.left.commits_done > 3);
    CHECK(load.left.committed == numbers_below(1000, 7, false));
    REQUIRE(load.left.held.size() == 1);
    CHECK(load.left.held[0].text == "1000");
    CHECK(load.left.held[0].run == "first");

    load.in.rows_by_lane = {1200};
    load.in.blocks_read = 0;
    const RunReport second = load.run_it("second");
    REQUIRE(second.error == "");
    CHECK(load.in.blocks_read == 20);
    CHECK(load.left.committed == numbers_below(1200, 7, false));

    load.in.blocks_read = 0;
    CHECK(load.run_it("third").status == RunStatus::succeeded);
    CHECK(load.in.blocks_read == 0);
    Numbers lines = numbers_below(1200, 7, true);
    for (std::int64_t& line : lines) ++line;
    CHECK(load.scratch.rejected_lines() == lines);
}

TEST_CASE("whatever fails, each target has each row once, and so have the rejects") {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        std::mt19937 chance(seed);
        const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(chance() % end); };
        Load load;
        load.in.block_rows = 1 + below(30);
        load.builder.settings.commit_rows = 1 + below(300);
        const NodePort rows = load.builder.refuse_multiples(load.builder.source(load.in), 7);
        load.right.refuse_every = 5;
        load.builder.target(rows, load.left);
        load.builder.target(rows, load.right);
        bool done = false;
        for (std::uint32_t attempt = 0; attempt < 40 && !done; ++attempt) {
            const bool last = attempt > 8;
            for (SinkScript* sink : {&load.left, &load.right}) {
                sink->fail_write_at = last || below(3) != 0 ? -1 : below(60);
                sink->fail_commit_at = last || below(3) != 0 ? -1 : below(4);
                sink->pause_us = below(50);
            }
            load.in.fail_read_at = last || below(4) != 0 ? -1 : below(80);
            std::atomic<int> interrupts{0};
            RunOptions options;
            options.interrupts = &interrupts;
            const std::uint32_t delay_us = below(4000);
            const int level = last || below(3) != 0 ? 0 : 1 + static_cast<int>(below(2));
            std::thread person([&] {
                std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
                interrupts = level;
            });
            const RunReport report = load.run_it("run-" + std::to_string(attempt), options);
            person.join();
            done = report.error.empty() && report.status != RunStatus::interrupted;
            CHECK(report.error_code != "E510");
        }
        REQUIRE(done);
        CHECK(load.left.committed == numbers_below(1000, 7, false));
        Numbers right = numbers_below(1000, 7, false);
        std::erase_if(right, [](std::int64_t number) { return number % 5 == 0; });
        CHECK(load.right.committed == right);
        Numbers lines;
        for (std::int64_t i = 0; i < 1000; ++i)
            if (i % 7 == 0 || i % 5 == 0) lines.push_back(i + 1);
        CHECK(load.scratch.rejected_lines() == lines);
    }
}

TEST_CASE("a target that is ahead keeps what it holds when the run ends before it") {
    Load load;
    const NodePort rows = load.builder.source(load.in);
    load.builder.target(rows, load.left);
    load.builder.target(rows, load.right);
    REQUIRE(load.run_it("first").error == "");
    // As if the right one had lost its last commits.
    load.right.committed.resize(100);
    load.right.held[0].text = "100";
    load.in.fail_read_at = 30;
    REQUIRE(load.run_it("second").error_code == "E499");
    CHECK(load.left.held[0].text == "1000");
    CHECK(load.right.held[0].text == std::to_string(load.right.committed.size()));
    load.in.fail_read_at = -1;
    REQUIRE(load.run_it("third").error == "");
    for (const SinkScript* sink : {&load.left, &load.right}) {
        CHECK(sink->committed == numbers_below(1000, 1, true));
        CHECK(sink->held[0].text == "1000");
    }
}

TEST_CASE("a target that is ahead is committed before the others") {
    Load load;
    const NodePort rows = load.builder.source(load.in);
    load.builder.target(rows, load.left);
    load.builder.target(rows, load.right);
    REQUIRE(load.run_it("first").error == "");
    load.left.committed.resize(100);
    load.left.held[0].text = "100";
    load.right.fail_commit_at = 0;
    REQUIRE(load.run_it("second").error_code == "E496");
    CHECK(load.left.held[0].text == "100");
    load.right.fail_commit_at = -1;
    REQUIRE(load.run_it("third").error == "");
    for (const SinkScript* sink : {&load.left, &load.right}) CHECK(sink->committed == numbers_below(1000, 1, true));
}

TEST_CASE("a full load by key commits on its way, and begins again when it has failed") {
    Load load;
    load.in.incremental = false;
    load.right.commits = false;
    SourceScript countries;
    countries.rows_by_lane = {1000};
    const NodePort rows = load.builder.refuse_multiples(load.builder.source(load.in), 7);
    load.builder.target(load.builder.join(rows, load.builder.source(countries)), load.left);
    load.builder.target(rows, load.right);
    load.in.fail_read_at = 90;
    REQUIRE(load.run_it("first").error_code == "E499");
    CHECK(load.left.commits_done > 3);
    const std::size_t kept = load.left.committed.size();
    CHECK(kept > 200);
    Numbers first_rows = numbers_below(1000, 7, false);
    first_rows.resize(kept);
    CHECK(load.left.committed == first_rows);
    CHECK(load.left.held.empty());
    CHECK_FALSE(load.right.published);
    CHECK(load.scratch.rejected_lines().empty());

    load.in.fail_read_at = -1;
    load.left.committed.clear();
    REQUIRE(load.run_it("second").error == "");
    CHECK(load.left.committed == numbers_below(1000, 7, false));
    CHECK(load.right.rows == numbers_below(1000, 7, false));
    CHECK(load.scratch.rejected_lines().size() == 143);
}

TEST_CASE("what waits in a spool is neither committed before it is written, nor written twice") {
    Load load;
    SourceScript also;
    also.rows_by_lane = {1000};
    const NodePort in = load.builder.source(load.in);
    const NodePort other = load.builder.source(also);
    // `also` comes behind `in` in the union and before it in the join: so the rows of `in` wait before the join.
    load.builder.target(load.builder.unite({in, other}), load.left);
    load.builder.target(load.builder.join(in, other), load.right);
    REQUIRE(load.run_it("first").error == "");
    CHECK(load.left.commits_done == 1);
    CHECK(load.right.commits_done == 1);
    CHECK(load.left.committed.size() == 2000);
    CHECK(load.right.committed == numbers_below(1000, 1, true));
    // As if the left one had lost its last commits.
    load.left.committed.resize(100);
    load.left.held[0].text = "100";
    REQUIRE(load.run_it("second").error == "");
    CHECK(load.left.committed.size() == 2000);
    CHECK(load.right.committed == numbers_below(1000, 1, true));
}

TEST_CASE("an interrupted incremental run keeps what it has read") {
    Load load;
    load.in.rows_by_lane = {100'000};
    load.in.pause_us = 200;
    load.builder.settings.commit_rows = 1'000'000;
    load.builder.target(load.builder.source(load.in), load.left);
    std::atomic<int> interrupts{0};
    RunOptions options;
    options.interrupts = &interrupts;
    std::thread person([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        interrupts = 1;
    });
    const RunReport report = load.run_it("first", options);
    person.join();
    CHECK(report.status == RunStatus::interrupted);
    CHECK(report.kept);
    CHECK(load.left.published);
    const std::size_t rows = load.left.committed.size();
    CHECK(rows > 0);
    CHECK(rows < 100'000);
    REQUIRE(load.left.held.size() == 1);
    CHECK(load.left.held[0].text == std::to_string(rows));
    load.in.pause_us = 0;
    CHECK(load.run_it("second").error == "");
    CHECK(load.left.committed.size() == 100'000);
}

TEST_CASE("a second run of a pipeline that commits is refused while the first is under way") {
    Load load;
    load.in.blocks_forever = true;
    load.builder.target(load.builder.source(load.in), load.left);
    std::atomic<int> interrupts{0};
    RunOptions options;
    options.interrupts = &interrupts;
    RunReport first;
    std::thread other([&] { first = load.run_it("first", options); });
    while (load.in.blocks_read < 100) std::this_thread::yield();
    PipelineBuilder again = load.builder;
    again.run_id = "second";
    const RunReport second = run(make_plan(again.build()), {});
    CHECK(second.error_code == "E531");
    CHECK(second.is_held_by_another());
    interrupts = 1;
    other.join();
    CHECK(first.status == RunStatus::interrupted);
    CHECK(load.left.committed.size() == 1000);
}
