#include "connectors/sqlite/sqlite_instants.hpp"

namespace etl {

std::string instant_sort_sql(const std::string& column) {
    return "case when typeof(" + column + ") = 'text' then rtrim(" + column + ", 'Z') else " + column + " end";
}

std::string has_fraction_sql(const std::string& column) { return column + " glob '*.*Z'"; }

bool has_fraction(std::string_view text) {
    return !text.empty() && text.back() == 'Z' && text.find('.') != std::string_view::npos;
}

std::string other_spelling_sql(const std::string& column) {
    const auto sign = [](const std::string& text) { return "substr(" + text + ", 11, 1)"; };
    const auto zone = [](const std::string& text) {
        return "case when " + text + " glob '*:*[+-][0-9]*' then substr(" + text + ", -6) else " + text +
               " glob '*Z' end";
    };
    return column + " collate binary >= ?2 and " + column + " collate binary < ?1 and (" + sign(column) + " <> " +
           sign("?1") + " or " + zone(column) + " <> " + zone("?1") + ")";
}

}  // namespace etl
