#include "expr/lift.hpp"

namespace etl {
namespace {

bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

constexpr Parameter kParameters[] = {{"value", TypePattern::text}, {"end", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<ends_with>(kParameters)};
constexpr Example kExamples[] = {
    {R"(ends_with("report.csv", ".csv"))", "true"},
    {R"(ends_with("report.CSV", ".csv"))", "false"},
};
constexpr FunctionSpec kSpec{.name = "ends_with",
                             .category = "text",
                             .summary = "Whether a text ends with another, upper and lower case told apart.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
