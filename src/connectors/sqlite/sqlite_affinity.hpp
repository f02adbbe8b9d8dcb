#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// What SQLite turns the values into that a column is given.
enum class SqliteAffinity : std::uint8_t { none, text, number, real };

/// By SQLite's own rules for declared types.
SqliteAffinity affinity_of(std::string declared);

/// Whether a text would become a number that is spelled otherwise: without its leading zeros, or with fewer digits.
/// Zeros behind the point do not count.
bool changes_as_number(std::string_view text, SqliteAffinity affinity);
/// Whether a float cannot hold it.
bool changes_as_float(std::int64_t number);

/// The columns of a table in which SQLite would keep another value than it is given.
class SqliteGuards {
  public:
    struct Change {
        std::uint32_t column;
        std::string why;
    };

    SqliteGuards() = default;
    /// columns: of the schema, that are written.
    SqliteGuards(const std::vector<SqliteDatabase::TableColumn>& table, const Schema& schema,
                 std::span<const std::uint32_t> columns);
    /// The first value of the row that would be changed.
    std::optional<Change> find(const Batch& batch, std::uint32_t row) const;
    /// Whether floats of the column are to be given as text: SQLite itself would write 15 digits of them.
    bool writes_text(std::uint32_t column) const;

  private:
    struct Guard {
        std::uint32_t column;
        SqliteAffinity affinity;
        std::string declared;
    };
    std::vector<Guard> guards_;
};

}  // namespace etl
