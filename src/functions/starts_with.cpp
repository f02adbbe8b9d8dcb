#include "expr/lift.hpp"

namespace etl {
namespace {

bool starts_with(std::string_view text, std::string_view beginning) { return text.starts_with(beginning); }

constexpr Parameter kParameters[] = {{"value", TypePattern::text}, {"beginning", TypePattern::text}};
constexpr Example kExamples[] = {
    {R"(starts_with("order-17", "order-"))", "true"},
    {R"(starts_with("order-17", "Order-"))", "false"},
    {R"(starts_with("order-17", ""))", "true"},
};
constexpr Overload kOverloads[] = {lift<starts_with>(kParameters)};
constexpr FunctionSpec kSpec{.name = "starts_with",
                             .category = "text",
                             .summary = "Whether a text begins with another, upper and lower case told apart.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
