#include "data/unicode.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kOverloads[] = {lift<reverse>(kParameters)};
constexpr Example kExamples[] = {{R"(reverse("Müller"))", R"("rellüM")"}, {R"(reverse(""))", R"("")"}};
constexpr FunctionSpec kSpec{.name = "reverse",
                             .category = "text",
                             .summary = "The characters of a text from the last to the first.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
