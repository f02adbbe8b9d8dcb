#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// The rows of a source, one behind the other.
class SqliteRows {
  public:
    virtual ~SqliteRows() = default;
    /// False: none is left. Throws Error.
    virtual bool step() = 0;
    virtual const SqliteStatement& row() const = 0;
    /// As Block::known, of the row.
    virtual std::uint64_t known() const { return 0; }
    /// The row is in a block.
    virtual void taken() {}
    /// As Reader::position, behind the last row taken.
    virtual std::string position() const { return {}; }
};

/// All rows, in the order in which SQLite gives them.
std::unique_ptr<SqliteRows> all_sqlite_rows(SqliteDatabase& database, const SourceRequest& request);
/// Those behind the positions, of a request that is incremental by a column. Throws Error E532 for a position that is
/// none, E534 where the column is null and must not be, E536 where its values are not in SQLite's order.
std::unique_ptr<SqliteRows> new_sqlite_rows(SqliteDatabase& database, const SourceRequest& request,
                                            const std::vector<std::string>& positions);

}  // namespace etl
