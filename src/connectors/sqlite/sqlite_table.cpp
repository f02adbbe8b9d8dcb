#include "connectors/sqlite/sqlite_table.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"

namespace etl {

namespace {

/// As discover() reads it again. A decimal keeps its digits in a TEXT only: SQLite's numbers have 15.
std::string created_type(const DataType* type) {
    switch (type->kind) {
        case TypeKind::integer: return "INTEGER";
        case TypeKind::boolean: return "BOOLEAN";
        case TypeKind::floating: return "REAL";
        case TypeKind::date: return "DATE";
        case TypeKind::timestamp: return "TIMESTAMP";
        case TypeKind::decimal:
            return "DECIMAL_TEXT(" + std::to_string(type->precision) + ", " + std::to_string(type->scale) + ")";
        default: return "TEXT";
    }
}

std::string name_list(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& column : names) out += (out.empty() ? "" : ", ") + quote_sql_name(column);
    return out;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

SqliteTable::SqliteTable(const SinkRequest& request)
    : request_(request),
      name_(request.connection.text("path") + ": table " + request.member_argument),
      table_(quote_sql_name(request.member_argument)) {
    for (const Field& field : request_.schema->fields) columns_.push_back(field.name);
    for (const std::uint32_t key : request_.keys) keys_.push_back(columns_[key]);
    written_ = columns_;
    gone_ = "gone";
    while (contains(columns_, gone_)) gone_ += "_";
}

bool SqliteTable::is_staged() const {
    return request_.mode == WriteMode::upsert || request_.mode == WriteMode::replace_keys;
}

void SqliteTable::prepare(SqliteDatabase& database) {
    const auto existing = database.table_columns(request_.member_argument);
    if (!existing.empty()) {
        if (request_.options.boolean("evolve") && request_.mode != WriteMode::remove) add_columns(database, existing);
        return check_columns(database);
    }
    if (!request_.options.boolean("create"))
        throw Error("E428", database.name() + " has no table `" + request_.member_argument + "`; it has " +
                                list_names(database.tables()) + "; `create = true` behind `into` makes it");
    create(database);
}

void SqliteTable::create(SqliteDatabase& database) const {
    std::string sql = "create table " + table_ + " (";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const DataType* type = request_.schema->fields[i].type;
        sql += (i == 0 ? "" : ", ") + quote_sql_name(columns_[i]) + " " + created_type(type);
        if (!type->nullable) sql += " not null";
    }
    // The keys of `replace by` may stand in many rows.
    if (!keys_.empty() && request_.mode != WriteMode::replace_keys) sql += ", primary key (" + name_list(keys_) + ")";
    database.execute(sql + ")");
}

/// They may be null, since the rows that are there have no value for them.
void SqliteTable::add_columns(SqliteDatabase& database,
                              const std::vector<SqliteDatabase::TableColumn>& existing) const {
    for (const Field& field : request_.schema->fields)
        if (std::none_of(existing.begin(), existing.end(), [&](const auto& each) { return each.name == field.name; }))
            database.execute("alter table " + table_ + " add column " + quote_sql_name(field.name) + " " +
                             created_type(field.type));
}

bool SqliteTable::is_for_gone_only(const std::string& column) const {
    if (!has_gone() || contains(keys_, column)) return false;
    std::vector<bool> used(columns_.size());
    mark_columns(*request_.delete_when, used);
    return used[static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) - columns_.begin())];
}

void SqliteTable::check_columns(SqliteDatabase& database) {
    const auto existing = database.table_columns(request_.member_argument);
    std::vector<std::string> names;
    for (const auto& column : existing) names.push_back(column.name);
    std::erase_if(written_,
                  [&](const std::string& column) { return !contains(names, column) && is_for_gone_only(column); });
    for (const std::string& column : request_.mode == WriteMode::remove ? keys_ : written_)
        if (!contains(names, column))
            throw Error("E426", name_ + " has no column `" + column + "`; it has " + list_names(names) +
                                    "; `evolve = true` behind `into` adds it");
    for (const auto& column : existing)
        if (inserts() && column.not_null && !column.has_default && column.key_place == 0 &&
            !contains(columns_, column.name))
            throw Error("E426",
                        name_ + ": column `" + column.name + "` must not be null, but the flow does not have it");
    if (request_.mode == WriteMode::upsert && !database.has_unique_index(request_.member_argument, keys_))
        throw Error("E430", name_ + ": `upsert by " + list_names(keys_) +
                                "` needs a primary key or unique index over exactly these columns");
}

void SqliteTable::make_stage(SqliteDatabase& database, std::uint32_t number) {
    if (!is_staged()) return;
    const std::string name = "etl_stage_" + std::to_string(number);
    stage_ = "temp." + name;
    std::string sql = "create table " + stage_ + " (";
    // Without types, values stay as they are until the table takes them.
    for (const std::string& column : columns_) sql += quote_sql_name(column) + ", ";
    if (has_gone()) sql += gone_ + " integer not null, ";
    if (request_.mode == WriteMode::upsert) return database.execute(sql + "unique (" + name_list(keys_) + "))");
    sql.resize(sql.size() - 2);
    database.execute(sql + ")");
    database.execute("create index " + stage_ + "_keys on " + name + " (" + name_list(keys_) + ")");
}

std::string SqliteTable::row_statement(std::uint32_t rows) const {
    const WriteMode mode = request_.mode;
    if (mode == WriteMode::upsert) return insert_into(stage_, has_gone(), rows) + on_conflict(has_gone());
    if (mode == WriteMode::replace_keys) return insert_into(stage_, has_gone(), rows);
    if (mode == WriteMode::remove) return "delete from " + table_ + key_condition();
    if (mode != WriteMode::update) return insert_into(table_, false, rows);
    std::string sets;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!contains(keys_, columns_[i]) || keys_.size() == columns_.size())
            sets += (sets.empty() ? "" : ", ") + quote_sql_name(columns_[i]) + " = ?" + std::to_string(i + 1);
    return "update " + table_ + " set " + sets + key_condition();
}

std::string SqliteTable::gone_statement() const {
    const bool deletes = request_.mode == WriteMode::replace_keys && has_gone();
    return deletes ? "delete from " + stage_ + key_condition() : "";
}

std::uint64_t SqliteTable::take_over(SqliteDatabase& database) const {
    const auto staged = static_cast<std::uint64_t>(database.query_int("select count(*) from " + stage_));
    const bool upsert = request_.mode == WriteMode::upsert;
    const std::string gone = has_gone() ? " where " + gone_ : "";
    if (has_gone() || !upsert)
        database.execute("delete from " + table_ + " where (" + name_list(keys_) + ") in (select " + name_list(keys_) +
                         " from " + stage_ + (upsert ? gone : "") + ")");
    database.execute("insert into " + table_ + " (" + name_list(written_) + ") select " + name_list(written_) +
                     " from " + stage_ + (has_gone() ? " where not " + gone_ : " where true") + " order by rowid" +
                     (upsert ? on_conflict(false) : ""));
    database.execute("delete from " + stage_);
    return staged;
}

std::int64_t SqliteTable::remove_all(SqliteDatabase& database) const {
    const std::int64_t rows = database.query_int("select count(*) from " + table_);
    database.execute("delete from " + table_);
    return rows;
}

std::string SqliteTable::insert_into(const std::string& table, bool with_gone, std::uint32_t rows) const {
    std::string sql =
        "insert into " + table + " (" + name_list(columns_) + (with_gone ? ", " + gone_ : "") + ") values ";
    const std::size_t width = columns_.size() + (with_gone ? 1 : 0);
    for (std::size_t place = 0; place < rows * width; ++place) {
        sql += place % width != 0 ? ", ?" : (place == 0 ? "(?" : "), (?");
        sql += std::to_string(place + 1);
    }
    return sql + ")";
}

// Clauses like `on conflict fail` and triggers that `raise(fail)` leave the rows before the refused one.
std::uint32_t SqliteTable::rows_together(SqliteDatabase& database) const {
    constexpr std::uint32_t kTogether = 16;
    constexpr std::size_t kMostPlaces = 32766;  // SQLITE_MAX_VARIABLE_NUMBER
    if (!inserts() || kTogether * (columns_.size() + 1) > kMostPlaces) return 1;
    if (is_staged()) return kTogether;
    std::string name;
    for (const char c : request_.member_argument) name.append(c == '\'' ? 2 : 1, c);
    const std::int64_t rules =
        database.query_int("select count(*) from sqlite_master where lower(tbl_name) = lower('" + name +
                           "') and (type <> 'table' and type <> 'index' or "
                           "sql like '%conflict%')");
    return rules == 0 ? kTogether : 1;
}

std::string SqliteTable::on_conflict(bool with_gone) const {
    std::string sets = with_gone ? gone_ + " = excluded." + gone_ : "";
    for (const std::string& column : with_gone ? columns_ : written_)
        if (!contains(keys_, column))
            sets += (sets.empty() ? "" : ", ") + quote_sql_name(column) + " = excluded." + quote_sql_name(column);
    return " on conflict (" + name_list(keys_) + ") do " + (sets.empty() ? "nothing" : "update set " + sets);
}

std::string SqliteTable::key_condition() const {
    std::string condition;
    for (const std::uint32_t key : request_.keys)
        condition += (condition.empty() ? " where " : " and ") + quote_sql_name(columns_[key]) + " = ?" +
                     std::to_string(key + 1);
    return condition;
}

}  // namespace etl
