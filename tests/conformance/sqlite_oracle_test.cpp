// Whole pipelines over random rows, under many settings, give what SQLite makes of the same rows: byte for byte.
#include "tests/unit/sqlite_oracle.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "lang/load.hpp"
#include "plan/plan.hpp"
#include "runtime/run.hpp"

using namespace etl;
using namespace etl::trial;

namespace {

namespace fs = std::filesystem;

/// A folder with l.csv and r.csv, and the same rows in SQLite as l and r.
class Ground {
  public:
    Ground() {
        std::string name = (fs::temp_directory_path() / "etl-oracle-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
        add("l", random_rows(1200, 21, 150));
        add("r", random_rows(250, 22, 150));
    }
    ~Ground() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    /// The flow's text goes between the source and the target.
    std::string run_flow(const std::string& flow, const std::map<std::string, std::string>& settings, bool fuse,
                         std::uint32_t channel_batches) const {
        const auto source = [](const std::string& name) {
            return "source " + name + " = csv(\"" + name + ".csv\") {\n id: int\n k: int?\n name: text?\n v: int?\n}\n";
        };
        std::ofstream(folder_ / "flow.etl") << source("l") << source("r") << "from l\n"
                                            << flow << "\n| into csv(\"out.csv\") { header = 0 }\n";
        LoadOptions options;
        options.settings = settings;
        const auto texts = std::make_shared<SourceTexts>();
        Diagnostics diagnostics;
        auto pipeline = load_pipeline(folder_ / "flow.etl", options, texts, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics.sorted()) UNSCOPED_INFO(render_text(diagnostic, *texts, false));
        REQUIRE(pipeline.has_value());
        pipeline->settings.fuse = fuse;
        pipeline->settings.channel_batches = channel_batches;
        const RunReport report = run(make_plan(std::move(*pipeline)), {});
        REQUIRE(report.error.empty());
        for (const NodeBalance& node : report.nodes) CHECK(node.closes());
        std::ostringstream out;
        out << std::ifstream(folder_ / "out.csv", std::ios::binary).rdbuf();
        return out.str();
    }

    void check(const std::string& flow, const std::string& sql) {
        INFO(flow);
        const std::string expected = oracle_.csv(sql);
        CHECK(run_flow(flow, {}, true, 0) == expected);
        for (const char* const workers : {"1", "8"})
            for (const char* const batch : {"1", "7"}) {
                INFO("workers " << workers << ", batch " << batch);
                CHECK(run_flow(flow, {{"workers", workers}, {"batch", batch}}, true, 0) == expected);
                CHECK(run_flow(flow, {{"workers", workers}, {"batch", batch}}, false, 1) == expected);
            }
    }

  private:
    void add(const std::string& name, const Rows& rows) {
        std::ofstream file(folder_ / (name + ".csv"), std::ios::binary);
        file << "id,k,name,v\n";
        for (const auto& row : rows.rows)
            for (const Value& value : row) file << spell_csv(value) << (&value == &row.back() ? "\n" : ",");
        oracle_.add(name, rows);
    }
    fs::path folder_;
    Oracle oracle_;
};

}  // namespace

TEST_CASE("pipelines with joins are what SQLite makes of them") {
    Ground ground;
    const std::string pairs = "select l.id, l.k, l.name, l.v, r.id, r.name from l ";
    const std::string named = "\n| map { id, k, name, v, other = r.id, title = r.name }";
    ground.check("| join r on k == r.k" + named, pairs + "join r on l.k = r.k order by l.place, r.place");
    ground.check("| join left r on name == r.name and r.v > v" + named,
                 pairs + "left join r on l.name = r.name and r.v > l.v order by l.place, r.place");
    // So many pairs that a batch goes on in parts, once and twice.
    ground.check("| join r on k % 7 == r.k % 7" + named,
                 pairs + "join r on l.k % 7 = r.k % 7 order by l.place, r.place");
    ground.check(
        "| join r on k % 7 == r.k % 7\n| map { id, k, other = r.id }\n| join r as s on other % 9 == s.id % 9 and "
        "s.v > 300\n| group by id { n = count(), total = sum(s.v) }",
        "select l.id, count(*), sum(s.v) from l join r on l.k % 7 = r.k % 7 join r as s on r.id % 9 = s.id % 9 "
        "and s.v > 300 group by 1 order by min(l.place)");
    ground.check("| filter v > 0\n| join r on k == r.k\n| group by title = r.name { n = count(), total = sum(v) }",
                 "select r.name, count(*), sum(l.v) from l join r on l.k = r.k where l.v > 0 group by 1 "
                 "order by min(l.place * 1000 + r.place)");
    ground.check("| lookup r on k == r.k and r.v <= v keep latest r.v" + named,
                 pairs +
                     "left join r on r.place = (select place from r where r.k = l.k and r.v <= l.v "
                     "order by v desc, place limit 1) order by l.place");
}

TEST_CASE("pipelines that sort, group and choose rows are what SQLite makes of them") {
    Ground ground;
    const std::string all = "select id, k, name, v from ";
    ground.check("| sort by name desc, k nulls first", all + "l order by name desc nulls last, k nulls first, place");
    ground.check(
        "| group by k { n = count(), lo = min(v), hi = max(v), texts = count_distinct(name) }\n| sort by n desc",
        "select k, count(*), min(v), max(v), count(distinct name) from l group by k "
        "order by 2 desc, min(place)");
    ground.check("| dedupe by k keep latest v",
                 all +
                     "(select *, row_number() over (partition by k order by v desc nulls last, place) as n, "
                     "min(place) over (partition by k) as first from l) where n = 1 order by first");
    ground.check("| dedupe by name keep earliest v\n| filter v < 100",
                 all +
                     "(select *, row_number() over (partition by name order by v nulls last, place) as n, "
                     "min(place) over (partition by name) as first from l) where n = 1 and v < 100 order by first");
    ground.check("| map { k, v }\n| distinct", "select k, v from l group by k, v order by min(place)");
    ground.check("| union r\n| distinct by name",
                 all +
                     "(select *, min(at) over (partition by name) as first from (select *, place as at from l union "
                     "all select *, place + 100000 from r)) where at = first order by first");
    ground.check("| sort by v\n| limit 100", all + "l order by v nulls last, place limit 100");
}
