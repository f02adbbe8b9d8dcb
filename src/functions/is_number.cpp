#include "data/text_parse.hpp"
#include "expr/lift.hpp"

// is_int and is_number.

namespace etl {
namespace {

bool is_int(std::string_view text) {
    std::int64_t value = 0;
    return parse_int(text, value) == ParseResult::ok;
}
bool is_number(std::string_view text) {
    double value = 0;
    return parse_float(text, value) == ParseResult::ok;
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kIntOverloads[] = {lift<is_int>(kParameters)};
constexpr Example kIntExamples[] = {
    {R"(is_int("-42"))", "true"},
    {R"(is_int("42.0"))", "false"},
    {R"(is_int(" 42"))", "false"},
    {R"(is_int("9223372036854775808"))", "false"},
};
constexpr FunctionSpec kIsInt{.name = "is_int",
                              .category = "text",
                              .summary = "Whether int() would take a text.",
                              .overloads = kIntOverloads,
                              .examples = kIntExamples};
const Registration<FunctionSpec> kIsIntRegistration{kIsInt};

constexpr Overload kNumberOverloads[] = {lift<is_number>(kParameters)};
constexpr Example kNumberExamples[] = {
    {R"(is_number("-42.50"))", "true"}, {R"(is_number("1e6"))", "true"}, {R"(is_number("1,5"))", "false"},
    {R"(is_number("nan"))", "false"},   {R"(is_number(""))", "false"},
};
constexpr FunctionSpec kIsNumber{.name = "is_number",
                                 .category = "text",
                                 .summary = "Whether float() would take a text.",
                                 .overloads = kNumberOverloads,
                                 .examples = kNumberExamples};
const Registration<FunctionSpec> kIsNumberRegistration{kIsNumber};

}  // namespace
}  // namespace etl
