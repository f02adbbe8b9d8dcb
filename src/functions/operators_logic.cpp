#include "expr/lift.hpp"
#include "expr/operands.hpp"

// not, is null, is not null. and, or, ?? and try are nodes of the evaluator.

namespace etl {
namespace {

bool negate(bool value) { return !value; }

template <bool kNull>
void null_test_kernel(const Call& call, Column& out) {
    const Column& in = *call.in[0];
    auto* values = take_values<std::uint8_t>(call, out);
    for_each_row(call.rows,
                 [&](std::uint32_t row) { values[row] = static_cast<std::uint8_t>(in.is_valid(row) != kNull); });
}

constexpr Parameter kBool[] = {{"a", TypePattern::boolean}};
constexpr Overload kNotOverloads[] = {lift<negate>(kBool)};
constexpr Example kNotExamples[] = {{"not (1 == 2)", "true"}, {"not true", "false"}};
constexpr FunctionSpec kNot{.name = "not",
                            .category = "operator",
                            .summary = "True becomes false, false becomes true, null stays.",
                            .overloads = kNotOverloads,
                            .examples = kNotExamples};
const Registration<FunctionSpec> kNotRegistration{kNot};

constexpr Parameter kAny[] = {{"a", TypePattern::any}};
constexpr Overload kIsNullOverloads[] = {
    {.parameters = kAny,
     .result = gives<TypeKind::boolean>,
     .kernel = null_test_kernel<true>,
     .propagates_nulls = false},
};
constexpr Example kIsNullExamples[] = {{"null is null", "true"}, {R"("" is null)", "false"}};
constexpr FunctionSpec kIsNull{.name = "is null",
                               .category = "operator",
                               .summary = "Whether there is no value.",
                               .overloads = kIsNullOverloads,
                               .examples = kIsNullExamples};
const Registration<FunctionSpec> kIsNullRegistration{kIsNull};

constexpr Overload kIsNotNullOverloads[] = {
    {.parameters = kAny,
     .result = gives<TypeKind::boolean>,
     .kernel = null_test_kernel<false>,
     .propagates_nulls = false},
};
constexpr Example kIsNotNullExamples[] = {{"null is not null", "false"}, {"0 is not null", "true"}};
constexpr FunctionSpec kIsNotNull{.name = "is not null",
                                  .category = "operator",
                                  .summary = "Whether there is a value.",
                                  .overloads = kIsNotNullOverloads,
                                  .examples = kIsNotNullExamples};
const Registration<FunctionSpec> kIsNotNullRegistration{kIsNotNull};

}  // namespace
}  // namespace etl
