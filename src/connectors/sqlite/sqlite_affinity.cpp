#include "connectors/sqlite/sqlite_affinity.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "data/text_parse.hpp"

namespace etl {

namespace {

constexpr std::size_t kFloatDigits = 15;  // that SQLite promises to keep of a text

std::size_t digits_of(std::string_view text, std::size_t at) {
    const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
    return static_cast<std::size_t>(end - text.begin()) - at;
}

}  // namespace

SqliteAffinity affinity_of(std::string declared) {
    std::transform(declared.begin(), declared.end(), declared.begin(), [](unsigned char c) { return std::toupper(c); });
    const auto has = [&](const char* word) { return declared.find(word) != std::string::npos; };
    if (has("INT")) return SqliteAffinity::number;
    if (has("CHAR") || has("CLOB") || has("TEXT")) return SqliteAffinity::text;
    if (has("BLOB") || declared.empty()) return SqliteAffinity::none;
    return has("REAL") || has("FLOA") || has("DOUB") ? SqliteAffinity::real : SqliteAffinity::number;
}

bool changes_as_number(std::string_view text, SqliteAffinity affinity) {
    if (affinity != SqliteAffinity::number && affinity != SqliteAffinity::real) return false;
    const std::size_t first = text.find_first_not_of(" \t\n\v\f\r");
    if (first == std::string_view::npos) return false;
    const std::string_view inner = text.substr(first, text.find_last_not_of(" \t\n\v\f\r") + 1 - first);
    std::size_t at = inner[0] == '-' || inner[0] == '+' ? 1 : 0;
    const std::size_t whole_at = at;
    const std::size_t whole = digits_of(inner, at);
    at += whole;
    const bool has_point = at < inner.size() && inner[at] == '.';
    const std::size_t places = has_point ? digits_of(inner, at + 1) : 0;
    if (has_point) at += 1 + places;
    if (whole + places == 0) return false;
    if (at < inner.size() && (inner[at] | 0x20) == 'e') {
        std::size_t exponent = at + 1;
        if (exponent < inner.size() && (inner[exponent] == '-' || inner[exponent] == '+')) ++exponent;
        // 1e5 would become 100000.
        return digits_of(inner, exponent) > 0 && exponent + digits_of(inner, exponent) == inner.size();
    }
    if (at != inner.size()) return false;
    const bool has_leading_zero = whole > 1 && inner[whole_at] == '0';
    if (inner.size() != text.size() || inner[0] == '+' || has_leading_zero || whole == 0) return true;
    std::int64_t number = 0;
    if (!has_point && parse_int(inner, number) == ParseResult::ok)
        return affinity == SqliteAffinity::real && changes_as_float(number);
    std::string digits(inner.substr(whole_at));
    if (has_point) digits.erase(whole, 1);
    if (has_point) digits.erase(digits.find_last_not_of('0') + 1);
    const std::size_t leading = std::min(digits.find_first_not_of('0'), digits.size());
    return digits.size() - leading > kFloatDigits;
}

SqliteGuards::SqliteGuards(const std::vector<SqliteDatabase::TableColumn>& table, const Schema& schema,
                           std::span<const std::uint32_t> columns) {
    for (const std::uint32_t column : columns) {
        const Field& field = schema.fields[column];
        const auto there =
            std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.name == field.name; });
        if (there == table.end()) continue;
        const SqliteAffinity affinity = affinity_of(there->type);
        const bool takes_numbers = affinity == SqliteAffinity::number || affinity == SqliteAffinity::real;
        const bool is_text = field.type->is(TypeKind::text) || field.type->is(TypeKind::decimal);
        const bool is_int = field.type->is(TypeKind::integer);
        if ((is_text && takes_numbers) || (is_int && affinity == SqliteAffinity::real) ||
            field.type->is(TypeKind::floating))
            guards_.push_back({column, affinity, there->type});
    }
}

std::optional<SqliteGuards::Change> SqliteGuards::find(const Batch& batch, std::uint32_t row) const {
    for (const auto& [number, affinity, declared] : guards_) {
        const Column& column = batch.columns[number];
        if (!column.is_valid(row)) continue;
        const std::uint32_t place = column.encoding == Encoding::constant ? 0 : row;
        const auto in_column = [&, &type = declared] { return "SQLite would change it in a column of " + type; };
        switch (column.type->kind) {
            case TypeKind::integer:
                if (changes_as_float(column.data<std::int64_t>()[place])) return Change{number, in_column()};
                break;
            case TypeKind::floating:
                if (std::isnan(column.data<double>()[place])) return Change{number, "SQLite has no value for nan"};
                break;
            default:
                if (changes_as_number(column.data<Text>()[place].view(), affinity)) return Change{number, in_column()};
        }
    }
    return std::nullopt;
}

bool SqliteGuards::writes_text(std::uint32_t column) const {
    return std::any_of(guards_.begin(), guards_.end(), [&](const Guard& guard) {
        return guard.column == column && guard.affinity == SqliteAffinity::text;
    });
}

bool changes_as_float(std::int64_t number) {
    const auto rounded = static_cast<double>(number);
    return rounded >= 9223372036854775808.0 || static_cast<std::int64_t>(rounded) != number;
}

}  // namespace etl
