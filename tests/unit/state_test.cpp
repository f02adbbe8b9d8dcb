#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "catch.hpp"
#include "data/time.hpp"
#include "files_copy.hpp"
#include "sql/sqlite.hpp"
#include "state/history.hpp"
#include "state/recorder.hpp"
#include "state/reject_groups.hpp"
#include "state/run_digest.hpp"

using namespace etl;

namespace {

constexpr std::int64_t kNow_us = 1'800'000'000LL * kSecond_us;

RunStart start_of(const std::string& run, const std::string& pipeline = "p", std::int64_t began_us = kNow_us) {
    RunStart start;
    start.run_id = run;
    start.pipeline = pipeline;
    start.file = "/pipelines/" + pipeline + ".etl";
    start.profile = "night";
    start.parameters = {{"day", "2024-01-31"}, {"of", "a \"b\""}};
    start.started_us = began_us;
    start.process = 4711;
    start.host = "host";
    start.version = "1.2.3";
    return start;
}

RunReport report_of(std::uint64_t rows) {
    RunReport report;
    report.status = RunStatus::succeeded_with_rejects;
    report.error = "none, but kept";
    report.nodes = {{.name = "orders", .kind = NodeKind::source, .in = rows, .out = rows - 1, .rejected = 1},
                    {.name = "validate", .in = rows - 1, .out = rows - 2, .filtered = 1, .warned = 3},
                    {.name = "into x.csv", .kind = NodeKind::target, .in = rows - 2, .out = rows - 2}};
    report.rejects_by_reason = {{"orders: id: not an int", rows / 2}, {"validate: too large", 7}};
    report.warnings_by_reason = {{"validate: large", 3}};
    report.rejects = rows / 2 + 7;
    report.rejects_file = "/state/rejects/x.jsonl";
    report.workers = {{"orders | validate", 3, 17}, {"into x.csv", 1, 0}};
    report.grown = 4;
    report.shrunk = 2;
    report.offsets = {{"into x.csv", "orders", "a", "i 17\nabc"}};
    report.seconds = 0.1 + static_cast<double>(rows);
    report.peak_memory_bytes = 1 << 20;
    report.bytes_read = rows * 10;
    return report;
}

std::string told(const PastRun& run) {
    return run.start.run_id + " " + std::string(run.status()) + " " +
           std::to_string(checksum_of(run.start, run.report ? &*run.report : nullptr));
}

std::vector<std::string> told(const std::vector<PastRun>& runs) {
    std::vector<std::string> lines;
    for (const PastRun& run : runs) lines.push_back(told(run));
    return lines;
}

void record(const std::filesystem::path& folder, const RunStart& start, std::uint64_t rows, Retention retention = {}) {
    Recorder recorder(folder, retention);
    recorder.begin(start);
    recorder.end(report_of(rows));
    INFO(recorder.trouble());
    REQUIRE(recorder.trouble().empty());
}

/// A history of some pages, all in the one file.
void fill(const TestFolder& folder, int runs) {
    for (int i = 0; i < runs; ++i) record(folder.path(), start_of("run-" + std::to_string(100 + i)), 100U + i);
    const TestFolder alone;
    alone.put("state.db", folder.get("state.db"));
    REQUIRE(past_runs(alone.path()).size() == static_cast<std::size_t>(runs));
}

/// What a folder with that file tells; nothing where it is refused, as it must be, by an Error that names it.
std::optional<std::vector<std::string>> read(const TestFolder& folder) {
    try {
        return told(past_runs(folder.path()));
    } catch (const Error& error) {
        CHECK((error.code() == "E541" || error.code() == "E540" || error.code() == "E542"));
        CHECK(std::string(error.what()).find((folder.path() / "state.db").string()) != std::string::npos);
        return std::nullopt;
    }
}

std::string refusal(const TestFolder& folder) {
    try {
        past_runs(folder.path());
    } catch (const Error& error) {
        return error.code() + ": " + error.what();
    }
    return "none";
}

/// A run meets the file: it may tell its trouble, and no number changes.
void record_upon(const TestFolder& folder, const std::vector<std::string>& before) {
    Recorder recorder(folder.path(), {});
    recorder.begin(start_of("late"));
    recorder.end(report_of(5));
    const auto after = read(folder);
    if (!after) return;
    for (const std::string& line : *after)
        CHECK((line.starts_with("late ") || std::find(before.begin(), before.end(), line) != before.end()));
}

}  // namespace

TEST_CASE("a run is told as it was, while it runs and after", "[state]") {
    const TestFolder folder;
    CHECK(past_runs(folder.path()).empty());
    Recorder recorder(folder.path(), {});
    recorder.begin(start_of("one"));
    std::vector<PastRun> runs = past_runs(folder.path());
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].status() == "running");
    CHECK_FALSE(runs[0].report);
    recorder.end(report_of(50));
    REQUIRE(recorder.trouble().empty());
    runs = past_runs(folder.path());
    REQUIRE(runs.size() == 1);
    const RunStart start = start_of("one");
    const RunReport report = report_of(50);
    CHECK(told(runs[0]) == "one succeeded_with_rejects " + std::to_string(checksum_of(start, &report)));
    CHECK(runs[0].start.parameters == start.parameters);
    CHECK(runs[0].report->rejects_by_reason == report.rejects_by_reason);
    CHECK(runs[0].report->workers[0].breaches == 17);
    CHECK(runs[0].report->offsets[0].position == "i 17\nabc");
    CHECK(runs[0].report->rows_read() == 50);
    CHECK(runs[0].report->rows_written() == 48);
}

TEST_CASE("runs are found by the beginning of their ids, and by pipeline or file", "[state]") {
    const TestFolder folder;
    for (const char* run : {"2024a-1", "2024a-2", "2024b-1"})
        record(folder.path(), start_of(run, run[4] == 'a' ? "p" : "q"), 5);
    CHECK(past_run(folder.path(), "2024b").start.run_id == "2024b-1");
    CHECK(past_run(folder.path(), "last").start.run_id == "2024b-1");
    CHECK(past_run(folder.path(), "last", "p").start.run_id == "2024a-2");
    CHECK(past_runs(folder.path(), "/pipelines/p.etl").size() == 2);
    CHECK(past_runs(folder.path(), "q").size() == 1);
    for (const char* run : {"2024", "", "2025", "%", "'"}) {
        try {
            past_run(folder.path(), run);
            FAIL(run);
        } catch (const Error& error) {
            CHECK(error.code() == "E543");
        }
    }
}

TEST_CASE("a run that was killed has died", "[state]") {
    const TestFolder folder;
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Recorder recorder(folder.path(), {});
        recorder.begin(start_of("killed"));
        if (::write(ready[1], "x", 1) == 1) ::pause();
        ::_exit(1);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    CHECK(past_runs(folder.path()).at(0).status() == "running");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(past_runs(folder.path()).at(0).status() == "died");
    record(folder.path(), start_of("next"), 5);
    CHECK(past_runs(folder.path()).at(0).status() == "died");
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_CASE("a history that was cut is refused at every length", "[state]") {
    const TestFolder whole;
    fill(whole, 40);
    const std::string bytes = whole.get("state.db");
    const std::vector<std::string> before = *read(whole);
    REQUIRE(before.size() == 40);
    REQUIRE(bytes.size() > 8 * 4096);
    std::set<std::size_t> lengths = {0, 1, 15, 16, 99, 100, 511, 512};
    for (std::size_t page = 4096; page <= bytes.size(); page += 4096)
        lengths.insert({page - 4095, page - 2048, page - 64, page - 1, page});
    lengths.erase(bytes.size());
    for (const std::size_t length : lengths) {
        CAPTURE(length, bytes.size());
        const TestFolder torn;
        torn.put("state.db", bytes.substr(0, length));
        CHECK_FALSE(read(torn));
        record_upon(torn, before);
    }
}

TEST_CASE("a history with a byte that was changed is refused or tells what it told", "[state]") {
    const TestFolder whole;
    fill(whole, 12);
    const std::string bytes = whole.get("state.db");
    const std::vector<std::string> before = *read(whole);
    std::mt19937 random(7);
    int refused = 0;
    const TestFolder torn;
    for (int i = 0; i < 600; ++i) {
        const std::size_t at = random() % bytes.size();
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1U << random() % 8));
        CAPTURE(at);
        torn.put("state.db", changed);
        const auto after = read(torn);
        refused += after ? 0 : 1;
        if (after) CHECK(*after == before);
        std::filesystem::remove_all(torn.path() / "locks");
        for (const char* beside : {"state.db-wal", "state.db-shm"}) std::filesystem::remove(torn.path() / beside);
    }
    CHECK(refused > 100);
}

TEST_CASE("a log that was cut loses the last runs at most", "[state]") {
    const TestFolder folder;
    const auto short_run = [&](int i) {
        Recorder recorder(folder.path(), {});
        recorder.begin(start_of("run-" + std::to_string(i)));
        RunReport report = report_of(10);
        report.seconds = 0.001;
        recorder.end(report);
        REQUIRE(recorder.trouble().empty());
    };
    for (int i = 0; i < 6; ++i) short_run(i);
    const std::string base = folder.get("state.db");
    const std::string log = folder.get("state.db-wal");
    REQUIRE(log.size() > 20 * 4096);
    const std::vector<std::string> before = *read(folder);
    std::size_t most = 0;
    for (std::size_t length = 0; length <= log.size(); length += 977) {
        CAPTURE(length);
        const TestFolder torn;
        torn.put("state.db", base);
        torn.put("state.db-wal", log.substr(0, length));
        const auto after = read(torn);
        if (!after) continue;
        most = std::max(most, after->size());
        for (std::size_t i = 0; i < after->size(); ++i)
            CHECK(((*after)[i] == before[i] ||
                   (i + 1 == after->size() && (*after)[i].find(" died ") != std::string::npos)));
    }
    CHECK(most == 6);
}

TEST_CASE("what is no history is named and left alone", "[state]") {
    const TestFolder folder;
    const auto refused = [&](const std::string& code, const std::string& words) {
        const std::string bytes = folder.get("state.db");
        const std::string said = refusal(folder);
        CAPTURE(said);
        CHECK(said.starts_with(code));
        CHECK(said.find(words) != std::string::npos);
        Recorder recorder(folder.path(), {});
        recorder.begin(start_of("late"));
        recorder.end(report_of(5));
        CHECK(recorder.trouble() == said.substr(code.size() + 2));
        CHECK(folder.get("state.db") == bytes);
    };
    folder.put("state.db", std::string(8192, 'x'));
    refused("E541", "is no SQLite database");
    std::filesystem::remove(folder.path() / "state.db");
    {
        SqliteDatabase other(folder.path() / "state.db", "other", SqliteDatabase::Access::create, 0);
        other.execute("create table runs (id)");
    }
    refused("E541", "database of another program");
    std::filesystem::remove(folder.path() / "state.db");
    record(folder.path(), start_of("one"), 5);
    {
        SqliteDatabase newer(folder.path() / "state.db", "newer", SqliteDatabase::Access::write, 0);
        newer.execute("pragma user_version = 2");
    }
    refused("E542", "newer version");
}

TEST_CASE("a number that was changed by another program is not told", "[state]") {
    for (const char* change :
         {"update runs set rejects = rejects + 1 where run = 'one'", "update stages set rows_out = 1 where place = 1",
          "update runs set rows_written = 4 where run = 'one'", "delete from causes where place = 0",
          "update runs set status = 'running'", "update offsets set position = 'i 18'",
          "insert into workers values (1, 9, 'x', 1, 1)", "update runs set parameters = '{}'"}) {
        CAPTURE(change);
        const TestFolder folder;
        record(folder.path(), start_of("one"), 5);
        {
            SqliteDatabase other(folder.path() / "state.db", "other", SqliteDatabase::Access::write, 0);
            other.execute(change);
        }
        CHECK(refusal(folder).find("what it tells of run one was changed") != std::string::npos);
    }
}

TEST_CASE("a folder that cannot be written gives a trouble and no error", "[state]") {
    const TestFolder folder;
    folder.put("state", "a file");
    Recorder recorder(folder.path() / "state", {});
    recorder.begin(start_of("one"));
    recorder.end(report_of(5));
    CHECK(recorder.trouble().find("state.db") != std::string::npos);
}

TEST_CASE("old runs go by count and age, with their rejects and logs", "[state]") {
    const TestFolder folder;
    const auto leave = [&](const std::string& name) {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        folder.put(name, "x");
    };
    const auto has = [&](const std::string& name) { return std::filesystem::exists(folder.path() / name); };
    const std::int64_t old_us = kNow_us - 91 * kDay_us;
    const Retention all{.runs = 1000, .days = 1000};
    record(folder.path(), start_of("old", "rare", old_us), 5, all);
    Recorder alive(folder.path(), all);
    alive.begin(start_of("alive", "p", old_us));
    {
        Recorder dies(folder.path(), all);
        dies.begin(start_of("dead", "rare", old_us));
    }
    for (int i = 0; i < 5; ++i) record(folder.path(), start_of("p" + std::to_string(i)), 5, all);
    record(folder.path(), start_of("q0", "q"), 5, all);
    for (const char* run : {"old", "alive", "dead", "p0", "p3", "q0", "stranger"})
        for (const std::string& name : {"rejects/" + std::string(run) + ".jsonl", "logs/" + std::string(run) + ".log"})
            leave(name);
    leave("rejects/dead.jsonl.rare.open");

    record(folder.path(), start_of("p5"), 5, {.runs = 3, .days = 90});
    std::vector<std::string> ids;
    for (const PastRun& run : past_runs(folder.path())) ids.push_back(run.start.run_id);
    CHECK(ids == std::vector<std::string>{"alive", "p3", "p4", "q0", "p5"});
    for (const char* run : {"alive", "p3", "q0", "stranger"}) {
        CHECK(has("rejects/" + std::string(run) + ".jsonl"));
        CHECK(has("logs/" + std::string(run) + ".log"));
    }
    for (const char* run : {"old", "dead", "p0"}) {
        CHECK_FALSE(has("rejects/" + std::string(run) + ".jsonl"));
        CHECK_FALSE(has("logs/" + std::string(run) + ".log"));
    }
    CHECK(has("rejects/dead.jsonl.rare.open"));
}

TEST_CASE("runs at once are all told", "[state]") {
    const TestFolder folder;
    std::vector<std::thread> threads;
    std::vector<std::string> troubles(4);
    for (std::size_t t = 0; t < troubles.size(); ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 15 && troubles[t].empty(); ++i) {
                Recorder recorder(folder.path(), {});
                recorder.begin(start_of("run-" + std::to_string(t) + "-" + std::to_string(i)));
                RunReport report = report_of(10);
                if (i % 2 == 0) report.seconds = 0.01;
                recorder.end(report);
                troubles[t] = recorder.trouble();
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(troubles == std::vector<std::string>(4));
    const std::vector<PastRun> runs = past_runs(folder.path());
    CHECK(runs.size() == 60);
    CHECK(std::all_of(runs.begin(), runs.end(), [](const PastRun& run) { return run.report.has_value(); }));
}

TEST_CASE("causes beyond some hundred are counted together", "[state]") {
    const TestFolder folder;
    RunReport report = report_of(10);
    report.rejects_by_reason.clear();
    std::uint64_t rows = 0;
    for (std::uint64_t i = 0; i < 900; ++i)
        rows += report.rejects_by_reason["cause " + std::to_string(i)] = i % 450 + 1;
    Recorder recorder(folder.path(), {});
    recorder.begin(start_of("one"));
    recorder.end(report);
    const auto causes = past_runs(folder.path()).at(0).report->rejects_by_reason;
    CHECK(causes.size() <= 201);
    CHECK(causes.at("cause 449") == 450);
    std::uint64_t kept = 0;
    for (const auto& [cause, count] : causes) kept += count;
    CHECK(kept == rows);
}

TEST_CASE("rejects are grouped by what they have in common", "[state]") {
    const TestFolder folder;
    folder.put("r.jsonl",
               R"({"stage":"t","column":"id","value":"x","reason":"not an int: `x`","file":"a.csv","line":3}
{"stage":"t","column":null,"value":null,"reason":"short","file":null,"line":null}
{"stage":"t","column":"id","value":"yy","reason":"not an int: `yy`","file":"a.csv","line":9}
)");
    const std::vector<RejectGroup> groups = group_rejects(folder.path() / "r.jsonl");
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].cause == "t: id: not an int: …");
    CHECK((groups[0].count == 2 && groups[0].file == "a.csv" && groups[0].line == 3 && groups[0].value == "x"));
    CHECK((groups[1].cause == "t: short" && groups[1].count == 1 && groups[1].line == 0));
    const std::string bytes = folder.get("r.jsonl");
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        folder.put("r.jsonl", bytes.substr(0, length));
        if (bytes[length - 1] == '\n') continue;
        CAPTURE(length);
        CHECK_THROWS_AS(group_rejects(folder.path() / "r.jsonl"), Error);
    }
}
