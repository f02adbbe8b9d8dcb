#pragma once

#include <cstdint>

#include "component/connector_spec.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// Deletes the rows of the target's table for which `replace where` is true, as the language reads them: by the types
/// of the flow. Returns how many. Throws Error where a row cannot be read so.
std::int64_t delete_where(SqliteDatabase& database, const SinkRequest& request, RunContext& run);

}  // namespace etl
