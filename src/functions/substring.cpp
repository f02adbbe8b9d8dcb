#include <algorithm>

#include "data/unicode.hpp"
#include "expr/lift.hpp"

// substring, left and right: characters are code points.

namespace etl {
namespace {

std::string_view last_characters(std::string_view text, std::uint64_t count) {
    const std::uint32_t characters = count_characters(text);
    return count >= characters ? text : text.substr(character_offset(text, characters - count));
}

Checked<std::string_view> substring_from(std::string_view text, std::int64_t start, std::optional<std::int64_t> count) {
    if (start == 0 || count.value_or(0) < 0) return RowError::index_out_of_range;
    const auto size = count.has_value() ? static_cast<std::uint64_t>(*count) : UINT64_MAX;
    if (start > 0) return substring(text, static_cast<std::uint64_t>(start) - 1, size);
    const std::uint64_t from_end = 0 - static_cast<std::uint64_t>(start);
    const std::uint64_t missing = from_end - std::min<std::uint64_t>(from_end, count_characters(text));
    return substring(last_characters(text, from_end), 0, size - std::min(size, missing));
}
Checked<std::string_view> substring_rest(std::string_view text, std::int64_t start) {
    return substring_from(text, start, std::nullopt);
}
Checked<std::string_view> substring_part(std::string_view text, std::int64_t start, std::int64_t count) {
    return substring_from(text, start, count);
}
Checked<std::string_view> left(std::string_view text, std::int64_t count) {
    if (count < 0) return RowError::index_out_of_range;
    return substring(text, 0, static_cast<std::uint64_t>(count));
}
Checked<std::string_view> right(std::string_view text, std::int64_t count) {
    if (count < 0) return RowError::index_out_of_range;
    return last_characters(text, static_cast<std::uint64_t>(count));
}

constexpr Parameter kStart{
    .name = "start", .pattern = TypePattern::integer, .summary = "From 1; -1 is the last character."};
constexpr Parameter kRestParameters[] = {{"value", TypePattern::text}, kStart};
constexpr Parameter kPartParameters[] = {
    {"value", TypePattern::text},
    kStart,
    {.name = "count", .pattern = TypePattern::integer, .summary = "How many characters; without it to the end."}};
constexpr Overload kSubstringOverloads[] = {lift<substring_rest>(kRestParameters),
                                            lift<substring_part>(kPartParameters)};
constexpr Example kSubstringExamples[] = {
    {R"(substring("Müller", 2, 3))", R"("üll")"}, {R"(substring("Müller", 4))", R"("ler")"},
    {R"(substring("Müller", -3, 2))", R"("le")"}, {R"(substring("Müller", 9))", R"("")"},
    {R"(substring("Müller", -8, 3))", R"("M")"},  {R"(substring("Müller", 0, 2))", "error: index out of range"},
};
constexpr FunctionSpec kSubstring{.name = "substring",
                                  .category = "text",
                                  .summary = "Characters from the middle of a text; the first is number 1.",
                                  .overloads = kSubstringOverloads,
                                  .examples = kSubstringExamples};
const Registration<FunctionSpec> kSubstringRegistration{kSubstring};

constexpr Parameter kCountParameters[] = {{"value", TypePattern::text}, {"count", TypePattern::integer}};
constexpr Overload kLeftOverloads[] = {lift<left>(kCountParameters)};
constexpr Example kLeftExamples[] = {
    {R"(left("Überfluss", 4))", R"("Über")"},
    {R"(left("ab", 4))", R"("ab")"},
    {R"(left("ab", -1))", "error: index out of range"},
};
constexpr FunctionSpec kLeft{.name = "left",
                             .category = "text",
                             .summary = "The first characters of a text, all where it has fewer.",
                             .overloads = kLeftOverloads,
                             .examples = kLeftExamples};
const Registration<FunctionSpec> kLeftRegistration{kLeft};

constexpr Overload kRightOverloads[] = {lift<right>(kCountParameters)};
constexpr Example kRightExamples[] = {{R"(right("Überfluss", 5))", R"("fluss")"}, {R"(right("ab", 4))", R"("ab")"}};
constexpr FunctionSpec kRight{.name = "right",
                              .category = "text",
                              .summary = "The last characters of a text, all where it has fewer.",
                              .overloads = kRightOverloads,
                              .examples = kRightExamples};
const Registration<FunctionSpec> kRightRegistration{kRight};

}  // namespace
}  // namespace etl
