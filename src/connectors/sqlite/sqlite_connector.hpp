#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// False also where a closed folder hides the file.
bool is_missing(const std::filesystem::path& path);
bool is_folder(const std::filesystem::path& path);
/// The file of the connection; a relative one starts at the pipeline's folder. Throws Error if it is empty.
std::filesystem::path sqlite_path(const OptionValues& connection, const std::filesystem::path& base_folder);
/// Opens the file of a source. Throws Error.
std::unique_ptr<SqliteDatabase> open_sqlite_source(const SourceRequest& request);
/// What the source reads: all columns of a table, or the query.
std::string sqlite_select(SqliteDatabase& database, const SourceRequest& request);

std::vector<SourceColumn> discover_sqlite(const SourceRequest& request);
std::unique_ptr<Source> make_sqlite_source(const SourceRequest& request);
std::unique_ptr<Sink> make_sqlite_sink(const SinkRequest& request);

}  // namespace etl
