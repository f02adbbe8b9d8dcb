#include "connectors/sqlite/sqlite_offsets.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::array<std::string_view, 8> kColumns{"pipeline", "target", "source", "shard",
                                                   "position", "epoch",  "run",    "rejects_bytes"};
constexpr const char* kCreate =
    "create table etl_offsets (pipeline text not null, target text not null, source text not null, shard text not "
    "null, position text not null, epoch integer not null, run text not null, rejects_bytes integer not null, "
    "primary key (pipeline, target, source, shard))";
constexpr const char* kTakeEpoch =
    "insert into etl_offsets values (?1, ?2, '', '', '', 1, ?3, 0) on conflict do update set epoch = epoch + 1, run = "
    "excluded.run";
constexpr const char* kStore =
    "insert into etl_offsets values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) on conflict do update set position = "
    "excluded.position, epoch = excluded.epoch, run = excluded.run, rejects_bytes = excluded.rejects_bytes";

}  // namespace

void SqliteOffsets::make_table(SqliteDatabase& database) const {
    if (!has_table(database)) database.execute(kCreate);
}

bool SqliteOffsets::has_table(SqliteDatabase& database) {
    const auto columns = database.table_columns("etl_offsets");
    if (columns.empty()) return false;
    const bool same = std::equal(columns.begin(), columns.end(), kColumns.begin(), kColumns.end(),
                                 [](const auto& column, std::string_view name) { return column.name == name; });
    if (!same) throw Error("E533", database.name() + ": its table etl_offsets is not one that this program can read");
    return true;
}

SqliteStatement SqliteOffsets::prepare(SqliteDatabase& database, const std::string& sql) const {
    SqliteStatement statement = database.prepare(sql);
    statement.bind_text(1, pipeline_);
    statement.bind_text(2, target_);
    return statement;
}

std::int64_t SqliteOffsets::take_epoch(SqliteDatabase& database, const std::string& run) const {
    SqliteStatement take = prepare(database, kTakeEpoch);
    take.bind_text(3, run);
    take.step();
    SqliteStatement read =
        prepare(database, "select epoch from etl_offsets where pipeline = ? and target = ? and source = ''");
    read.step();
    return read.integer(0);
}

std::vector<StoredPosition> SqliteOffsets::read(SqliteDatabase& database) const {
    SqliteStatement rows = prepare(database,
                                   "select source, shard, position, run, rejects_bytes from etl_offsets where "
                                   "pipeline = ? and target = ? and source <> '' order by 1, 2");
    std::vector<StoredPosition> positions;
    while (rows.step())
        positions.push_back({std::string(rows.bytes(0)), std::string(rows.bytes(1)), std::string(rows.bytes(2)),
                             std::string(rows.bytes(3)), static_cast<std::uint64_t>(rows.integer(4))});
    return positions;
}

void SqliteOffsets::forget(SqliteDatabase& database) const {
    prepare(database, "delete from etl_offsets where pipeline = ? and target = ? and source <> ''").step();
}

void SqliteOffsets::store(SqliteDatabase& database, std::span<const StoredPosition> positions) const {
    SqliteStatement guard = prepare(database,
                                    "select 1 from etl_offsets where pipeline = ? and target = ? and source = '' and "
                                    "epoch = ?");
    guard.bind_int(3, epoch_);
    if (!guard.step())
        throw Error("E530", database.name() + ": table " + target_ +
                                " was taken over by another run of this pipeline; nothing more is written");
    guard.reset();
    SqliteStatement store = prepare(database, kStore);
    SqliteStatement take_away =
        prepare(database, "delete from etl_offsets where pipeline = ? and target = ? and source = ? and shard = ?");
    for (const StoredPosition& position : positions) {
        SqliteStatement& statement = position.text.empty() ? take_away : store;
        statement.bind_text(3, position.source);
        statement.bind_text(4, position.shard);
        if (position.text.empty()) {
            statement.step();
            statement.reset();
            continue;
        }
        store.bind_text(5, position.text);
        store.bind_int(6, epoch_);
        store.bind_text(7, position.run);
        store.bind_int(8, static_cast<std::int64_t>(position.rejects_bytes));
        store.step();
        store.reset();
    }
}

}  // namespace etl
