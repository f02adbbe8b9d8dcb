#include "connectors/sqlite/sqlite_cell.hpp"

#include <cmath>
#include <cstring>

#include "data/json.hpp"

namespace etl {

namespace {

using Kind = SqliteStatement::Kind;

int order_of(Kind kind) {
    switch (kind) {
        case Kind::null: return 0;
        case Kind::integer:
        case Kind::floating: return 1;
        case Kind::text: return 2;
        case Kind::blob: break;
    }
    return 3;
}

template <typename Number>
int compare_numbers(Number left, Number right) {
    return left < right ? -1 : (left > right ? 1 : 0);
}

/// Exact, though a double cannot hold every int64.
int compare_mixed(std::int64_t left, double right) {
    constexpr double kBound = 9223372036854775808.0;
    if (right >= kBound) return -1;
    if (right < -kBound) return 1;
    const auto whole = static_cast<std::int64_t>(right);
    if (left != whole) return left < whole ? -1 : 1;
    return compare_numbers(0.0, right - static_cast<double>(whole));
}

/// As SQLite's own date functions take numbers: whole ones are seconds since 1970, others are Julian days.
std::string convert_time(const SqliteCell& cell, const DataType* type, Value& out) {
    constexpr std::int64_t kFirst_ms = -62'135'596'800'000;  // 0001-01-01
    constexpr std::int64_t kLast_ms = 253'402'300'799'999;   // 9999-12-31
    constexpr std::int64_t kDay_ms = 86'400'000;
    constexpr double kJulianDayOf1970 = 2440587.5;
    std::int64_t ms = 0;
    if (cell.kind == Kind::integer) {
        if (cell.integer < kFirst_ms / 1000 || cell.integer > kLast_ms / 1000)
            return parse_reason(ParseResult::out_of_range, type);
        ms = cell.integer * 1000;
    } else {
        const double days = cell.floating - kJulianDayOf1970;
        if (!(std::abs(days) < 1e7)) return parse_reason(ParseResult::out_of_range, type);
        // No more than milliseconds are exact in a number of days.
        ms = std::llround(days * static_cast<double>(kDay_ms));
        if (ms < kFirst_ms || ms > kLast_ms) return parse_reason(ParseResult::out_of_range, type);
    }
    const bool is_date = type->is(TypeKind::date);
    if (is_date && ms % kDay_ms != 0) return "it has a time of day, and a date has none";
    out = {type, is_date ? ms / kDay_ms : ms * 1000};
    return {};
}

}  // namespace

SqliteCell cell_of(const SqliteStatement& statement, int column) {
    SqliteCell cell;
    cell.kind = statement.kind(column);
    if (cell.kind == Kind::integer) cell.integer = statement.integer(column);
    if (cell.kind == Kind::floating) cell.floating = statement.floating(column);
    if (cell.kind == Kind::text || cell.kind == Kind::blob) cell.bytes = statement.bytes(column);
    return cell;
}

void append_cell(std::string& out, const SqliteCell& cell) {
    out += static_cast<char>(cell.kind);
    const auto append = [&](const auto& value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
    if (cell.kind == Kind::integer) append(cell.integer);
    if (cell.kind == Kind::floating) append(cell.floating);
    if (cell.kind == Kind::text || cell.kind == Kind::blob) {
        append(static_cast<std::uint32_t>(cell.bytes.size()));
        out += cell.bytes;
    }
}

const char* read_cell(const char* at, SqliteCell& cell) {
    cell.kind = static_cast<Kind>(*at++);
    std::uint32_t size = 0;
    switch (cell.kind) {
        case Kind::null: return at;
        case Kind::integer: std::memcpy(&cell.integer, at, 8); return at + 8;
        case Kind::floating: std::memcpy(&cell.floating, at, 8); return at + 8;
        default: break;
    }
    std::memcpy(&size, at, 4);
    cell.bytes = {at + 4, size};
    return at + 4 + size;
}

void bind_cell(SqliteStatement& statement, int place, const SqliteCell& cell) {
    switch (cell.kind) {
        case Kind::null: return statement.bind_null(place);
        case Kind::integer: return statement.bind_int(place, cell.integer);
        case Kind::floating: return statement.bind_float(place, cell.floating);
        case Kind::text: return statement.bind_text(place, cell.bytes);
        case Kind::blob: return statement.bind_blob(place, cell.bytes);
    }
}

int compare_cells(const SqliteCell& left, const SqliteCell& right) {
    if (const int order = order_of(left.kind) - order_of(right.kind); order != 0) return order;
    if (left.kind == Kind::null) return 0;
    if (left.kind == Kind::text || left.kind == Kind::blob) return left.bytes.compare(right.bytes);
    if (left.kind == right.kind)
        return left.kind == Kind::integer ? compare_numbers(left.integer, right.integer)
                                          : compare_numbers(left.floating, right.floating);
    return left.kind == Kind::integer ? compare_mixed(left.integer, right.floating)
                                      : -compare_mixed(right.integer, left.floating);
}

std::string_view cell_text(const SqliteCell& cell, char (&room)[kFloatWidth_bytes]) {
    if (cell.kind == Kind::null) return {};
    if (cell.kind == Kind::integer) return {room, static_cast<std::size_t>(print_int(room, cell.integer) - room)};
    if (cell.kind == Kind::floating) return {room, static_cast<std::size_t>(print_float(room, cell.floating) - room)};
    return cell.bytes;
}

std::string convert_cell(const SqliteCell& cell, const DataType* type, const ColumnFormat& format, Value& out) {
    if (cell.kind == Kind::null) {
        out = {type, std::monostate()};
        return type->nullable ? "" : "null, but " + to_string(type) + " takes none";
    }
    char room[kFloatWidth_bytes];
    const bool is_bytes = cell.kind == Kind::text || cell.kind == Kind::blob;
    if (is_bytes && !is_valid_utf8(cell.bytes.data(), cell.bytes.size())) return "not valid UTF-8";
    if (type->is(TypeKind::integer) && cell.kind == Kind::integer) {
        out = {type, cell.integer};
        return {};
    }
    if (type->is(TypeKind::floating) && cell.kind == Kind::floating) {
        out = {type, cell.floating};
        return {};
    }
    if (type->is(TypeKind::boolean) && cell.kind == Kind::integer && (cell.integer == 0 || cell.integer == 1)) {
        out = {type, cell.integer == 1};
        return {};
    }
    const bool is_time = type->is(TypeKind::timestamp) || type->is(TypeKind::date);
    if (is_time && !is_bytes && format.is_default()) return convert_time(cell, type, out);
    std::string_view text = cell_text(cell, room);
    // 12.0 in a column of whole numbers is 12.
    if (type->is(TypeKind::integer) && cell.kind == Kind::floating && text.ends_with(".0")) text.remove_suffix(2);
    const ParseResult result = parse_value(text, type, format, out);
    return result == ParseResult::ok ? "" : parse_reason(result, type);
}

}  // namespace etl
