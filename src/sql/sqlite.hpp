#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace etl {

/// A prepared statement. Errors are thrown as Error, with the database's name and SQLite's message.
class SqliteStatement {
  public:
    SqliteStatement() = default;
    SqliteStatement(SqliteStatement&& other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), name_(other.name_) {}
    SqliteStatement& operator=(SqliteStatement&& other) noexcept;
    ~SqliteStatement();

    /// Places are numbered from 1. Texts are not copied: they must live until reset().
    void bind_null(int place);
    void bind_int(int place, std::int64_t value);
    void bind_float(int place, double value);
    void bind_text(int place, std::string_view text);
    void bind_blob(int place, std::string_view bytes);

    /// True: a row is there. False: done.
    bool step();
    /// Of a statement without rows: empty where it is done, else why the table does not take the row: a constraint.
    std::string step_row();
    void reset();

    enum class Kind : std::uint8_t { null, integer, floating, text, blob };
    int columns() const;
    std::string column_name(int column) const;
    /// As declared in its table ("DECIMAL(12,2)"), "" for an expression.
    std::string declared_type(int column) const;
    Kind kind(int column) const;
    std::int64_t integer(int column) const;
    double floating(int column) const;
    /// Of text or blob; valid until the next step.
    std::string_view bytes(int column) const;

  private:
    friend class SqliteDatabase;
    sqlite3_stmt* handle_ = nullptr;
    const std::string* name_ = nullptr;
};

/// An open SQLite file. One thread at a time, but for interrupt().
class SqliteDatabase {
  public:
    enum class Access : std::uint8_t { read, write, create };
    /// path: as it is opened; name: as it is shown. busy_ms: how long to wait for another program's lock.
    SqliteDatabase(const std::string& path, std::string name, Access access, int busy_ms);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    SqliteStatement prepare(const std::string& sql);
    void execute(const std::string& sql);
    /// A value of the first row and column; 0 without a row.
    std::int64_t query_int(const std::string& sql);
    /// Rows that the last insert, update or delete changed.
    std::int64_t changes() const;
    /// False also where SQLite has rolled back by itself, as it does on a full disk.
    bool is_in_transaction() const;
    /// Of journal_mode wal: the last to close the file leaves its log, which the next one takes up.
    void keep_log_at_close();
    /// Any thread: ends a running statement, which then throws E503.
    void interrupt() noexcept;

    struct TableColumn {
        std::string name;
        std::string type;
        bool not_null = false;
        bool has_default = false;
        int key_place = 0;  // place in the primary key from 1; 0: not in it
    };
    /// Empty: there is no such table or view.
    std::vector<TableColumn> table_columns(const std::string& table);
    std::vector<std::string> tables();
    /// Has the table a unique index (or primary key) over exactly these columns?
    bool has_unique_index(const std::string& table, std::vector<std::string> columns);
    const std::string& name() const { return *name_; }

  private:
    sqlite3* handle_ = nullptr;
    std::unique_ptr<const std::string> name_;
};

/// "a name" in double quotes, doubled inside.
std::string quote_sql_name(std::string_view name);

}  // namespace etl
