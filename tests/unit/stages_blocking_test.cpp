#include "base/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/sqlite_oracle.hpp"
#include "tests/unit/stage_trial.hpp"

using namespace etl;
using namespace etl::trial;

namespace {

using columns::of;

// AddressSanitizer makes every allocation dear: there a fraction of the rows does.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kShare = 6;
#else
constexpr std::size_t kShare = 1;
#endif

// No limit; everything is written out at once; some of it is.
constexpr std::size_t kMemories[] = {0, 1, 128 * 1024};

ExprPtr col(const Rows& rows, std::string_view name) { return column_expr(*rows.schema, *rows.schema->find(name), {}); }

ExprPtr call(std::string_view name, ExprPtr a, ExprPtr b) {
    NoTables tables;
    Diagnostics diagnostics;
    ExprPtr made = resolve_call(name, {{{}, {}, std::move(a)}, {{}, {}, std::move(b)}}, {}, {}, tables, diagnostics);
    REQUIRE(made != nullptr);
    return made;
}

BoundAggregate aggregate(std::string_view name, std::vector<ExprPtr> arguments) {
    NoTables tables;
    Diagnostics diagnostics;
    auto made = resolve_aggregate(name, std::move(arguments), {}, tables, diagnostics);
    REQUIRE(made.has_value());
    return *made;
}

BoundStage bind_stage(std::string_view stage, const StageArguments& arguments) {
    Diagnostics diagnostics;
    BoundStage bound = Registry<StageSpec>::find(stage)->bind(arguments, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    REQUIRE(bound.op != nullptr);
    return bound;
}

StageArguments arguments_of(const std::vector<Rows>& inputs, std::vector<BoundPart> parts) {
    StageArguments arguments;
    const char* const names[] = {"", "r", "s"};
    for (std::size_t i = 0; i < inputs.size(); ++i) arguments.inputs.push_back({inputs[i].schema, names[i], {}});
    arguments.parts = std::move(parts);
    return arguments;
}

/// The same lines, whatever the batches, their order, the slots and the memory; raw columns too.
void check_all_dealings(std::string_view stage, const std::vector<Rows>& inputs, const std::vector<BoundPart>& parts,
                        const std::vector<std::string>& expected) {
    for (const std::uint32_t batch_rows : {1U, 7U, 1000U})
        for (const std::uint32_t slots : {1U, 2U, 8U})
            for (const Spelled spelled : {Spelled::flat, Spelled::raw, Spelled::mixed})
                for (const std::size_t memory : kMemories) {
                    if (memory == 1 && (batch_rows == 1 || slots != 2)) continue;  // would take long
                    const Dealing dealing{batch_rows, slots, batch_rows + slots, spelled};
                    const Collected found =
                        run([&] { return bind_stage(stage, arguments_of(inputs, parts)); }, inputs, dealing, memory);
                    INFO(stage << ", batches of " << batch_rows << ", slots " << slots << ", spelled "
                               << static_cast<int>(spelled) << ", memory " << memory);
                    CHECK(found.lines() == expected);
                    CHECK(found.balanced());
                }
}

}  // namespace

TEST_CASE("sort is that of SQLite, stable, whatever the batches") {
    const Rows rows = random_rows(3000 / kShare, 1, 40);
    Oracle oracle;
    oracle.add("t", rows);
    const auto sorted = [&](const std::string& order) {
        return oracle.lines("select id, k, name, v from t order by " + order + ", place");
    };
    check_all_dealings("sort", {rows}, {std::vector<BoundSortKey>{{col(rows, "k")}}}, sorted("k nulls last"));
    check_all_dealings("sort", {rows}, {std::vector<BoundSortKey>{{col(rows, "k")}, {col(rows, "v"), true, true}}},
                       sorted("k nulls last, v desc nulls first"));
    check_all_dealings("sort", {rows}, {std::vector<BoundSortKey>{{col(rows, "name")}}}, sorted("name nulls last"));
    check_all_dealings(
        "sort", {rows},
        {std::vector<BoundSortKey>{{col(rows, "name"), true, false}, {col(rows, "k")}, {col(rows, "v")}}},
        sorted("name desc nulls last, k nulls last, v nulls last"));
}

TEST_CASE("group is that of SQLite, by first appearance") {
    const Rows rows = random_rows(3000 / kShare, 2, 60);
    Oracle oracle;
    oracle.add("t", rows);
    for (const std::string key : {"k", "name"}) {
        BoundAggregates block;
        block.aggregates = {aggregate("count", {}),
                            aggregate("sum", {col(rows, "v")}),
                            aggregate("min", {col(rows, "v")}),
                            aggregate("max", {col(rows, "name")}),
                            aggregate("first", {col(rows, "id")}),
                            aggregate("last", {col(rows, "id")})};
        Schema inner;
        inner.fields.push_back({key, col(rows, key)->type, {}, false});
        for (const BoundAggregate& each : block.aggregates) inner.fields.push_back({"x", each.type, {}, false});
        for (std::uint32_t i = 1; i < inner.size(); ++i)
            block.results.push_back({"c" + std::to_string(i), {}, column_expr(inner, i, {})});
        check_all_dealings("group", {rows},
                           {std::monostate{}, std::vector<BoundAssign>{{key, {}, col(rows, key)}}, block},
                           oracle.lines("select " + key +
                                        ", count(*), sum(v), min(v), max(name), min(id), max(id) "
                                        "from t group by 1 order by min(place)"));
    }
    check_all_dealings(
        "group", {rows},
        {std::monostate{}, std::vector<BoundAssign>{{"k", {}, col(rows, "k")}, {"v", {}, col(rows, "v")}},
         BoundAggregates{}},
        oracle.lines("select k, v from t group by 1, 2 order by min(place)"));
}

TEST_CASE("every aggregate is the same where its groups were written out") {
    const Rows rows = random_rows(2000, 4, 40);
    NoTables tables;
    std::vector<ExprPtr> arguments = {nullptr, col(rows, "v"), col(rows, "name")};
    Diagnostics ignored;
    arguments.push_back(resolve_call("float", {{{}, {}, col(rows, "v")}}, {}, {}, tables, ignored));
    arguments.push_back(call("==", col(rows, "k"), col(rows, "v")));
    BoundAggregates block;
    Schema inner;
    inner.fields.push_back({"k", col(rows, "k")->type, {}, false});
    for (const AggregateSpec* spec : Registry<AggregateSpec>::all()) {
        bool taken = false;
        for (const ExprPtr& argument : arguments) {
            Diagnostics refused;
            const std::vector<ExprPtr> given = argument == nullptr ? std::vector<ExprPtr>{} : std::vector{argument};
            const auto bound = resolve_aggregate(spec->name, given, {}, tables, refused);
            if (!bound) continue;
            taken = true;
            block.aggregates.push_back(*bound);
            inner.fields.push_back({"x", bound->type, {}, false});
        }
        INFO(spec->name << " takes other arguments: add them here");
        CHECK(taken);
    }
    for (std::uint32_t i = 1; i < inner.size(); ++i)
        block.results.push_back({"c" + std::to_string(i), {}, column_expr(inner, i, {})});
    const std::vector<BoundPart> parts = {std::monostate{}, std::vector<BoundAssign>{{"k", {}, col(rows, "k")}}, block};
    const auto lines = [&](std::size_t memory) {
        return run([&] { return bind_stage("group", arguments_of({rows}, parts)); }, {rows}, {50, 2, 1}, memory)
            .lines();
    };
    CHECK(lines(0).size() == 41);
    CHECK(lines(1) == lines(0));
}

TEST_CASE("group without a key makes one row, also over nothing") {
    const Rows rows = random_rows(500 / kShare, 3, 10);
    Rows nothing{rows.schema, {}};
    BoundAggregates block;
    block.aggregates = {aggregate("count", {}), aggregate("sum", {col(rows, "v")})};
    Schema inner;
    for (const BoundAggregate& each : block.aggregates) inner.fields.push_back({"x", each.type, {}, false});
    block.results = {{"n", {}, column_expr(inner, 0, {})}, {"total", {}, column_expr(inner, 1, {})}};
    Oracle oracle;
    oracle.add("t", rows);
    check_all_dealings("group", {rows}, {std::monostate{}, std::monostate{}, block},
                       oracle.lines("select count(*), sum(v) from t"));
    check_all_dealings("group", {nothing}, {std::monostate{}, std::monostate{}, block}, {"0|"});
    check_all_dealings("group", {nothing},
                       {std::monostate{}, std::vector<BoundAssign>{{"k", {}, col(rows, "k")}}, BoundAggregates{}}, {});
    // A result that fails rejects its group.
    block.results = {{"mean", {}, call("div", column_expr(inner, 0, {}), column_expr(inner, 0, {}))}};
    const Collected found =
        run([&] { return bind_stage("group", arguments_of({nothing}, {std::monostate{}, std::monostate{}, block})); },
            {nothing}, {});
    CHECK(found.lines().empty());
    CHECK(found.balanced());
}

TEST_CASE("a sum beyond its type stops the run and names the group") {
    Rows rows{schema_of({{"k", of(TypeKind::text)}, {"v", of(TypeKind::integer)}}), {}};
    rows.rows = {{columns::text("a"), columns::whole(1)},
                 {columns::text("b"), columns::whole(INT64_MAX)},
                 {columns::text("b"), columns::whole(1)}};
    BoundAggregates block;
    block.aggregates = {aggregate("sum", {col(rows, "v")})};
    Schema inner;
    inner.fields = {{"k", of(TypeKind::text), {}, false}, {"sum", block.aggregates[0].type, {}, false}};
    block.results = {{"total", {}, column_expr(inner, 1, {})}};
    const std::vector<BoundPart> parts = {std::monostate{}, std::vector<BoundAssign>{{"k", {}, col(rows, "k")}}, block};
    try {
        run([&] { return bind_stage("group", arguments_of({rows}, parts)); }, {rows}, {});
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == "E506");
        CHECK(std::string(error.what()) == "`group by k`: `sum` is out of range in the group k = b");
    }
}

TEST_CASE("distinct and dedupe keep whole rows in the place of the first") {
    const Rows rows = random_rows(3000 / kShare, 4, 30);
    Oracle oracle;
    oracle.add("t", rows);
    const std::string names = "select id, k, name, v from ";
    check_all_dealings("distinct", {rows}, {std::vector<std::uint32_t>{1}},
                       oracle.lines(names + "t where place in (select min(place) from t group by k) order by place"));
    check_all_dealings(
        "distinct", {rows}, {std::vector<std::uint32_t>{2, 1}},
        oracle.lines(names + "t where place in (select min(place) from t group by name, k) order by place"));
    const auto kept = [&](const std::string& key, const std::string& order) {
        return oracle.lines(names + "(select *, row_number() over (partition by " + key + " order by " + order +
                            ", place) as n, min(place) over (partition by " + key +
                            ") as first from t) where n = 1 order by first");
    };
    check_all_dealings("dedupe", {rows}, {std::vector<std::uint32_t>{1}, BoundKeep{true, col(rows, "v")}},
                       kept("k", "v desc nulls last"));
    check_all_dealings("dedupe", {rows}, {std::vector<std::uint32_t>{1}, BoundKeep{false, col(rows, "v")}},
                       kept("k", "v nulls last"));
    check_all_dealings("dedupe", {rows}, {std::vector<std::uint32_t>{2}, BoundKeep{true, col(rows, "name")}},
                       kept("name", "name desc"));
    check_all_dealings("dedupe", {rows}, {std::vector<std::uint32_t>{1, 3}, BoundKeep{true, col(rows, "name")}},
                       kept("k, v", "name desc nulls last"));
    Rows few{rows.schema, {}};
    for (int i = 0; i < 900; ++i) few.rows.push_back(rows.rows[static_cast<std::size_t>(i) % 30]);
    check_all_dealings("distinct", {few}, {std::monostate{}}, [&] {
        Oracle other;
        other.add("t", few);
        return other.lines("select id, k, name, v from t group by 1, 2, 3, 4 order by min(place)");
    }());
}

TEST_CASE("join is that of SQLite, by probe then build order") {
    const Rows left = random_rows(1500 / kShare, 5, 400);
    const Rows right = random_rows(300 / kShare, 6, 400);
    Oracle oracle;
    oracle.add("l", left);
    oracle.add("r", right);
    Schema both = *left.schema;
    for (Field field : right.schema->fields) {
        field.qualifier = "r";
        both.fields.push_back(field);
    }
    const auto named = [&](std::string_view qualifier, std::string_view name) {
        return column_expr(both, *both.find(name, qualifier), {});
    };
    const auto joined = [&](const std::string& kind, const std::string& on) {
        return oracle.lines("select l.id, l.k, l.name, l.v, r.id, r.k, r.name, r.v from l " + kind + " join r on " +
                            on + " order by l.place, r.place");
    };
    const std::vector<BoundName> word = {{"left", {}}};
    const ExprPtr k = call("==", named("", "k"), named("r", "k"));
    const ExprPtr name = call("==", named("r", "name"), named("", "name"));
    const ExprPtr less = call("<", named("", "v"), named("r", "v"));
    Diagnostics diagnostics;
    const auto all = [&](const ExprPtr& a, const ExprPtr& b) {
        return resolve_logic(ExprKind::logic_and, a, b, {}, diagnostics);
    };
    check_all_dealings("join", {left, right}, {{}, {}, {}, k}, joined("", "l.k = r.k"));
    check_all_dealings("join", {left, right}, {word, {}, {}, k}, joined("left", "l.k = r.k"));
    check_all_dealings("join", {left, right}, {word, {}, {}, name}, joined("left", "l.name = r.name"));
    check_all_dealings("join", {left, right}, {word, {}, {}, all(name, k)},
                       joined("left", "l.name = r.name and l.k = r.k"));
    check_all_dealings("join", {left, right}, {{}, {}, {}, all(less, k)}, joined("", "l.k = r.k and l.v < r.v"));
    check_all_dealings("join", {left, right}, {word, {}, {}, all(k, less)}, joined("left", "l.k = r.k and l.v < r.v"));
    check_all_dealings("join", {left, Rows{right.schema, {}}}, {word, {}, {}, k},
                       oracle.lines("select id, k, name, v, null, null, null, null from l order by place"));
    check_all_dealings("join", {left, Rows{right.schema, {}}}, {{}, {}, {}, k}, {});
}

TEST_CASE("join of a number with a decimal compares values") {
    const DataType* const decimal = decimal_type(10, 2);
    Rows left{schema_of({{"a", of(TypeKind::integer)}}), {}};
    Rows right{schema_of({{"b", decimal}}), {}};
    for (int i = 0; i < 5; ++i) left.rows.push_back({columns::whole(i)});
    for (int i = 0; i < 9; ++i) right.rows.push_back({columns::number(i * 50, 10, 2)});
    Schema both = *left.schema;
    both.fields.push_back({"b", decimal, "r", false});
    const ExprPtr on = call("==", column_expr(both, 0, {}), column_expr(both, 1, {}));
    check_all_dealings("join", {left, right}, {{}, {}, {}, on}, {"0|0.00", "1|1.00", "2|2.00", "3|3.00", "4|4.00"});
}

TEST_CASE("lookup refuses a row with two matches unless it keeps one") {
    const Rows left = random_rows(700 / kShare, 7, 100);
    const Rows right = random_rows(150 / kShare, 8, 100);
    Oracle oracle;
    oracle.add("l", left);
    oracle.add("r", right);
    Schema both = *left.schema;
    for (Field field : right.schema->fields) {
        field.qualifier = "r";
        both.fields.push_back(field);
    }
    const ExprPtr k = call("==", column_expr(both, 1, {}), column_expr(both, 5, {}));
    const ExprPtr less = call("<=", column_expr(both, 7, {}), column_expr(both, 3, {}));
    Diagnostics diagnostics;
    const ExprPtr as_of = resolve_logic(ExprKind::logic_and, k, less, {}, diagnostics);
    const std::string columns = "select l.id, l.k, l.name, l.v, r.id, r.k, r.name, r.v from l left join r on ";
    check_all_dealings("lookup", {left, right}, {{}, {}, k, {}},
                       oracle.lines(columns + "l.k = r.k where (select count(*) from r where r.k = l.k) < 2 "
                                              "order by l.place"));
    check_all_dealings("lookup", {left, right}, {{}, {}, as_of, {}},
                       oracle.lines(columns + "l.k = r.k and r.v <= l.v where (select count(*) from r where r.k = l.k "
                                              "and r.v <= l.v) < 2 order by l.place"));
    const auto best = [&](const std::string& on, const std::string& order) {
        return oracle.lines(columns + "r.place = (select place from r where " + on + " order by " + order +
                            ", place limit 1) order by l.place");
    };
    check_all_dealings("lookup", {left, right}, {{}, {}, k, BoundKeep{true, col(right, "v")}},
                       best("r.k = l.k", "v desc nulls last"));
    check_all_dealings("lookup", {left, right}, {{}, {}, as_of, BoundKeep{true, col(right, "v")}},
                       best("r.k = l.k and r.v <= l.v", "v desc nulls last"));
    check_all_dealings("lookup", {left, right}, {{}, {}, as_of, BoundKeep{false, col(right, "id")}},
                       best("r.k = l.k and r.v <= l.v", "id"));
    const Collected found = run([&] { return bind_stage("lookup", arguments_of({left, right}, {{}, {}, k, {}})); },
                                {left, right}, {100, 2, 1, Spelled::raw});
    REQUIRE_FALSE(found.rejects.empty());
    CHECK(found.rejects.front().reason == "more than one row of `r` matches");
    CHECK(found.rejects.front().column == "k");
}

TEST_CASE("limit cuts in order and says when it has enough; union brings columns into one order") {
    const Rows rows = random_rows(50, 9, 10);
    Oracle oracle;
    oracle.add("t", rows);
    for (const int most : {0, 1, 7, 20, 50, 60})
        for (const std::uint32_t batch_rows : {1U, 7U, 1000U}) {
            const Collected found = run(
                [&] { return bind_stage("limit", arguments_of({rows}, {constant_expr(columns::whole(most), {})})); },
                {rows}, {batch_rows, 1, 1});
            CHECK(found.lines() ==
                  oracle.lines("select id, k, name, v from t order by place limit " + std::to_string(most)));
            CHECK(found.balanced());
        }
    Rows turned{schema_of({{"v", of(TypeKind::integer, true)},
                           {"name", of(TypeKind::text, true)},
                           {"id", of(TypeKind::integer)},
                           {"k", of(TypeKind::integer, true)}}),
                {}};
    for (const auto& row : rows.rows) turned.rows.push_back({row[3], row[2], row[0], row[1]});
    const Rows nothing{rows.schema, {}};
    const Collected found =
        run([&] { return bind_stage("union", arguments_of({nothing, turned}, {std::vector<BoundName>()})); },
            {nothing, turned}, {1000, 1, 1});
    CHECK(found.lines() == oracle.lines("select id, k, name, v from t order by place"));
    Rows other{schema_of({{"id", of(TypeKind::text)}, {"k", of(TypeKind::integer)}}), {}};
    Diagnostics diagnostics;
    const StageArguments wrong = arguments_of({rows, other}, {std::vector<BoundName>()});
    CHECK(Registry<StageSpec>::find("union")->bind(wrong, diagnostics).op == nullptr);
    CHECK(diagnostics.errors() == 1);
}

TEST_CASE("a group that alone is more than the run may keep stops it and is named") {
    const Rows rows = random_rows(200000, 10, 5000);
    BoundAggregates block;
    block.aggregates = {aggregate("count_distinct", {col(rows, "id")})};
    Schema inner;
    inner.fields.push_back({"x", block.aggregates[0].type, {}, false});
    block.results.push_back({"n", {}, column_expr(inner, 0, {})});
    const std::vector<BoundPart> parts = {std::monostate{}, std::vector<BoundAssign>{}, block};
    const auto outcome = [&](std::size_t memory) -> std::string {
        try {
            return run([&] { return bind_stage("group", arguments_of({rows}, parts)); }, {rows}, {1000, 2, 1}, memory)
                .lines()
                .at(0);
        } catch (const Error& error) {
            return error.code() + " " + std::string(error.what()).substr(0, 40);
        }
    };
    CHECK(outcome(64UL << 20) == "200000");
    CHECK(outcome(512 * 1024) == "E501 `group` needs more than the 512 KiB of m");
}

TEST_CASE("rows behind a blocking stage still know where they were read") {
    const Rows rows = random_rows(200, 11, 10);
    const std::vector<BoundPart> parts = {std::vector<BoundSortKey>{{col(rows, "id"), true, false}}};
    Rows plain{schema_of({{"id", of(TypeKind::integer)}}), {}};
    for (const auto& row : rows.rows) plain.rows.push_back({row[0]});
    const Collected found =
        run([&] { return bind_stage("sort", arguments_of({plain}, parts)); }, {plain}, {7, 3, 1, Spelled::raw});
    REQUIRE(found.origins.size() == 200);
    // The trial puts a row that is not selected before each; lines are counted from 1.
    CHECK(found.origins.front() == 400);
    CHECK(found.origins.back() == 2);
}
