#include "data/unicode.hpp"
#include "expr/lift.hpp"

// lower, upper, title_case and capitalize.

namespace etl {
namespace {

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};

constexpr Overload kLowerOverloads[] = {lift<to_lower>(kParameters)};
constexpr Example kLowerExamples[] = {{R"(lower("ÄRGER in Ulm"))", R"("ärger in ulm")"}};
constexpr FunctionSpec kLower{.name = "lower",
                              .category = "text",
                              .summary = "The text in lower case letters.",
                              .overloads = kLowerOverloads,
                              .examples = kLowerExamples};
const Registration<FunctionSpec> kLowerRegistration{kLower};

constexpr Overload kUpperOverloads[] = {lift<to_upper>(kParameters)};
constexpr Example kUpperExamples[] = {{R"(upper("straße in Ulm"))", R"("STRASSE IN ULM")"}};
constexpr FunctionSpec kUpper{.name = "upper",
                              .category = "text",
                              .summary = "The text in upper case letters.",
                              .overloads = kUpperOverloads,
                              .examples = kUpperExamples};
const Registration<FunctionSpec> kUpperRegistration{kUpper};

constexpr Overload kTitleOverloads[] = {lift<to_title>(kParameters)};
constexpr Example kTitleExamples[] = {
    {R"(title_case("o'neill AND sons"))", R"("O'neill And Sons")"},
    {R"(title_case("saint-étienne"))", R"("Saint-Étienne")"},
};
constexpr FunctionSpec kTitle{.name = "title_case",
                              .category = "text",
                              .summary = "Every word with its first letter in upper case and the others in lower case.",
                              .overloads = kTitleOverloads,
                              .examples = kTitleExamples};
const Registration<FunctionSpec> kTitleRegistration{kTitle};

constexpr Overload kCapitalizeOverloads[] = {lift<capitalize>(kParameters)};
constexpr Example kCapitalizeExamples[] = {
    {R"(capitalize("éclair au Chocolat"))", R"("Éclair au Chocolat")"},
    {R"(capitalize(""))", R"("")"},
};
constexpr FunctionSpec kCapitalize{.name = "capitalize",
                                   .category = "text",
                                   .summary = "The first character in upper case, the others as they are.",
                                   .overloads = kCapitalizeOverloads,
                                   .examples = kCapitalizeExamples};
const Registration<FunctionSpec> kCapitalizeRegistration{kCapitalize};

}  // namespace
}  // namespace etl
