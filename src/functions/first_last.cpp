#include "expr/aggregate_rows.hpp"

// first and last, in the order of the source.

namespace etl {
namespace {

template <typename Stored>
struct Place {
    Kept<Stored> kept;
    std::uint64_t order = 0;
    std::int64_t seen = 0;
};

template <typename Stored, bool Last>
void offer(Place<Stored>& state, const Stored& value, std::uint64_t order, Arena& arena) {
    if (state.seen != 0 && (Last ? order < state.order : order >= state.order)) return;
    state.kept.keep(value, arena);
    state.order = order;
    state.seen = 1;
}

template <typename Stored, bool Last>
void update(const AggregateCall& call) {
    update_states<Place<Stored>, Stored>(call, [&](Place<Stored>& state, const Stored& value, std::uint32_t row) {
        offer<Stored, Last>(state, value, call.order[row], call.arena);
    });
}
template <typename Stored, bool Last>
void merge(char* into, const char* from, Arena& arena) {
    const auto& other = state_of<Place<Stored>>(from, 0, 0);
    if (other.seen != 0) offer<Stored, Last>(state_of<Place<Stored>>(into, 0, 0), other.kept.get(), other.order, arena);
}
template <typename Stored>
AggregateStatus finish(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                       Arena& arena, Column& out, std::uint32_t* /*bad_group*/) {
    finish_states<Place<Stored>, Stored>(states, stride, count, arena, out,
                                         [&](const Place<Stored>& state, std::uint32_t, Stored& value) {
                                             if (state.seen != 0) value = state.kept.publish(arena);
                                             return state.seen != 0;
                                         });
    return AggregateStatus::ok;
}

template <typename Stored, bool Last>
constexpr AggregateOverload overload(std::span<const Parameter> parameters,
                                     decltype(AggregateOverload::takes) takes = nullptr) {
    return {.parameters = parameters,
            .result = gives_same,
            .state_bytes = sizeof(Place<Stored>),
            .init = init_state<Place<Stored>>,
            .update = update<Stored, Last>,
            .merge = merge<Stored, Last>,
            .finish = finish<Stored>,
            .takes = takes};
}

constexpr Parameter kInt[] = {{"value", TypePattern::integer}};
constexpr Parameter kFloat[] = {{"value", TypePattern::floating}};
constexpr Parameter kDecimal[] = {{"value", TypePattern::decimal}};
constexpr Parameter kText[] = {{"value", TypePattern::text}};
constexpr Parameter kDate[] = {{"value", TypePattern::date}};
constexpr Parameter kTimestamp[] = {{"value", TypePattern::timestamp}};
constexpr Parameter kDuration[] = {{"value", TypePattern::duration}};
constexpr Parameter kBool[] = {{"value", TypePattern::boolean}};

template <bool Last>
constexpr AggregateOverload kOverloads[] = {
    overload<std::int64_t, Last>(kInt),
    overload<double, Last>(kFloat),
    overload<std::int64_t, Last>(kDecimal, is_narrow),
    overload<Int128, Last>(kDecimal),
    overload<Text, Last>(kText),
    overload<std::int32_t, Last>(kDate),
    overload<std::int64_t, Last>(kTimestamp),
    overload<std::int64_t, Last>(kDuration),
    overload<std::uint8_t, Last>(kBool),
};

constexpr Example kFirstExamples[] = {{"first([null, 3, 1])", "3"}};
constexpr AggregateSpec kFirst{.name = "first",
                               .summary = "The first value that is not null, in the order of the source.",
                               .overloads = kOverloads<false>,
                               .examples = kFirstExamples};
const Registration<AggregateSpec> kFirstRegistration{kFirst};

constexpr Example kLastExamples[] = {{"last([3, 1, null])", "1"}};
constexpr AggregateSpec kLast{.name = "last",
                              .summary = "The last value that is not null, in the order of the source.",
                              .overloads = kOverloads<true>,
                              .examples = kLastExamples};
const Registration<AggregateSpec> kLastRegistration{kLast};

}  // namespace
}  // namespace etl
