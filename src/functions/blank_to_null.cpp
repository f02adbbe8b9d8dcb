#include "data/unicode.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

std::optional<Text> blank_to_null(const Text& text) {
    if (text.size == 0 || trim_left(text.view()).empty()) return std::nullopt;
    return text;
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<blank_to_null>(kParameters)};
constexpr Example kExamples[] = {
    {R"(blank_to_null(""))", "null"},
    {R"(blank_to_null(" \t"))", "null"},
    {R"(blank_to_null(" a"))", R"(" a")"},
};
constexpr FunctionSpec kSpec{.name = "blank_to_null",
                             .category = "text",
                             .summary = "Null where a text is empty or white space only, else the text as it is.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
