#include "sql/sqlite.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/error.hpp"

namespace etl {

namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& name, int status) {
    const int kind = status & 0xFF;
    if (kind == SQLITE_INTERRUPT) throw Error("E503", name + ": interrupted");
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED || kind == SQLITE_PROTOCOL)
        throw Error("E420",
                    name + " is locked by another program (waited as long as `timeout` of its connection says)");
    if (kind == SQLITE_NOTADB) throw Error("E421", name + " is not an SQLite database");
    if (kind == SQLITE_CORRUPT) throw Error("E438", name + ": the database is damaged");
    if (kind == SQLITE_FULL) throw Error("E422", name + ": the disk is full");
    if (kind == SQLITE_READONLY) throw Error("E423", name + " cannot be written: it or its folder is read-only");
    if (kind == SQLITE_CANTOPEN)
        throw Error("E419", name + " cannot be opened: no permission, or a part of its path is missing");
    throw Error("E425", name + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(status)));
}

/// SQLite does not say why a file cannot be opened.
[[noreturn]] void fail_open(const std::filesystem::path& path, const std::string& name) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    std::error_code ignored;
    if (std::filesystem::status(folder, ignored).type() == std::filesystem::file_type::not_found)
        throw Error("E419", name + " cannot be opened: its folder is not there");
    const bool hidden = ::access(path.c_str(), F_OK) != 0 && errno == EACCES;
    if (hidden || (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), R_OK) != 0))
        throw Error("E419", name + " cannot be opened: no permission");
    if (::access(path.c_str(), F_OK) != 0 && ::access(folder.c_str(), W_OK) != 0)
        throw Error("E419", name + " cannot be made: no permission to make a file in its folder");
    fail(nullptr, name, SQLITE_CANTOPEN);
}

}  // namespace

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(name_, other.name_);
    return *this;
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle_); }

void SqliteStatement::bind_null(int place) { sqlite3_bind_null(handle_, place); }

void SqliteStatement::bind_int(int place, std::int64_t value) { sqlite3_bind_int64(handle_, place, value); }

void SqliteStatement::bind_float(int place, double value) { sqlite3_bind_double(handle_, place, value); }

void SqliteStatement::bind_text(int place, std::string_view text) {
    // A null pointer would bind NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text64(handle_, place, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void SqliteStatement::bind_blob(int place, std::string_view bytes) {
    if (bytes.empty())
        sqlite3_bind_zeroblob(handle_, place, 0);
    else
        sqlite3_bind_blob64(handle_, place, bytes.data(), bytes.size(), SQLITE_STATIC);
}

bool SqliteStatement::step() {
    const int status = sqlite3_step(handle_);
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(handle_), *name_, status);
}

std::string SqliteStatement::step_row() {
    const int status = sqlite3_step(handle_);
    if (status == SQLITE_DONE) return {};
    const int kind = status & 0xFF;
    if (kind != SQLITE_CONSTRAINT && kind != SQLITE_MISMATCH) fail(sqlite3_db_handle(handle_), *name_, status);
    return sqlite3_errmsg(sqlite3_db_handle(handle_));
}

void SqliteStatement::reset() { sqlite3_reset(handle_); }

int SqliteStatement::columns() const { return sqlite3_column_count(handle_); }

std::string SqliteStatement::column_name(int column) const { return sqlite3_column_name(handle_, column); }

std::string SqliteStatement::declared_type(int column) const {
    const char* type = sqlite3_column_decltype(handle_, column);
    return type == nullptr ? "" : type;
}

SqliteStatement::Kind SqliteStatement::kind(int column) const {
    switch (sqlite3_column_type(handle_, column)) {
        case SQLITE_INTEGER: return Kind::integer;
        case SQLITE_FLOAT: return Kind::floating;
        case SQLITE_TEXT: return Kind::text;
        case SQLITE_BLOB: return Kind::blob;
        default: return Kind::null;
    }
}

std::int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double SqliteStatement::floating(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view SqliteStatement::bytes(int column) const {
    const void* data = sqlite3_column_blob(handle_, column);
    const int size = sqlite3_column_bytes(handle_, column);
    return {data == nullptr ? "" : static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

SqliteDatabase::SqliteDatabase(const std::string& path, std::string name, Access access, int busy_ms)
    : name_(std::make_unique<const std::string>(std::move(name))) {
    // Before SQLite is used at all: nobody asks how much memory it has taken, and counting takes a lock each time.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
    const int status = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
    if (status != SQLITE_OK) {
        const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closed(std::exchange(handle_, nullptr), sqlite3_close);
        if ((status & 0xFF) == SQLITE_CANTOPEN) fail_open(path, *name_);
        fail(closed.get(), *name_, status);
    }
    sqlite3_busy_timeout(handle_, busy_ms);
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close(handle_); }

SqliteStatement SqliteDatabase::prepare(const std::string& sql) {
    SqliteStatement statement;
    statement.name_ = name_.get();
    const char* const end = sql.c_str() + sql.size();
    const char* rest = nullptr;
    const int status = sqlite3_prepare_v3(handle_, sql.c_str(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                          &statement.handle_, &rest);
    if (status != SQLITE_OK) fail(handle_, *name_, status);
    if (statement.handle_ == nullptr) throw Error("E425", *name_ + ": the statement is empty");
    SqliteStatement second;  // of a comment none is made
    sqlite3_prepare_v2(handle_, rest, static_cast<int>(end - rest), &second.handle_, nullptr);
    if (second.handle_ != nullptr) throw Error("E425", *name_ + ": one statement is wanted, these are several");
    return statement;
}

void SqliteDatabase::execute(const std::string& sql) {
    SqliteStatement statement = prepare(sql);
    while (statement.step()) {
    }
}

std::int64_t SqliteDatabase::query_int(const std::string& sql) {
    SqliteStatement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_changes64(handle_); }

bool SqliteDatabase::is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void SqliteDatabase::keep_log_at_close() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

void SqliteDatabase::interrupt() noexcept { sqlite3_interrupt(handle_); }

std::vector<SqliteDatabase::TableColumn> SqliteDatabase::table_columns(const std::string& table) {
    SqliteStatement statement = prepare("select name, type, \"notnull\", dflt_value, pk from pragma_table_info(?)");
    statement.bind_text(1, table);
    std::vector<TableColumn> columns;
    while (statement.step())
        columns.push_back({std::string(statement.bytes(0)), std::string(statement.bytes(1)), statement.integer(2) != 0,
                           statement.kind(3) != SqliteStatement::Kind::null, static_cast<int>(statement.integer(4))});
    return columns;
}

std::vector<std::string> SqliteDatabase::tables() {
    SqliteStatement statement = prepare(
        "select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' "
        "order by 1");
    std::vector<std::string> names;
    while (statement.step()) names.emplace_back(statement.bytes(0));
    return names;
}

bool SqliteDatabase::has_unique_index(const std::string& table, std::vector<std::string> columns) {
    std::sort(columns.begin(), columns.end());
    std::vector<std::string> key;
    for (const TableColumn& column : table_columns(table))
        if (column.key_place > 0) key.push_back(column.name);
    std::sort(key.begin(), key.end());
    if (key == columns) return true;
    SqliteStatement indexes = prepare("select name from pragma_index_list(?) where \"unique\" = 1 and partial = 0");
    indexes.bind_text(1, table);
    while (indexes.step()) {
        const std::string index(indexes.bytes(0));
        SqliteStatement parts = prepare("select name from pragma_index_info(?)");
        parts.bind_text(1, index);
        std::vector<std::string> names;
        while (parts.step()) names.emplace_back(parts.bytes(0));
        std::sort(names.begin(), names.end());
        if (names == columns) return true;
    }
    return false;
}

std::string quote_sql_name(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

}  // namespace etl
