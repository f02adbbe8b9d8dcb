#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// A value as SQLite gave it.
struct SqliteCell {
    SqliteStatement::Kind kind = SqliteStatement::Kind::null;
    std::int64_t integer = 0;
    double floating = 0;
    std::string_view bytes;
};

/// The cell of a row that the statement stands at; its bytes are valid until the next step.
SqliteCell cell_of(const SqliteStatement& statement, int column);
/// In a block: the kind in a byte, then 8 bytes, or 4 bytes of size and the bytes.
void append_cell(std::string& out, const SqliteCell& cell);
/// Returns the end.
const char* read_cell(const char* at, SqliteCell& cell);
void bind_cell(SqliteStatement& statement, int place, const SqliteCell& cell);

/// Less than 0, 0 or more, as SQLite orders values: nulls, numbers, texts by their bytes, blobs.
int compare_cells(const SqliteCell& left, const SqliteCell& right);
/// The cell as text: numbers in their one spelling.
std::string_view cell_text(const SqliteCell& cell, char (&room)[kFloatWidth_bytes]);
/// The cell as a value of the type (monostate for null). Returns why it is none, or "".
std::string convert_cell(const SqliteCell& cell, const DataType* type, const ColumnFormat& format, Value& out);

}  // namespace etl
