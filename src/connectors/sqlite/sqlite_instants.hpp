#pragma once

#include <string>
#include <string_view>

namespace etl {

/// Instants that a table keeps as texts. SQLite orders them by their bytes, where `10:00:00.5Z` comes before
/// `10:00:00Z`; without their `Z` they are in the order of time.
inline std::string_view instant_sort_text(std::string_view text) {
    while (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
    return text;
}
/// The same of a column (in quotes), as SQL.
std::string instant_sort_sql(const std::string& column);
/// Whether the bytes may be in another order than time: a part of a second, and a `Z`.
std::string has_fraction_sql(const std::string& column);
bool has_fraction(std::string_view text);

/// The rows of the days before the text ?1, from the day ?2 on, that are spelled in another way: with another sign
/// before the time, with a `Z` or an offset where it has none, with another offset.
std::string other_spelling_sql(const std::string& column);

}  // namespace etl
