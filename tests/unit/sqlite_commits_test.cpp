// What an SQLite target keeps of a load that commits on its way, by hand-made requests.
#include "component/connector_spec.hpp"
#include "data/gather.hpp"
#include "sql/sqlite.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/expression_text.hpp"
#include "tests/unit/files_copy.hpp"

using namespace etl;

using Strings = std::vector<std::string>;
using Row = std::pair<std::int64_t, std::string>;

namespace {

const ConnectorSpec& spec() { return *Registry<ConnectorSpec>::find("sqlite"); }

/// base.db below a folder.
struct Base {
    TestFolder folder;

    SqliteDatabase open() const {
        return {(folder.path() / "base.db").string(), "base.db", SqliteDatabase::Access::create, 100};
    }
    void execute(const std::string& sql) const { open().execute(sql); }
    /// Each row's values, joined by "|".
    Strings rows(const std::string& query) const {
        SqliteDatabase database = open();
        SqliteStatement statement = database.prepare(query);
        Strings all;
        while (statement.step()) {
            std::string row;
            for (int i = 0; i < statement.columns(); ++i) row += (i == 0 ? "" : "|") + std::string(statement.bytes(i));
            all.push_back(row);
        }
        return all;
    }
    bool has_table(const std::string& name) const {
        return !rows("select 1 from sqlite_schema where name = '" + name + "'").empty();
    }

    SinkRequest request(WriteMode mode, bool commits = true) const {
        SinkRequest made;
        made.base_folder = folder.path();
        auto schema = std::make_shared<Schema>();
        schema->fields.push_back({"id", simple_type(TypeKind::integer), "", false});
        schema->fields.push_back({"name", simple_type(TypeKind::text), "", false});
        made.schema = schema;
        fill_defaults(spec().options, made.connection);
        fill_defaults(spec().target_options, made.options);
        made.connection.set("path", std::string("base.db"), {}, true);
        made.connection.set("timeout", std::int64_t{100}, {}, true);
        made.options.set("create", true, {}, true);
        made.member = "table";
        made.member_argument = "t";
        made.mode = mode;
        if (mode != WriteMode::append && mode != WriteMode::replace) made.keys = {0};
        made.commits = commits;
        made.pipeline = "load";
        return made;
    }
};

struct Run {
    explicit Run(const std::string& id) { context.run_id = id; }
    Memory memory;
    TestRun context{memory};
};

/// One target of a run.
struct Target {
    Target(const SinkRequest& request, Run& of)
        : schema(request.schema), memory(of.memory), run(of.context), sink(spec().make_sink(request)) {
        held = sink->begin(run);
        encoder = sink->make_encoder();
        slot = encoder->make_slot(run);
        writer = sink->open();
    }

    void write(const std::vector<Row>& rows) {
        Batch batch;
        batch.schema = schema.get();
        ColumnBuilder ids(schema->fields[0].type, memory);
        ColumnBuilder names(schema->fields[1].type, memory);
        for (const auto& [number, name] : rows) {
            ids.append_int(number);
            names.append_text(name);
        }
        batch.columns.push_back(ids.finish(batch.keep));
        batch.columns.push_back(names.finish(batch.keep));
        batch.rows = static_cast<std::uint32_t>(rows.size());
        batch.selected = {nullptr, batch.rows};
        Chunk chunk;
        encoder->encode(std::move(batch), *slot, 0, chunk);
        take_rejects(chunk);
        writer->write(std::move(chunk));
        take_rejects(chunk);
    }
    void load(const std::vector<Row>& rows) {
        write(rows);
        sink->prepare();
        sink->publish({});
    }
    void take_rejects(Chunk& chunk) {
        for (const Reject& reject : chunk.batch.rejects) rejects.push_back(reject.row + " " + reject.reason);
        chunk.batch.rejects.clear();
    }
    void commit(const std::string& position) {
        const std::vector<StoredPosition> positions{{"orders", "", position, run.run_id, 7}};
        sink->commit({positions, false});
    }
    void publish(const std::string& position) {
        sink->prepare();
        const std::vector<StoredPosition> positions{{"orders", "", position, run.run_id, 9}};
        sink->publish({positions, true});
    }
    /// "POSITION of RUN, BYTES"
    Strings positions() const {
        Strings texts;
        for (const StoredPosition& each : held)
            texts.push_back(each.source + each.shard + " " + each.text + " of " + each.run + ", " +
                            std::to_string(each.rejects_bytes));
        return texts;
    }

    SchemaPtr schema;
    Memory& memory;
    TestRun& run;
    std::unique_ptr<Sink> sink;
    std::vector<StoredPosition> held;
    std::unique_ptr<Encoder> encoder;
    std::unique_ptr<Slot> slot;
    std::unique_ptr<Writer> writer;
    Strings rejects;
};

/// A condition over the columns of the request.
ExprPtr condition(const SinkRequest& request, const std::string& text) {
    static expression_text::TestContext context;
    Diagnostics diagnostics;
    ExprPtr bound = expression_text::bind_text(text, *request.schema, context, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    return bound;
}

/// A table with a key, three rows in it.
struct Filled : Base {
    Filled() {
        execute("create table t (id integer primary key, name text not null, more integer default 5)");
        execute("insert into t values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)");
    }
    Strings all() const { return rows("select id, name, more from t order by id, name"); }
};

const std::string kRows = "select id, name from t order by rowid";

}  // namespace

TEST_CASE("an SQLite table and its positions are committed together, and a dropped run leaves its last commit") {
    const Base base;
    Run one("one"), two("two"), three("three");
    {
        Target target(base.request(WriteMode::append), one);
        CHECK(target.held.empty());
        target.write({{1, "a"}, {2, "b"}});
        CHECK(base.rows(kRows).empty());
        target.commit("p1");
        CHECK(base.rows(kRows) == Strings{"1|a", "2|b"});
        target.write({{3, "c"}});
        target.sink->discard();
    }
    CHECK(base.rows(kRows) == Strings{"1|a", "2|b"});
    Target target(base.request(WriteMode::append), two);
    CHECK(target.positions() == Strings{"orders p1 of one, 7"});
    target.write({{3, "c"}});
    target.publish("p2");
    CHECK(base.rows(kRows) == Strings{"1|a", "2|b", "3|c"});
    CHECK(Target(base.request(WriteMode::append), three).positions() == Strings{"orders p2 of two, 9"});
    SinkRequest other = base.request(WriteMode::append);
    other.pipeline = "another";
    CHECK(Target(other, three).held.empty());
}

TEST_CASE("an SQLite load that is not incremental makes no table of offsets") {
    const Base base;
    Run run("run");
    Target target(base.request(WriteMode::append, false), run);
    target.write({{1, "a"}});
    target.sink->prepare();
    target.sink->publish({});
    CHECK(base.rows(kRows) == Strings{"1|a"});
    CHECK_FALSE(base.has_table("etl_offsets"));
}

TEST_CASE("an SQLite upsert that commits on its way keeps no stage, and counts what it merges") {
    const Base base;
    base.execute("create table t (id integer primary key, name text)");
    base.execute("insert into t values (1, 'old'), (9, 'kept')");
    Run run("run");
    Target target(base.request(WriteMode::upsert), run);
    target.write({{1, "a"}, {2, "b"}, {1, "c"}});
    target.commit("p1");
    CHECK(base.rows("select id, name from t order by id") == Strings{"1|c", "2|b", "9|kept"});
    target.write({{2, "d"}, {2, "e"}});
    target.publish("p2");
    CHECK(base.rows("select id, name from t order by id") == Strings{"1|c", "2|e", "9|kept"});
    CHECK(target.sink->merged_rows() == 2);
    CHECK(base.rows("select name from sqlite_schema where type = 'table' order by 1") == Strings{"etl_offsets", "t"});
}

TEST_CASE("an SQLite table that another run took over gets nothing more of the first") {
    const Base base;
    Run one("one"), two("two");
    Target sleeper(base.request(WriteMode::append), one);
    sleeper.write({{1, "a"}});
    sleeper.commit("p1");
    Target other(base.request(WriteMode::append), two);
    CHECK(other.positions() == Strings{"orders p1 of one, 7"});
    sleeper.write({{2, "b"}});
    CHECK_THROWS_WITH(sleeper.commit("p2"), Catch::Contains("taken over by another run"));
    sleeper.sink->discard();
    other.write({{2, "b"}});
    other.publish("p2");
    CHECK(base.rows(kRows) == Strings{"1|a", "2|b"});
}

TEST_CASE("SQLite tables of one file are committed together") {
    const Base base;
    Run run("run");
    SinkRequest second = base.request(WriteMode::append);
    second.member_argument = "u";
    Target t(base.request(WriteMode::append), run);
    Target same(base.request(WriteMode::append), run);
    Target u(second, run);
    t.write({{1, "a"}});
    same.write({{2, "b"}});
    u.write({{3, "c"}});
    t.commit("p1");
    same.commit("p1");
    CHECK(base.rows(kRows).empty());
    u.commit("p1");
    CHECK(base.rows(kRows) == Strings{"1|a", "2|b"});
    CHECK(base.rows("select id from u") == Strings{"3"});
    t.write({{4, "d"}});
    u.write({{5, "e"}});
    t.commit("p2");
    u.sink->discard();
    CHECK_THROWS_AS(same.write({{6, "f"}}), Error);
    CHECK(base.rows(kRows) == Strings{"1|a", "2|b"});
    CHECK(base.rows("select id from u") == Strings{"3"});
}

TEST_CASE("an SQLite load with --full, or beside a full one in the same file, shows nothing before its end") {
    const Base base;
    Run one("one"), two("two"), three("three");
    {
        Target target(base.request(WriteMode::append), one);
        target.write({{1, "a"}});
        target.publish("p1");
    }
    SinkRequest again = base.request(WriteMode::append);
    again.full = true;
    {
        Target target(again, two);
        CHECK(target.held.empty());
        target.write({{2, "b"}});
        target.commit("p2");
        CHECK(base.rows(kRows) == Strings{"1|a"});
        target.write({{3, "c"}});
        target.publish("p3");
        CHECK(base.rows(kRows) == Strings{"2|b", "3|c"});
    }
    SinkRequest whole = base.request(WriteMode::replace, false);
    whole.member_argument = "u";
    Target target(base.request(WriteMode::append), three);
    CHECK(target.positions() == Strings{"orders p3 of two, 9"});
    Target beside(whole, three);
    beside.write({{7, "g"}});
    target.write({{4, "d"}});
    target.commit("p4");
    CHECK(base.rows(kRows) == Strings{"2|b", "3|c"});
    target.publish("p4");
    beside.sink->prepare();
    beside.sink->publish({});
    CHECK(base.rows(kRows) == Strings{"2|b", "3|c", "4|d"});
    CHECK(base.rows("select id from u") == Strings{"7"});
}

TEST_CASE("a table etl_offsets that is none of ours is left alone") {
    const Base base;
    base.execute("create table etl_offsets (pipeline text, place text)");
    Run run("run");
    CHECK_THROWS_WITH(Target(base.request(WriteMode::append), run), Catch::Contains("etl_offsets"));
    CHECK_FALSE(base.has_table("t"));
}

TEST_CASE("an SQLite update changes the rows of its keys, and refuses what has none") {
    const Filled base;
    Run run("run");
    Target target(base.request(WriteMode::update, false), run);
    target.load({{2, "x"}, {9, "y"}, {2, "z"}});
    CHECK(base.all() == Strings{"1|a|1", "2|z|2", "3|c|3"});
    CHECK(target.rejects == Strings{R"({"id":9,"name":"y"} no row of the table has this key)"});
    CHECK(target.sink->merged_rows() == 0);
}

TEST_CASE("an SQLite delete takes the rows of its keys away") {
    const Filled base;
    Run run("run");
    Target target(base.request(WriteMode::remove, false), run);
    target.load({{2, "whatever"}, {9, ""}, {2, ""}});
    CHECK(base.all() == Strings{"1|a|1", "3|c|3"});
    CHECK(target.rejects.empty());
}

TEST_CASE("an SQLite upsert with `delete when` goes by the last row of each key") {
    const Filled base;
    Run run("run");
    SinkRequest request = base.request(WriteMode::upsert, false);
    request.delete_when = condition(request, "name == \"gone\"");
    Target target(request, run);
    target.load({{1, "gone"}, {2, "gone"}, {2, "back"}, {3, "x"}, {3, "gone"}, {4, "gone"}, {5, "new"}});
    CHECK(base.all() == Strings{"2|back|2", "5|new|5"});
    CHECK(target.sink->merged_rows() == 2);
}

TEST_CASE("an SQLite `replace by` brings all rows of its keys anew, at the end") {
    const Base base;
    base.execute("create table t (id integer, name text)");
    base.execute("insert into t values (1, 'a'), (1, 'b'), (2, 'c'), (3, 'd')");
    Run run("run");
    SinkRequest request = base.request(WriteMode::replace_keys);
    request.delete_when = condition(request, "name == \"gone\"");
    Target target(request, run);
    target.write({{1, "x"}, {2, "y"}, {2, "gone"}});
    target.commit("p1");
    CHECK(base.rows(kRows) == Strings{"1|a", "1|b", "2|c", "3|d"});
    target.write({{1, "z"}, {4, "n"}, {5, "gone"}});
    target.publish("p2");
    CHECK(base.rows("select id, name from t order by id, name") == Strings{"1|x", "1|z", "3|d", "4|n"});
    CHECK(target.sink->merged_rows() == 1);
}

TEST_CASE("an SQLite `replace where` replaces the rows for which the condition is true, and refuses others") {
    const Filled base;
    base.execute("insert into t values (4, 'A', 4)");
    Run one("one"), two("two"), three("three");
    SinkRequest request = base.request(WriteMode::replace, false);
    request.where = condition(request, "id > 1 and name != \"A\"");
    {
        Target target(request, one);
        target.load({{7, "x"}, {1, "y"}, {8, "A"}, {9, "z"}});
        CHECK(base.all() == Strings{"1|a|1", "4|A|4", "7|x|5", "9|z|5"});
        const std::string why = " not one of the rows that `replace where` replaces";
        CHECK(target.rejects == Strings{R"({"id":1,"name":"y"})" + why, R"({"id":8,"name":"A"})" + why});
    }
    {
        Target target(request, two);
        CHECK_THROWS_WITH(target.load({}), Catch::Contains("the 2 rows that are to be replaced"));
        target.sink->discard();
    }
    CHECK(base.all().size() == 4);
    request.options.set("allow_empty", true, {}, true);
    Target(request, three).load({});
    CHECK(base.all() == Strings{"1|a|1", "4|A|4"});
}

TEST_CASE("an SQLite `replace where` stops at rows that it cannot read") {
    const Filled base;
    base.execute("update t set name = x'ff' where id = 2");
    Run run("run"), other("other");
    SinkRequest request = base.request(WriteMode::replace, false);
    request.where = condition(request, "name == \"a\"");
    CHECK_THROWS_WITH(Target(request, run), Catch::Contains("`name` is not valid UTF-8"));
    base.execute("create table u (id integer primary key, name text) without rowid");
    request.member_argument = "u";
    CHECK_THROWS_WITH(Target(request, other), Catch::Contains("rowid"));
}

TEST_CASE("an SQLite table takes new columns where it may evolve") {
    const Base base;
    base.execute("create table t (id integer)");
    base.execute("insert into t values (1)");
    Run one("one"), two("two");
    SinkRequest request = base.request(WriteMode::append, false);
    CHECK_THROWS_WITH(Target(request, one), Catch::Contains("`evolve = true`"));
    request.options.set("evolve", true, {}, true);
    Target(request, two).load({{2, "b"}});
    CHECK(base.rows(kRows) == Strings{"1|", "2|b"});
}

TEST_CASE("an SQLite update with --full forgets positions only") {
    const Filled base;
    Run one("one"), two("two"), three("three");
    Target(base.request(WriteMode::update), one).publish("p1");
    SinkRequest again = base.request(WriteMode::update);
    again.full = true;
    Target target(again, two);
    CHECK(target.held.empty());
    target.write({{1, "x"}});
    target.publish("p2");
    CHECK(base.all() == Strings{"1|x|1", "2|b|2", "3|c|3"});
    SinkRequest whole = base.request(WriteMode::append, false);
    whole.full = true;
    Target(whole, three).load({{8, "y"}});
    CHECK(base.all().size() == 4);
}
