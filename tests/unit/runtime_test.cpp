#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <thread>

#include "tests/unit/catch.hpp"
#include "tests/unit/runtime_fakes.hpp"
#include "tests/unit/watchdog.hpp"

using namespace etl;
using namespace etl::fakes;

namespace {

using Numbers = std::vector<std::int64_t>;

RunReport run_it(const PipelineBuilder& builder, const std::string& what = "run", const RunOptions& options = {}) {
    const Watchdog watchdog(what);
    return run(make_plan(builder.build()), options);
}

Numbers count_up(std::int64_t first, std::int64_t end) {
    Numbers numbers(static_cast<std::size_t>(end - first));
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}

struct Scratch {
    std::filesystem::path folder;
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "etl-runtime-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    ~Scratch() { std::filesystem::remove_all(folder); }
};

}  // namespace

TEST_CASE("rows keep their order whatever the workers and the blocks") {
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U})
        for (const std::uint32_t block_rows : {1U, 7U, 100U})
            for (const bool fuse : {true, false}) {
                SourceScript in;
                in.rows_by_lane = {500};
                in.block_rows = block_rows;
                in.pause_us = 30;
                SinkScript out;
                PipelineBuilder builder;
                builder.settings.workers = {1, workers};
                builder.settings.fuse = fuse;
                builder.target(builder.repeat(builder.keep_multiples(builder.source(in), 5), 2), out);
                const RunReport report = run_it(builder);
                REQUIRE(report.error == "");
                CHECK(report.status == RunStatus::succeeded);
                CHECK(out.published);
                CHECK_FALSE(out.discarded);
                CHECK(out.rows.size() == 200);
                if (block_rows == 1) {
                    CHECK(Numbers(out.rows.begin(), out.rows.begin() + 6) == Numbers{0, 0, 5, 5, 10, 10});
                }
                REQUIRE(report.nodes.size() == 4);
                CHECK(report.nodes[0].out == 500);
                CHECK(report.nodes[1].filtered == 400);
                CHECK(report.nodes[2].made == 100);
                CHECK(report.nodes[3].out == 200);
            }
}

TEST_CASE("lanes come in turn, a batch each") {
    SourceScript in;
    in.rows_by_lane = {4, 0, 6, 2};
    in.block_rows = 2;
    in.pause_us = 200;
    SinkScript out;
    PipelineBuilder builder;
    builder.target(builder.source(in), out);
    REQUIRE(run_it(builder).error == "");
    CHECK(out.rows ==
          Numbers{0, 1, 2'000'000, 2'000'001, 3'000'000, 3'000'001, 2, 3, 2'000'002, 2'000'003, 2'000'004, 2'000'005});
}

TEST_CASE("branches of one producer are united number by number, others in turn") {
    for (const bool fuse : {true, false}) {
        SourceScript a, b;
        a.rows_by_lane = {6};
        a.block_rows = 2;
        b.rows_by_lane = {3};
        SinkScript out, other;
        PipelineBuilder builder;
        builder.settings.fuse = fuse;
        const auto branches = builder.route(builder.source(a), 2);
        builder.target(builder.unite({branches[1], branches[0]}), out);
        const auto from_b = builder.source(b);
        builder.target(builder.unite({builder.sort_descending(from_b), from_b}), other);
        REQUIRE(run_it(builder).error == "");
        CHECK(out.rows == Numbers{1, 0, 3, 2, 5, 4});
        CHECK(other.rows == Numbers{2, 1, 0, 0, 1, 2});
    }
}

TEST_CASE("a probe waits for the build side, also of the same producer") {
    for (const bool fuse : {true, false}) {
        SourceScript in, table;
        in.rows_by_lane = {50};
        table.rows_by_lane = {20};
        table.pause_us = 2000;
        SinkScript out, itself;
        PipelineBuilder builder;
        builder.settings.fuse = fuse;
        const auto rows = builder.source(in);
        builder.target(builder.join(rows, builder.repeat(builder.source(table), 2)), out);
        builder.target(builder.join(rows, builder.keep_multiples(rows, 10)), itself);
        const RunReport report = run_it(builder);
        REQUIRE(report.error == "");
        CHECK(out.rows.size() == 40);
        CHECK(itself.rows == Numbers{0, 10, 20, 30, 40});
    }
}

TEST_CASE("a limit stops the reader, and only if nobody else wants more") {
    SourceScript in;
    in.rows_by_lane = {1'000'000};
    in.blocks_forever = true;
    SinkScript out, other;
    PipelineBuilder builder;
    const auto rows = builder.source(in);
    builder.target(builder.keep_multiples(builder.limit(rows, 10), 2), out);
    const RunReport report = run_it(builder);
    REQUIRE(report.error == "");
    CHECK(out.rows == Numbers{0, 2, 4, 6, 8});
    CHECK(in.blocks_read < 1000);
    CHECK(report.nodes[0].in == 14);
    CHECK(report.nodes[1].cut == 4);

    in.rows_by_lane = {1000};
    in.blocks_forever = false;
    builder.target(rows, other);
    REQUIRE(run_it(builder).error == "");
    CHECK(out.rows == Numbers{0, 2, 4, 6, 8});
    CHECK(other.rows == count_up(0, 1000));
}

TEST_CASE("a limit stops what a blocking stage emits, and the second input of a union") {
    SourceScript in, more;
    in.rows_by_lane = {1000};
    more.rows_by_lane = {1000};
    SinkScript out;
    PipelineBuilder builder;
    builder.target(
        builder.limit(builder.unite({builder.sort_descending(builder.source(in)), builder.source(more)}), 20), out);
    const RunReport report = run_it(builder);
    REQUIRE(report.error == "");
    CHECK(out.rows.size() == 20);
    CHECK(out.rows.front() == 999);
    CHECK(report.nodes[1].cut > 0);
}

TEST_CASE("rejects are logged in order, counted by reason and given to flows") {
    std::string first;
    for (const std::uint32_t workers : {1U, 4U}) {
        const Scratch scratch;
        SourceScript in;
        in.rows_by_lane = {100, 50};
        in.reject_every = 40;
        in.pause_us = 100;
        SinkScript out, rejects;
        out.refuse_every = 33;
        PipelineBuilder builder;
        builder.settings.workers = {1, workers};
        builder.state_folder = scratch.folder;
        builder.target(builder.refuse_multiples(builder.source(in), 30), out);
        builder.target(builder.rejects(), rejects);
        const RunReport report = run_it(builder);
        REQUIRE(report.error == "");
        CHECK(report.status == RunStatus::succeeded_with_rejects);
        // Source: 0 40 80 of lane 0, 0 40 of lane 1. Stage: 30 60 90 of lane 0, 20 of lane 1 (1,000,020 is a
        // multiple of 30). Target: 33 66 99 of lane 0, 23 of lane 1 (1,000,023 is one of 33).
        CHECK(report.rejects == 13);
        CHECK(report.rejects_by_reason.at("source 0: id: refused …") == 5);
        CHECK(rejects.rows.size() == 13);
        std::ifstream file(report.rejects_file);
        std::ostringstream text;
        text << file.rdbuf();
        if (first.empty()) first = text.str();
        CHECK(text.str() == first);
        CHECK(first.find("{\"time\":\"1970-01-01T00:00:00Z\",\"stage\":\"source 0\",\"place\":null,\"column\":\"id\","
                         "\"value\":\"0\",\"reason\":\"refused `0`\",\"file\":\"fake.csv\",\"line\":1,\"shard\":null,"
                         "\"row\":null,\"replay\":{") == 0);
    }
}

TEST_CASE("too many rejects fail the run, and nothing is published") {
    for (const std::uint32_t workers : {1U, 8U})
        for (const std::uint32_t block_rows : {1U, 100U}) {
            const Scratch scratch;
            SourceScript in;
            in.rows_by_lane = {1000};
            in.block_rows = block_rows;
            in.reject_every = 10;
            SinkScript out;
            PipelineBuilder builder;
            builder.settings.workers = {1, workers};
            builder.settings.max_rejects = 5;
            builder.state_folder = scratch.folder;
            builder.target(builder.source(in), out);
            RunReport report = run_it(builder);
            CHECK(report.status == RunStatus::too_many_rejects);
            CHECK(report.rejects == 6);
            CHECK_FALSE(out.published);
            CHECK(out.discarded);
            builder.settings.max_rejects.reset();
            builder.settings.max_rejects_share = 0.05;
            CHECK(run_it(builder).status == RunStatus::too_many_rejects);
            builder.settings.max_rejects_share = 0.11;
            CHECK(run_it(builder).status == RunStatus::succeeded_with_rejects);
        }
}

TEST_CASE("of several failures the first in the order of the rows is shown") {
    for (int round = 0; round < 20; ++round) {
        SourceScript in;
        in.rows_by_lane = {2000};
        in.fail_decode_at = 30;  // and every block behind it
        SinkScript out;
        PipelineBuilder builder;
        builder.settings.workers = {1, 8};
        builder.target(builder.source(in), out);
        const RunReport report = run_it(builder);
        CHECK(report.status == RunStatus::failed);
        CHECK(report.error_code == "E498");
        CHECK(report.error == "decode fails at 30");
        CHECK(out.discarded);
        CHECK_FALSE(out.published);
    }
}

TEST_CASE("failures of readers, stages and writers end the run") {
    const auto expect = [](const PipelineBuilder& builder, const SinkScript& out, const char* code) {
        const RunReport report = run_it(builder, code);
        CHECK(report.status == RunStatus::failed);
        CHECK(report.error_code == code);
        CHECK(out.discarded);
        CHECK_FALSE(out.published);
    };
    for (const std::int64_t at : {0, 1, 5, 60}) {
        SourceScript in, good;
        in.rows_by_lane = {500, 300};
        good.rows_by_lane = {100};
        SinkScript out;
        {
            in.fail_read_at = at;
            PipelineBuilder builder;
            builder.target(builder.join(builder.source(in), builder.source(good)), out);
            expect(builder, out, "E499");
            in.fail_read_at = -1;
        }
        {
            PipelineBuilder builder;
            builder.target(builder.sort_descending(builder.fail_at(builder.source(in), at)), out);
            expect(builder, out, "E496");
        }
        {
            out.fail_write_at = at;
            PipelineBuilder builder;
            builder.target(builder.source(in), out);
            expect(builder, out, "E497");
        }
    }
}

TEST_CASE("an interrupted run drops what is staged") {
    for (const int level : {1, 2})
        for (std::uint32_t delay_us = 0; delay_us < 20'000; delay_us = delay_us * 2 + 500) {
            SourceScript in, table;
            in.rows_by_lane = {100'000};
            in.pause_us = 20;
            in.blocks_forever = true;
            table.rows_by_lane = {1000};
            SinkScript out;
            out.pause_us = 100;
            PipelineBuilder builder;
            const auto rows = builder.source(in);
            builder.target(builder.join(rows, builder.source(table)), out);
            std::atomic<int> interrupts{0};
            RunOptions options;
            options.interrupts = &interrupts;
            std::thread person([&] {
                std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
                interrupts = level;
            });
            const RunReport report = run_it(builder, "interrupted", options);
            person.join();
            CHECK(report.status == RunStatus::interrupted);
            CHECK(out.discarded);
            CHECK_FALSE(out.published);
        }
}
