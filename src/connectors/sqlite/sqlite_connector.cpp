#include "connectors/sqlite/sqlite_connector.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_offset_book.hpp"

namespace etl {

namespace {

/// The type of a column as its table declares it, by the rules people know from SQLite's affinities; what is exact in
/// no other type is text.
const DataType* declared_column_type(std::string declared, bool nullable) {
    std::transform(declared.begin(), declared.end(), declared.begin(), [](unsigned char c) { return std::toupper(c); });
    const auto has = [&](const char* word) { return declared.find(word) != std::string::npos; };
    unsigned precision = 0;
    unsigned scale = 0;
    if (has("BOOL")) return simple_type(TypeKind::boolean, nullable);
    if (has("DECIMAL") || has("NUMERIC")) {
        const std::size_t open = declared.find('(');
        const int read =
            open == std::string::npos ? 0 : std::sscanf(declared.c_str() + open, "(%u,%u", &precision, &scale);
        if (read >= 1 && precision >= 1 && precision <= 38 && scale <= precision)
            return decimal_type(precision, scale, nullable);
        return simple_type(TypeKind::text, nullable);
    }
    // "FLOATING POINT" is no INT.
    if (has("REAL") || has("FLOA") || has("DOUB")) return simple_type(TypeKind::floating, nullable);
    if (has("INT")) return simple_type(TypeKind::integer, nullable);
    if (has("TIMESTAMP") || has("DATETIME")) return simple_type(TypeKind::timestamp, nullable);
    if (has("DATE")) return simple_type(TypeKind::date, nullable);
    return simple_type(TypeKind::text, nullable);
}

constexpr OptionSpec kOptions[] = {
    {"path", OptionType::text, "", "the database's file"},
    {"timeout", OptionType::duration_ms, "5s", "how long to wait for another program's lock", 0},
};
constexpr OptionSpec kTargetOptions[] = {
    {"create", OptionType::boolean, "false",
     "makes the table if it is not there; keys of `upsert` and `update` become its primary key"},
    {"evolve", OptionType::boolean, "false", "adds to the table the columns of the flow that it does not have"},
    {"allow_empty", OptionType::boolean, "false", "lets `replace` empty a table when no row was read"},
};
constexpr std::string_view kMembers[] = {"table", "query"};
constexpr std::string_view kModes[] = {"append",    "replace",   "replace where", "replace by",
                                       "upsert by", "update by", "delete by",     "delete when"};
constexpr std::string_view kExamples[] = {
    "connection warehouse = sqlite(\"warehouse.db\")",
    "source orders = warehouse.table(\"orders\")",
    "source big = warehouse.query(\"select * from orders where amount > 1000\")",
    "from orders | into warehouse.table(\"copy\") replace { create = true }",
    "from orders | into warehouse.table(\"orders\") upsert by id { create = true, evolve = true }",
};
constexpr ConnectorSpec kSpec{.name = "sqlite",
                              .summary = "Tables and queries of an SQLite file; a load is one transaction.",
                              .options = kOptions,
                              .members = kMembers,
                              .target_options = kTargetOptions,
                              .examples = kExamples,
                              .discover = discover_sqlite,
                              .make_source = make_sqlite_source,
                              .make_sink = make_sqlite_sink,
                              .is_table = true,
                              .modes = kModes,
                              .make_offset_book = make_sqlite_offset_book,
                              .summarize_position = summarize_sqlite_position,
                              .position_from = sqlite_position_from};
const Registration<ConnectorSpec> kRegistration{kSpec};

}  // namespace

bool is_missing(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found;
}

bool is_folder(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

std::filesystem::path sqlite_path(const OptionValues& connection, const std::filesystem::path& base_folder) {
    if (connection.text("path").empty()) throw Error("E419", "the connection's path of an SQLite file is empty");
    return (base_folder / connection.text("path")).lexically_normal();
}

std::unique_ptr<SqliteDatabase> open_sqlite_source(const SourceRequest& request) {
    const std::filesystem::path path = sqlite_path(request.connection, request.base_folder);
    const std::string& name = request.connection.text("path");
    if (is_folder(path)) throw Error("E419", name + " is a directory, not an SQLite file");
    if (is_missing(path)) throw Error("E424", name + ": no such file");
    return std::make_unique<SqliteDatabase>(path.string(), name, SqliteDatabase::Access::read,
                                            static_cast<int>(request.connection.integer("timeout")));
}

std::string sqlite_select(SqliteDatabase& database, const SourceRequest& request) {
    if (request.member == "query") return request.member_argument;
    if (database.table_columns(request.member_argument).empty()) {
        const std::vector<std::string> tables = database.tables();
        const std::string near = did_you_mean(request.member_argument, tables);
        throw Error("E428", database.name() + " has no table `" + request.member_argument + "`; it has " +
                                list_names(tables) + (near.empty() ? "" : "; " + near));
    }
    return "select * from " + quote_sql_name(request.member_argument);
}

std::vector<SourceColumn> discover_sqlite(const SourceRequest& request) {
    const auto database = open_sqlite_source(request);
    const SqliteStatement statement = database->prepare(sqlite_select(*database, request));
    std::vector<SqliteDatabase::TableColumn> table;
    if (request.member == "table") table = database->table_columns(request.member_argument);
    std::vector<SourceColumn> columns;
    for (int i = 0; i < statement.columns(); ++i) {
        SourceColumn column;
        column.name = column.source_name = statement.column_name(i);
        const auto place = static_cast<std::size_t>(i);
        const bool not_null = place < table.size() && (table[place].not_null || table[place].key_place > 0);
        column.key = place < table.size() && table[place].key_place > 0;
        column.type = declared_column_type(statement.declared_type(i), !not_null);
        columns.push_back(std::move(column));
    }
    return columns;
}

}  // namespace etl
