#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "data/display_width.hpp"
#include "lang/load.hpp"
#include "runtime/dry_run.hpp"
#include "runtime/preview.hpp"
#include "runtime/run.hpp"
#include "runtime/trace.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/expression_text.hpp"
#include "tests/unit/watchdog.hpp"

using namespace etl;

namespace {

/// "a + 1: 2 3", a line for each node that was evaluated.
struct Notes final : EvaluationObserver {
    explicit Notes(std::string expression) : text("param p: int = " + std::move(expression)) {}

    void evaluated(const BoundExpr& expr, const Batch& /*batch*/, Selection rows, const Column& value) override {
        if (expr.kind == ExprKind::constant) return;
        said += text.substr(expr.span.begin, expr.span.end - expr.span.begin) + ":";
        for_each_row(rows, [&](std::uint32_t row) {
            said += " ";
            append_json(said, value, row);
        });
        said += "\n";
    }
    void selected(const BoundExpr& expr, const Batch& /*batch*/, Selection rows, Selection good) override {
        said += text.substr(expr.span.begin, expr.span.end - expr.span.begin) + ": " + std::to_string(good.size) +
                " of " + std::to_string(rows.size) + "\n";
    }
    std::string text, said;
};

std::string watch(expression_text::Rows& rows, const std::string& expression, bool selects) {
    Notes notes(expression);
    rows.evaluator.observe(&notes);
    if (selects)
        rows.select(expression);
    else
        rows.evaluate(expression);
    rows.evaluator.observe(nullptr);
    return notes.said;
}

class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "etl-seeing-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name, std::ios::binary) << text;
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
    }
    std::filesystem::path path;
};

constexpr const char* kPipeline = R"(source t = csv("in.csv") { id: int, name: text, amount: int }
source c = csv("codes.csv") { code: int, label: text }
flow good = from t | cleanse { name: trim } | validate { amount > 0 else "not positive" }
flow low = from good | filter amount < 8
flow high = from good | filter amount >= 8
from low | union high | join c on id == c.code | map { id, label = c.label } | into csv("out.csv")
from good | sort by amount desc | limit 2 | into csv("top.csv")
from good | group by big = amount > 6 { n = count() } | into csv("groups.csv")
)";

struct Pipeline {
    Pipeline() {
        folder.write("p.etl", kPipeline);
        folder.write("in.csv", "id,name,amount\n1, Ann,5\n2,Bob,-1\n3,Cy,9\n4,Di,7\n1,Eve,6\n");
        folder.write("codes.csv", "code,label\n1,one\n3,three\n3,drei\n");
    }
    Plan plan(const std::string& condition, bool fuse, std::uint32_t batch_rows) const {
        LoadOptions options;
        options.follow = condition;
        Diagnostics diagnostics;
        auto pipeline = load_pipeline(folder.path / "p.etl", options, std::make_shared<SourceTexts>(), diagnostics);
        REQUIRE(pipeline);
        pipeline->settings.fuse = fuse;
        pipeline->settings.batch_rows = batch_rows;
        return make_plan(std::move(*pipeline));
    }
    Folder folder;
};

std::string text_of(const std::vector<Cell>& cells) {
    std::string out;
    for (const Cell& cell : cells) out += (out.empty() ? "" : ",") + cell.text;
    return "(" + out + ")";
}

/// The way of every row: a line for each stage, "filter (1,Ann,5)", then what came out.
std::string ways(const std::vector<BoundNode>& nodes, const Trace& trace) {
    std::string out;
    for (const TraceStory& story : trace.stories()) {
        out += "line " + std::to_string(story.place.line) + " " + text_of(story.cells) + "\n";
        for (const TraceVisit& visit : story.visits) {
            out += "  " + nodes[visit.node].name + (visit.input > 0 ? " as input " + std::to_string(visit.input) : "") +
                   " " + text_of(visit.cells);
            for (const TraceOutput& output : visit.outputs) out += " -> " + text_of(output.cells);
            if (visit.position > 0) out += " at " + std::to_string(visit.position);
            if (visit.reject) out += " rejected: " + visit.reject->reason;
            if (visit.key_row && visit.outputs.empty())
                out += " in " + text_of(*visit.key_row) + " of " + std::to_string(visit.key_rows);
            out += "\n";
        }
    }
    return out;
}

std::string traced(const std::string& condition, bool fuse, std::uint32_t batch_rows, std::size_t most = 10) {
    const Pipeline pipeline;
    Plan plan = pipeline.plan(condition, fuse, batch_rows);
    const std::vector<BoundNode> nodes = outline_of(plan);
    make_dry(plan, 0);
    Trace trace(plan, most);
    RunOptions options;
    options.tap = &trace;
    const RunReport report = run(std::move(plan), options);
    CHECK(report.error == "");
    CHECK(pipeline.folder.files() == 3);
    return ways(nodes, trace) + std::to_string(trace.matches()) + " match\n";
}

}  // namespace

TEST_CASE("the evaluator tells the value of every node, for the rows that it was evaluated for", "[seeing]") {
    expression_text::Rows rows;
    const DataType* type = simple_type(TypeKind::integer, true);
    rows.add("a", type, {{type, std::int64_t{1}}, {type, std::int64_t{2}}, {type, {}}});
    CHECK(watch(rows, "(a + 1) * 2", false) == "a: 1 2 null\n(a + 1): 2 3 null\n(a + 1) * 2: 4 6 null\n");
    // The right side of `or` is asked for the rows that the left one leaves open.
    CHECK(watch(rows, "a is null or a > 1", true) ==
          "a: 1 2 null\na is null: false false true\na: 1 2\na > 1: false true\na is null or a > 1: 2 of 3\n");
    // A row that fails has no value.
    CHECK(watch(rows, "10 % (a - 1) == 0", true) ==
          "a: 1 2 null\n(a - 1): 0 1 null\n10 % (a - 1): 0 null\n10 % (a - 1) == 0: true null\n");
    CHECK(rows.evaluate("a + 1") == "2|3|null");
}

TEST_CASE("a row is followed through joins, unions, shared flows and blocking stages", "[seeing]") {
    const Watchdog watchdog("a trace");
    for (const std::uint32_t variant : {0U, 1U, 2U, 3U, 4U, 5U}) {
        const bool fuse = variant < 3;
        const std::uint32_t batch_rows = variant % 3;
        CAPTURE(fuse, batch_rows);
        CHECK(traced("id >= 2", fuse, batch_rows) == R"(line 3 (2,Bob,-1)
  cleanse (2,Bob,-1) -> (2,Bob,-1)
  validate (2,Bob,-1) rejected: not positive
line 4 (3,Cy,9)
  cleanse (3,Cy,9) -> (3,Cy,9)
  validate (3,Cy,9) -> (3,Cy,9)
  filter (3,Cy,9)
  filter (3,Cy,9) -> (3,Cy,9)
  union as input 1 (3,Cy,9) -> (3,Cy,9)
  join (3,Cy,9) -> (3,Cy,9,3,three) -> (3,Cy,9,3,drei)
  map (3,Cy,9,3,three) -> (3,three)
  map (3,Cy,9,3,drei) -> (3,drei)
  into out.csv (3,three)
  into out.csv (3,drei)
  sort (3,Cy,9) -> (3,Cy,9) at 1
  limit (3,Cy,9) -> (3,Cy,9)
  into top.csv (3,Cy,9)
  group (3,Cy,9) in (true,2) of 1
line 5 (4,Di,7)
  cleanse (4,Di,7) -> (4,Di,7)
  validate (4,Di,7) -> (4,Di,7)
  filter (4,Di,7) -> (4,Di,7)
  filter (4,Di,7)
  union (4,Di,7) -> (4,Di,7)
  join (4,Di,7)
  sort (4,Di,7) -> (4,Di,7) at 2
  limit (4,Di,7) -> (4,Di,7)
  into top.csv (4,Di,7)
  group (4,Di,7) in (true,2) of 1
3 match
)");
        // Of the rows that are looked up it tells who found them: lines 2 and 6.
        CHECK(traced("label == \"one\"", fuse, batch_rows) == R"(line 2 (1,one)
  join as input 1 (1,one) in (1,Ann,5,1,one) of 2
1 match
)");
        // As many as are wanted, the first ones; a limit cuts the others.
        CHECK(traced("t.id == 1", fuse, batch_rows, 1) == R"(line 2 (1, Ann,5)
  cleanse (1, Ann,5) -> (1,Ann,5)
  validate (1,Ann,5) -> (1,Ann,5)
  filter (1,Ann,5) -> (1,Ann,5)
  filter (1,Ann,5)
  union (1,Ann,5) -> (1,Ann,5)
  join (1,Ann,5) -> (1,Ann,5,1,one)
  map (1,Ann,5,1,one) -> (1,one)
  into out.csv (1,one)
  sort (1,Ann,5) -> (1,Ann,5) at 4
  limit (1,Ann,5)
  group (1,Ann,5) in (false,2) of 1
2 match
)");
    }
}

TEST_CASE("a preview reads the first rows, and all that are looked up", "[seeing]") {
    const Watchdog watchdog("a preview");
    const Pipeline pipeline;
    Plan plan = pipeline.plan("", true, 0);
    const std::vector<BoundNode> nodes = outline_of(plan);
    const auto sources = make_dry(plan, 3);
    Preview preview(plan, 2);
    RunOptions options;
    options.tap = &preview;
    const RunReport report = run(std::move(plan), options);
    CHECK(report.error == "");
    CHECK(pipeline.folder.files() == 3);
    std::string out;
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
        if (nodes[node].kind == NodeKind::target) continue;
        const PreviewStage& stage = preview.stage(node);
        out += nodes[node].name + " " + std::to_string(report.nodes[node].in) +
               (sources[node]->more ? " and more" : "") + ":";
        for (const PreviewRow& row : stage.ports.at(0).rows) {
            out += " " + text_of(row.cells);
            for (std::size_t i = 0; i < row.changed.size(); ++i)
                if (row.changed[i]) out += "*" + std::to_string(i);
        }
        for (const RowPlace& place : stage.gone) out += " gone " + std::to_string(place.line);
        for (const PreviewReject& reject : stage.rejects)
            out += " rejected " + std::to_string(reject.place.line) + " " + reject.column + "=" + reject.value + " " +
                   reject.reason;
        out += "\n";
    }
    CHECK(out == R"(t 3 and more: (1, Ann,5) (2,Bob,-1)
cleanse 3: (1,Ann,5)*1 (2,Bob,-1)
validate 3: (1,Ann,5) (3,Cy,9) rejected 3 amount=-1 not positive
filter 2: (1,Ann,5) gone 4
filter 2: (3,Cy,9) gone 2
union 2: (1,Ann,5) (3,Cy,9)
c 3: (1,one) (3,three)
join 5: (1,Ann,5,1,one) (3,Cy,9,3,three)
map 3: (1,one) (3,three)
sort 2: (3,Cy,9) (1,Ann,5)
limit 2: (3,Cy,9) (1,Ann,5)
group 2: (false,1) (true,1)
)");
}

TEST_CASE("the width of a text on a terminal", "[seeing]") {
    CHECK(display_width("Dörte") == 5);
    CHECK(display_width("東京") == 4);
    CHECK(display_width("e\xCC\x81") == 1);
    CHECK(cut_to_width("東京都", 6) == "東京都");
    CHECK(cut_to_width("東京都", 5) == "東京…");
    CHECK(cut_to_width("東京都", 4) == "東…");
    CHECK(cut_to_width("Ann", 3) == "Ann");
    CHECK(cut_to_width("Anna", 3) == "An…");
}
