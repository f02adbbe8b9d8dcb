#include "data/unicode.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr std::int64_t kMostCharacters = 1'000'000;

Checked<Text> pad_with(const Text& text, std::int64_t length, std::string_view fill, Arena& arena) {
    if (length > kMostCharacters) return RowError::out_of_range;
    if (fill.empty()) return RowError::empty_argument;
    const std::uint32_t characters = count_characters(text.view());
    if (length <= std::int64_t{characters}) return text;
    const auto missing = static_cast<std::uint64_t>(length) - characters;
    const std::uint64_t fill_characters = count_characters(fill);
    const std::uint64_t whole = missing / fill_characters;
    const std::string_view rest = substring(fill, 0, missing % fill_characters);
    TextWriter writer(arena, whole * fill.size() + rest.size() + text.size);
    for (std::uint64_t i = 0; i < whole; ++i) writer.append(fill);
    writer.append(rest);
    writer.append(text.view());
    return writer.finish();
}
Checked<Text> pad_with_spaces(const Text& text, std::int64_t length, Arena& arena) {
    return pad_with(text, length, " ", arena);
}

constexpr Parameter kSpaceParameters[] = {{"value", TypePattern::text}, {"length", TypePattern::integer}};
constexpr Parameter kFillParameters[] = {
    {"value", TypePattern::text},
    {"length", TypePattern::integer},
    {.name = "fill", .pattern = TypePattern::text, .summary = "What is put in front; a space unless given."}};
constexpr Overload kOverloads[] = {lift<pad_with_spaces>(kSpaceParameters), lift<pad_with>(kFillParameters)};
constexpr Example kExamples[] = {
    {R"(pad_left("7", 3, "0"))", R"("007")"},
    {R"(pad_left("7", 3))", R"("  7")"},
    {R"(pad_left("1234", 3, "0"))", R"("1234")"},
    {R"(pad_left("x", 4, "ab"))", R"("abax")"},
};
constexpr FunctionSpec kSpec{.name = "pad_left",
                             .category = "text",
                             .summary = "Fills a text up to a length from the left; a longer one stays as it is.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
