#include "expr/lift.hpp"

namespace etl {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr Parameter kParameters[] = {{"value", TypePattern::text}, {"part", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<contains>(kParameters)};
constexpr Example kExamples[] = {
    {R"(contains("a fine day", "fine"))", "true"},
    {R"(contains("a fine day", "Fine"))", "false"},
    {R"(contains("a fine day", ""))", "true"},
};
constexpr FunctionSpec kSpec{.name = "contains",
                             .category = "text",
                             .summary = "Whether a text stands in another, upper and lower case told apart.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
