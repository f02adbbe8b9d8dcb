// What an SQLite source reads behind a position, by hand-made requests.
#include <map>

#include "component/connector_spec.hpp"
#include "data/print.hpp"
#include "data/time.hpp"
#include "data/value.hpp"
#include "sql/sqlite.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"

using namespace etl;

using Strings = std::vector<std::string>;

namespace {

/// The table t of base.db, with the columns id (int) and at, read incrementally by `at`.
struct Growing {
    TestFolder folder;
    SourceRequest request;
    std::vector<Reject> rejects;

    explicit Growing(TypeKind kind = TypeKind::timestamp, const std::string& declared = "text") {
        execute("create table t (id integer, at " + declared + ")");
        fill_defaults(spec().options, request.connection);
        request.connection.set("path", std::string("base.db"), {}, true);
        request.member = "table";
        request.member_argument = "t";
        request.base_folder = folder.path();
        request.incremental.kind = Incremental::Kind::column;
        request.incremental.column = "at";
        add_column("id", simple_type(TypeKind::integer));
        add_column("at", simple_type(kind, true));
    }
    static const ConnectorSpec& spec() { return *Registry<ConnectorSpec>::find("sqlite"); }

    void add_column(const std::string& name, const DataType* type) {
        SourceColumn column;
        column.name = column.source_name = name;
        column.type = type;
        request.columns.push_back(column);
        request.uses.push_back(ColumnUse::typed);
    }
    void execute(const std::string& sql) const {
        SqliteDatabase((folder.path() / "base.db").string(), "base.db", SqliteDatabase::Access::create, 100)
            .execute(sql);
    }

    struct Piece {
        Strings rows;
        std::string behind;
        std::uint64_t known = 0;
    };
    std::vector<Piece> pieces(const Strings& positions, std::uint32_t batch_rows = 0) {
        Memory memory;
        TestRun run(memory);
        run.batch_rows = batch_rows;
        const auto source = spec().make_source(request);
        const auto reader = source->open(source->lanes().at(0), positions, run);
        const auto slot = source->make_slot(run);
        std::vector<Piece> read;
        for (Block block; reader->next(block); block = Block()) {
            Batch batch;
            read.push_back({{}, reader->position(), block.known});
            source->decode(std::move(block), batch, *slot, 0);
            for (std::uint32_t row = 0; row < batch.rows; ++row)
                read.back().rows.push_back(to_text(value_at(batch.columns[0], row)));
            for (Reject& reject : batch.rejects) rejects.push_back(std::move(reject));
        }
        behind = reader->position();
        return read;
    }
    /// The ids behind the position; `behind` is then that of the end.
    Strings read(const std::string& position, std::uint32_t batch_rows = 0) {
        Strings rows;
        for (const Piece& piece : pieces({position}, batch_rows))
            rows.insert(rows.end(), piece.rows.begin(), piece.rows.end());
        return rows;
    }
    std::string error(const std::string& position) {
        try {
            read(position);
            return "";
        } catch (const Error& error) {
            return error.code();
        }
    }
    std::string behind;
};

}  // namespace

TEST_CASE("an SQLite source goes on behind its position, and tells rows of the same value apart") {
    Growing t;
    t.execute("insert into t values (1, '2024-01-01T10:00:00Z'), (2, '2024-01-01T10:00:01Z')");
    CHECK(t.read("") == Strings{"1", "2"});
    CHECK(t.behind.starts_with("text 20 2024-01-01T10:00:01Z\n"));
    CHECK(t.read(t.behind).empty());
    t.execute("insert into t values (3, '2024-01-01T10:00:01Z'), (4, '2024-01-01T10:00:02Z')");
    t.execute("insert into t values (2, '2024-01-01T10:00:01Z')");  // the very row once more
    CHECK(t.read(t.behind) == Strings{"3", "2", "4"});
    CHECK(t.read(t.behind).empty());
}

TEST_CASE("an SQLite source goes on behind any of its blocks: nothing is lost, nothing comes twice") {
    for (const auto& [kind, declared] : std::map<TypeKind, std::string>{{TypeKind::integer, "integer"},
                                                                        {TypeKind::floating, "real"},
                                                                        {TypeKind::text, "text collate nocase"},
                                                                        {TypeKind::date, "text"}}) {
        Growing t(kind, declared);
        const std::string value = kind == TypeKind::date   ? "date('2024-01-01', (n / 3) || ' days')"
                                  : kind == TypeKind::text ? "char(64 + n / 3)"
                                                           : "n / 3 - 2.0";
        t.execute(
            "insert into t with recursive c(n) as (select 0 union all select n + 1 from c where n < 20) select "
            "n % 2, " +
            value + " from c");
        const auto whole = t.pieces({""}, 2);
        for (std::size_t i = 0; i < whole.size(); ++i) {
            INFO(declared << ", behind block " << i << ": " << whole[i].behind);
            Strings rest;
            for (std::size_t j = i + 1; j < whole.size(); ++j)
                rest.insert(rest.end(), whole[j].rows.begin(), whole[j].rows.end());
            CHECK(t.read(whole[i].behind, 3) == rest);
        }
    }
}

TEST_CASE("an SQLite source passes exactly through the positions of several targets") {
    Growing t(TypeKind::integer, "integer");
    t.execute("insert into t values (1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3), (7, 4)");
    const auto one = t.pieces({""}, 1);
    for (std::size_t least = 0; least < one.size(); ++least)
        for (std::size_t most = least; most < one.size(); ++most) {
            INFO("behind rows " << least << " and " << most);
            const auto read = t.pieces({one[most].behind, one[least].behind, one[most].behind}, 3);
            Strings known, both;
            for (const auto& piece : read) {
                REQUIRE((piece.known == 5 || piece.known == 0));
                Strings& rows = piece.known == 5 ? known : both;
                REQUIRE((piece.known == 0 || both.empty()));
                rows.insert(rows.end(), piece.rows.begin(), piece.rows.end());
                if (known.size() == most - least && both.empty())
                    CHECK(t.read(piece.behind) == t.read(one[most].behind));
            }
            CHECK(known.size() == most - least);
            CHECK(both.size() == one.size() - 1 - most);
        }
    CHECK(t.pieces({"", one.back().behind}, 0).at(0).known == 2);
}

TEST_CASE("an SQLite source with lag reads late rows once") {
    Growing t;
    t.request.incremental.lag_us = 10 * kMinute_us;
    t.execute(
        "insert into t values (1, '2024-01-01T10:00:00Z'), (2, '2024-01-01T10:05:00Z'), (3, '2024-01-01T10:12:00Z')");
    CHECK(t.read("") == Strings{"1", "2", "3"});
    t.execute(
        "insert into t values (4, '2024-01-01T10:01:59Z'), (5, '2024-01-01T10:02:00Z'), (6, '2024-01-01T10:05:00Z')");
    CHECK(t.read(t.behind, 1) == Strings{"5", "6"});  // 4 is later than the lag
    CHECK(t.read(t.behind).empty());
    t.execute("update t set at = '2024-01-01T10:06:00Z' where id = 6");
    t.execute("insert into t values (7, '2024-01-01T10:30:00Z')");
    CHECK(t.read(t.behind) == Strings{"6", "7"});
    t.execute("insert into t values (8, '2024-01-01T10:19:00Z'), (9, '2024-01-01T10:20:00Z')");
    CHECK(t.read(t.behind) == Strings{"9"});
}

TEST_CASE("an SQLite source does with nulls in its column what the clause says") {
    Growing t(TypeKind::integer, "integer");
    t.execute("insert into t values (1, 5), (2, null)");
    CHECK(t.error("") == "E534");
    t.request.incremental.nulls = Incremental::Nulls::exclude;
    CHECK(t.read("") == Strings{"1"});
    t.request.incremental.nulls = Incremental::Nulls::include;
    CHECK(t.read("") == Strings{"2", "1"});
    t.execute("insert into t values (3, null), (4, 6), (2, null)");
    CHECK(t.read(t.behind, 1) == Strings{"3", "2", "4"});
    CHECK(t.read(t.behind).empty());
}

TEST_CASE("an SQLite source begins at since or from and ends before until") {
    Growing t;
    t.execute(
        "insert into t values (1, '2024-01-01 09:00:00'), (2, '2024-01-01 10:00:00'), (3, '2024-01-01 11:00:00')");
    t.request.incremental.since = "2024-01-01T10:00:00Z";
    CHECK(t.read("") == Strings{"2", "3"});
    t.request.incremental.until = "2024-01-01T11:00:00Z";
    CHECK(t.read("") == Strings{"2"});
    t.request.incremental.until = "2024-01-01T11:00:01Z";
    CHECK(t.read(t.behind) == Strings{"3"});
    t.request.incremental.from = "2024-01-01T09:00:00Z";
    CHECK(t.read(t.behind) == Strings{"1", "2", "3"});
    CHECK(t.read(t.behind) == Strings{"1", "2", "3"});
    t.request.incremental.from = "2025-01-01T09:00:00Z";
    CHECK(t.read(t.behind).empty());
    CHECK(t.behind.empty());
}

TEST_CASE("an SQLite source refuses values that are not in SQLite's order; what is no value is refused once") {
    Growing t;
    t.execute("insert into t values (1, '2024-01-01T09:00:00Z'), (2, '2024-01-01 10:00:00')");
    CHECK(t.error("") == "E536");
    t.execute("update t set at = '2024-01-01T10:00:00' where id = 2");
    t.execute("insert into t values (3, 'soon')");
    CHECK(t.read("") == Strings{"1", "2"});
    REQUIRE(t.rejects.size() == 1);
    CHECK(t.rejects[0].value == "soon");
    t.execute("insert into t values (4, '2024-01-01T11:00:00')");
    CHECK(t.read(t.behind) == Strings{"4"});
    CHECK(t.rejects.size() == 1);
    CHECK(t.error("text 3 ab") == "E532");
    CHECK(t.error("text 1 a\nzz\n") == "E532");
    const std::string behind = t.behind;
    t.execute("update t set at = 5");
    CHECK(t.error(behind) == "");  // in a text column 5 is text, and no timestamp
}

TEST_CASE("an SQLite source reads instants in their order, with and without parts of a second") {
    Growing t;
    t.execute("insert into t values (1, '2024-01-01T10:00:00Z')");
    CHECK(t.read("") == Strings{"1"});
    t.execute("insert into t values (3, '2024-01-01T10:00:00.51Z'), (2, '2024-01-01T10:00:00.5Z')");
    CHECK(t.read(t.behind) == Strings{"2", "3"});
    t.execute("insert into t values (4, '2024-01-01T10:00:00.52Z'), (5, '2024-01-01T10:00:01Z')");
    t.execute("insert into t values (6, '2024-01-01T10:00:00.51Z')");
    CHECK(t.read(t.behind) == Strings{"6", "4", "5"});
    CHECK(t.read(t.behind).empty());
    const auto pieces = t.pieces({""}, 1);
    REQUIRE(pieces.size() == 6);
    std::size_t rest = 6;
    for (const auto& piece : pieces) CHECK(t.read(piece.behind).size() == --rest);
    t.execute("delete from t where at like '%.%'");
    CHECK(t.read(pieces[1].behind) == Strings{"5"});  // behind a part of a second that is no more
}

TEST_CASE("an SQLite source refuses a later row that its spelling puts behind the position") {
    Growing t;
    t.execute("insert into t values (1, '2024-01-01T10:00:00'), (2, '2024-01-01 09:00:00')");
    CHECK(t.read("") == Strings{"2", "1"});
    CHECK(t.error(t.behind).empty());
    const std::string behind = t.behind;
    t.execute("insert into t values (3, '2024-01-01 11:00:00')");
    CHECK(t.error(behind) == "E536");
    t.execute("update t set at = '2024-01-01T09:30:00-01:00' where id = 3");
    CHECK(t.error(behind) == "E536");
    t.execute("update t set at = '2024-01-01 09:59:59' where id = 3");  // late it is, but in its order
    CHECK(t.error(behind).empty());
}

TEST_CASE("an SQLite source does not go by numbers that are stored as texts") {
    Growing t(TypeKind::integer, "text");
    t.execute("insert into t values (1, 9)");
    CHECK(t.error("") == "E536");
    t.execute("update t set at = 10");
    CHECK(t.error("text 1 9\n") == "E536");
}

TEST_CASE("an SQLite source does not take a table made anew for one without news") {
    Growing t(TypeKind::text, "blob");
    t.execute("insert into t values (1, '5')");
    CHECK(t.read("") == Strings{"1"});
    t.execute("update t set at = 6");
    CHECK(t.error(t.behind) == "E532");
}

TEST_CASE("an SQLite query is read incrementally, its rows told apart by their key") {
    Growing t(TypeKind::integer, "integer");
    t.request.member = "query";
    t.request.member_argument = "select id, at, 'x' as more from t -- all\n;  \n";
    t.request.columns[0].key = true;
    t.execute("insert into t values (2, 5), (1, 5)");
    CHECK(t.read("") == Strings{"1", "2"});
    t.execute("insert into t values (3, 5), (0, 6)");
    t.request.member_argument = "select id, at, 'y' as more from t";
    CHECK(t.read(t.behind) == Strings{"3", "0"});
    t.request.incremental.column = "none";
    CHECK(t.error("") == "E426");
}
