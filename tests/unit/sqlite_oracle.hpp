#pragma once

#include <sqlite3.h>

#include <random>
#include <string>
#include <vector>

#include "tests/unit/catch.hpp"
#include "tests/unit/stage_trial.hpp"

namespace etl::trial {

/// What SQLite makes of the same rows.
class Oracle {
  public:
    Oracle() { sqlite3_open(":memory:", &db_); }
    ~Oracle() { sqlite3_close(db_); }
    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;

    /// Columns and their names as in the rows, and `place`, the row's number.
    void add(const std::string& table, const Rows& rows) {
        std::string create = "create table " + table + " (place integer";
        std::string insert = "insert into " + table + " values (?";
        for (const Field& field : rows.schema->fields) {
            create += ", " + field.name;
            insert += ", ?";
        }
        lines(create + ")");
        lines("begin");
        sqlite3_stmt* statement = nullptr;
        REQUIRE(sqlite3_prepare_v2(db_, (insert + ")").c_str(), -1, &statement, nullptr) == SQLITE_OK);
        for (std::size_t row = 0; row < rows.rows.size(); ++row) {
            sqlite3_reset(statement);
            sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(row));
            for (std::size_t i = 0; i < rows.rows[row].size(); ++i) {
                const Value& value = rows.rows[row][i];
                const int at = static_cast<int>(i) + 2;
                if (value.is_null())
                    sqlite3_bind_null(statement, at);
                else if (const auto* number = std::get_if<std::int64_t>(&value.data))
                    sqlite3_bind_int64(statement, at, *number);
                else
                    sqlite3_bind_text(statement, at, to_text(value).c_str(), -1, SQLITE_TRANSIENT);
            }
            sqlite3_step(statement);
        }
        sqlite3_finalize(statement);
        lines("commit");
    }

    /// Values parted by |, nulls as nothing.
    std::vector<std::string> lines(const std::string& sql) {
        return each_row(sql, "|", [](const char* text, bool) { return std::string(text == nullptr ? "" : text); });
    }
    /// As a CSV target writes nullable columns.
    std::string csv(const std::string& sql) {
        std::string all;
        const auto spell = [](const char* text, bool is_text) {
            if (text == nullptr || !is_text) return std::string(text == nullptr ? "" : text);
            return spell_csv(columns::text(text));
        };
        for (const std::string& line : each_row(sql, ",", spell)) all += line + "\n";
        return all;
    }

  private:
    template <typename Spell>
    std::vector<std::string> each_row(const std::string& sql, const char* between, Spell&& spell) {
        sqlite3_stmt* statement = nullptr;
        INFO(sql);
        REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
        std::vector<std::string> found;
        while (sqlite3_step(statement) == SQLITE_ROW) {
            std::string line;
            for (int i = 0; i < sqlite3_column_count(statement); ++i)
                line +=
                    (i == 0 ? "" : between) + spell(reinterpret_cast<const char*>(sqlite3_column_text(statement, i)),
                                                    sqlite3_column_type(statement, i) == SQLITE_TEXT);
            found.push_back(std::move(line));
        }
        sqlite3_finalize(statement);
        return found;
    }

    sqlite3* db_ = nullptr;
};

/// id | k (nulls, few values) | name (text, nulls, some long) | v
inline Rows random_rows(std::size_t count, std::uint32_t seed, int keys) {
    std::mt19937 random(seed);
    const DataType* const number = columns::of(TypeKind::integer, true);
    const DataType* const text = columns::of(TypeKind::text, true);
    Rows rows{schema_of({{"id", columns::of(TypeKind::integer)}, {"k", number}, {"name", text}, {"v", number}}), {}};
    const auto below = [&](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = "n" + std::to_string(below(keys));
        if (below(4) == 0) name = "a long name that is alike to the very end " + name;
        if (below(9) == 0) name = "with \"quotes\", commas\nand lines " + name;
        if (below(20) == 0) name = "";
        rows.rows.push_back({columns::whole(static_cast<std::int64_t>(i)),
                             below(10) == 0 ? columns::null_of(number) : columns::whole(below(keys) - keys / 2),
                             below(10) == 0 ? columns::null_of(text) : columns::text(name),
                             below(10) == 0 ? columns::null_of(number) : columns::whole(below(1000) - 500)});
    }
    return rows;
}

}  // namespace etl::trial
