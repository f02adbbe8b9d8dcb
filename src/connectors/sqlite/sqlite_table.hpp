#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// The table that a target loads, in SQL: what its mode needs of it and does to it.
class SqliteTable {
  public:
    explicit SqliteTable(const SinkRequest& request);

    /// Makes it, adds columns, checks that it takes the rows: as the options say. Columns of `delete when` that it
    /// lacks are not written. Throws Error.
    void prepare(SqliteDatabase& database);
    /// Makes the temporary table that rows are gathered in before they are taken over, if the mode has one.
    void make_stage(SqliteDatabase& database, std::uint32_t number);
    bool is_staged() const;
    /// Rows that come later may change what is taken over: only the run's end may do that.
    bool is_taken_over_once() const { return request_.mode == WriteMode::replace_keys; }

    /// What is done with each row: ?1 is the first column, one more than there are columns tells whether `delete when`
    /// is true. rows: of an insert, so many at once, the places of each behind those of the one before.
    std::string row_statement(std::uint32_t rows = 1) const;
    /// How many rows one statement may insert so that a row that is refused undoes all of the statement: 1 where rules
    /// of the table might keep a part of it, and where rows are not inserted.
    std::uint32_t rows_together(SqliteDatabase& database) const;
    /// Done before that with a row that deletes its key; "" where nothing is.
    std::string gone_statement() const;
    /// The stage's rows change the table, and the stage is empty. Returns how many there were.
    std::uint64_t take_over(SqliteDatabase& database) const;
    /// Returns how many there were.
    std::int64_t remove_all(SqliteDatabase& database) const;

  private:
    bool inserts() const { return request_.mode != WriteMode::update && request_.mode != WriteMode::remove; }
    bool has_gone() const { return request_.delete_when != nullptr; }
    void create(SqliteDatabase& database) const;
    void add_columns(SqliteDatabase& database, const std::vector<SqliteDatabase::TableColumn>& existing) const;
    void check_columns(SqliteDatabase& database);
    bool is_for_gone_only(const std::string& column) const;
    std::string insert_into(const std::string& table, bool with_gone, std::uint32_t rows) const;
    std::string on_conflict(bool with_gone) const;
    std::string key_condition() const;

    const SinkRequest& request_;
    std::string name_;   // as a person knows it
    std::string table_;  // in quotes
    std::string stage_;
    std::string gone_;  // the stage's column of `delete when`
    std::vector<std::string> columns_;
    std::vector<std::string> written_;  // of these; the stage has them all
    std::vector<std::string> keys_;
};

}  // namespace etl
