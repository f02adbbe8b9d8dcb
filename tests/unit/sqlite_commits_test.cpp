// What an SQLite target keeps of a load that commits on its way, by hand-made requests.
#include "component/connector_spec.hpp"
#include "data/gather.hpp"
#include "sql/sqlite.hpp"
#include "tests/unit/catch.hpp"
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
        if (mode == WriteMode::upsert) made.keys = {0};
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
        writer->write(std::move(chunk));
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
