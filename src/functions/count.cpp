#include "expr/aggregate_rows.hpp"
#include "expr/lift.hpp"

// count and count_if.

namespace etl {
namespace {

struct Count {
    std::int64_t rows = 0;
};

void count_rows(const AggregateCall& call) {
    char* const states = call.states;
    const std::size_t stride = call.stride;
    for_each_row(call.rows,
                 [=, groups = call.groups](std::uint32_t row) { ++state_of<Count>(states, stride, groups[row]).rows; });
}
void count_values(const AggregateCall& call) {
    const Column& in = *call.in[0];
    if (in.encoding == Encoding::constant ? in.is_valid(0) : in.valid == nullptr) return count_rows(call);
    for_each_row(call.rows, [&](std::uint32_t row) {
        state_of<Count>(call.states, call.stride, call.groups[row]).rows += in.is_valid(row) ? 1 : 0;
    });
}
void count_true(const AggregateCall& call) {
    update_states<Count, std::uint8_t>(call,
                                       [](Count& state, std::uint8_t value, std::uint32_t) { state.rows += value; });
}
void merge(char* into, const char* from, Arena& /*arena*/) {
    state_of<Count>(into, 0, 0).rows += state_of<Count>(from, 0, 0).rows;
}
AggregateStatus finish(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                       Arena& arena, Column& out, std::uint32_t* /*bad_group*/) {
    finish_states<Count, std::int64_t>(states, stride, count, arena, out,
                                       [](const Count& state, std::uint32_t, std::int64_t& value) {
                                           value = state.rows;
                                           return true;
                                       });
    return AggregateStatus::ok;
}

constexpr AggregateOverload overload(std::span<const Parameter> parameters, void (*update)(const AggregateCall&)) {
    return {.parameters = parameters,
            .result = gives<TypeKind::integer>,
            .state_bytes = sizeof(Count),
            .init = init_state<Count>,
            .update = update,
            .merge = merge,
            .finish = finish,
            .null_over_nothing = false};
}

constexpr Parameter kAny[] = {{"value", TypePattern::any}};
constexpr Parameter kCondition[] = {{"condition", TypePattern::boolean}};
constexpr AggregateOverload kCountOverloads[] = {overload({}, count_rows), overload(kAny, count_values)};
constexpr Example kCountExamples[] = {{"count([1, 2, null])", "2"}};
constexpr AggregateSpec kCount{.name = "count",
                               .summary = "The number of rows, or of those in which a value is not null.",
                               .overloads = kCountOverloads,
                               .examples = kCountExamples};
const Registration<AggregateSpec> kCountRegistration{kCount};

constexpr AggregateOverload kCountIfOverloads[] = {overload(kCondition, count_true)};
constexpr Example kCountIfExamples[] = {{"count_if([true, false, null, true])", "2"}};
constexpr AggregateSpec kCountIf{.name = "count_if",
                                 .summary = "The number of rows for which a condition is true.",
                                 .overloads = kCountIfOverloads,
                                 .examples = kCountIfExamples};
const Registration<AggregateSpec> kCountIfRegistration{kCountIf};

}  // namespace
}  // namespace etl
