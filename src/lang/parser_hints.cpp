#include "lang/parser_hints.hpp"

#include <algorithm>
#include <iterator>

namespace etl {

namespace {

constexpr ForeignSign kForeignSigns[] = {
    {"=", "`=` gives a value, it does not compare", "to compare, write `==`"},
    {"=>", "`=>` is no arrow", "write `->`"},
    {"&&", "`&&` is no operator", "write `and`"},
    {"&", "`&` is no operator", "write `and`; texts are joined in an f-string: f\"{a} {b}\""},
    {"||", "`||` is no operator", "write `or`; texts are joined in an f-string: f\"{a} {b}\""},
    {"!", "`!` is no operator", "write `not`"},
    {"<>", "`<>` is no operator", "write `!=`"},
    {"'", "a text stands in double quotes", "write \"...\""},
    {"\xE2\x80\x98", "a text stands in straight double quotes", "write \"...\""},
    {"\xE2\x80\x99", "a text stands in straight double quotes", "write \"...\""},
    {"\xE2\x80\x9C", "a text stands in straight double quotes", "write \"...\""},
    {"\xE2\x80\x9D", "a text stands in straight double quotes", "write \"...\""},
    {"\xE2\x80\x9E", "a text stands in straight double quotes", "write \"...\""},
    {"\xC2\xA0", "this is a no-break space", "write a plain space"},
    {";", "`;` ends nothing here", "items and declarations end with their line"},
    {"//", "`//` is no comment", "a comment begins with `#`"},
    {"/*", "`/*` is no comment", "a comment begins with `#` and ends with its line"},
    {"--", "`--` is no comment", "a comment begins with `#`"},
    {"^", "`^` is no operator", "write a product"},
    {"::", "`::` is no operator", "write a conversion, such as int(x)"},
};

struct Hint {
    std::string_view found;
    std::string_view expected;
    const char* note;
};

constexpr const char* kIf = "write `if a then b else c`, or `match { a -> b, else -> c }`";
constexpr const char* kNull = "a type that may be null ends with `?`: `text?`; every other is never null";
constexpr const char* kNamed = "a new column has a name: `name = value`";
constexpr const char* kKey = "a key that is computed has a name: `day = date(t)`";
constexpr const char* kSeparator = "`,` or a line end";

constexpr Hint kHints[] = {
    {"like", "an operator", "write matches(x, r\"...\"), starts_with(x, \"...\") or contains(x, \"...\")"},
    {"between", "an operator", "write `x >= 1 and x <= 2`"},
    {"when", "an operator", kIf},
    {"?", "an operator", "write `if a then b else c`; `a ?? b` is b where a is null"},
    {"{", "`then`", kIf},
    {"as", "`->`", "write `a -> b`"},
    {"to", "`->`", "write `a -> b`"},
    {"=", "`->`", "write `->`"},
    {":", "`->`", "write `->`"},
    {"=", "`:`", "`:` stands before a type or rules, `=` before a value"},
    {":", "`=`", "`=` stands before a value, `:` before a type or rules"},
    {":", "an operator", "`=` stands before a value, `:` before a type or rules"},
    {"(", "a format", "a type has no length; decimal(12, 2) is written without a space"},
    {"not", "a format", kNull},
    {"null", "a format", kNull},
    {"nullable", "a format", kNull},
    {"optional", "a format", kNull},
    {">", "a stage", "write `|`"},
    {"as", kSeparator, kNamed},
    {"(", kSeparator, kNamed},
    {"+", kSeparator, kNamed},
    {"-", kSeparator, kNamed},
    {"*", kSeparator, kNamed},
    {"/", kSeparator, kNamed},
    {"??", kSeparator, kNamed},
    {"(", "`{`", kKey},
    {"+", "`{`", kKey},
    {"-", "`{`", kKey},
    {"*", "`{`", kKey},
    {"/", "`{`", kKey},
    {"%", "`{`", kKey},
    {"|", "`on`", "what must be equal stands behind it: `join X on a == X.b`"},
};

constexpr std::pair<std::string_view, std::string_view> kStagesElsewhere[] = {
    {"select", "map"},   {"project", "map"},     {"where", "filter"},    {"having", "filter"}, {"order", "sort"},
    {"orderby", "sort"}, {"groupby", "group"},   {"aggregate", "group"}, {"mutate", "set"},    {"add", "set"},
    {"dedup", "dedupe"}, {"unique", "distinct"}, {"split", "route"},     {"switch", "route"},  {"write", "into"},
    {"load", "into"},    {"save", "into"},       {"take", "limit"},      {"head", "limit"},    {"concat", "union"},
};

}  // namespace

const ForeignSign* find_foreign_sign(std::string_view sign) {
    const auto* found = std::find_if(std::begin(kForeignSigns), std::end(kForeignSigns),
                                     [&](const ForeignSign& foreign) { return foreign.sign == sign; });
    return found == std::end(kForeignSigns) ? nullptr : found;
}

const char* find_hint(std::string_view found, const std::function<bool(std::string_view)>& expects) {
    for (const Hint& hint : kHints)
        if (hint.found == found && expects(hint.expected)) return hint.note;
    return nullptr;
}

std::string_view find_stage_elsewhere(std::string_view name) {
    for (const auto& [there, here] : kStagesElsewhere)
        if (there == name) return here;
    return {};
}

bool is_join_elsewhere(std::string_view word) {
    constexpr std::string_view kJoins[] = {"right", "full", "outer", "inner", "cross", "semi", "anti", "natural"};
    return std::find(std::begin(kJoins), std::end(kJoins), word) != std::end(kJoins);
}

std::string shortened(std::string_view text) {
    constexpr std::size_t kMost = 30;
    text = text.substr(0, text.find('\n'));
    if (text.size() <= kMost) return std::string(text);
    std::size_t end = kMost - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return std::string(text.substr(0, end)) + "...";
}

}  // namespace etl
