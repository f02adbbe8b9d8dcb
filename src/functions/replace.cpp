#include "expr/lift.hpp"

namespace etl {
namespace {

std::size_t count_of(std::string_view text, std::string_view searched, std::size_t first) {
    std::size_t count = 0;
    for (std::size_t at = first; at != std::string_view::npos; at = text.find(searched, at + searched.size())) ++count;
    return count;
}

Text replace(const Text& text, std::string_view searched, std::string_view replacement, Arena& arena) {
    std::string_view rest = text.view();
    std::size_t at = searched.empty() ? std::string_view::npos : rest.find(searched);
    if (at == std::string_view::npos) return text;
    const std::size_t count = count_of(rest, searched, at);
    TextWriter writer(arena, rest.size() - count * searched.size() + count * replacement.size());
    for (; at != std::string_view::npos; at = rest.find(searched)) {
        writer.append(rest.substr(0, at));
        writer.append(replacement);
        rest.remove_prefix(at + searched.size());
    }
    writer.append(rest);
    return writer.finish();
}

constexpr Parameter kParameters[] = {
    {"value", TypePattern::text}, {"searched", TypePattern::text}, {"replacement", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<replace>(kParameters)};
constexpr Example kExamples[] = {
    {R"(replace("1-2-3", "-", ""))", R"("123")"},
    {R"(replace("aaa", "aa", "b"))", R"("ba")"},
    {R"(replace("abc", "x", "y"))", R"("abc")"},
    {R"(replace("abc", "", "y"))", R"("abc")"},
};
constexpr FunctionSpec kSpec{
    .name = "replace",
    .category = "text",
    .summary = "Replaces every place where one text stands in another; patterns are for regex_replace.",
    .overloads = kOverloads,
    .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
