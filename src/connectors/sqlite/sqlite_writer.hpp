#pragma once

#include <cstdint>
#include <memory>

#include "component/connector_spec.hpp"
#include "connectors/sqlite/sqlite_table.hpp"
#include "connectors/sqlite/sqlite_transaction.hpp"

namespace etl {

/// Rows written so far.
struct SqliteWritten {
    std::uint64_t rows = 0;
};

/// Does for each row what the table says; all must outlive it. An update's row without a match is refused.
std::unique_ptr<Writer> make_sqlite_writer(const SinkRequest& request, const SqliteTable& table,
                                           std::shared_ptr<SqliteTransaction> transaction, SqliteWritten& written);

}  // namespace etl
