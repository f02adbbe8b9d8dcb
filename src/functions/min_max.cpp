#include "data/compare.hpp"
#include "expr/aggregate_rows.hpp"

// min and max.

namespace etl {
namespace {

template <typename Stored>
struct Extreme {
    Kept<Stored> kept;
    std::int64_t seen = 0;
};

template <typename Stored>
bool comes_before(const Stored& a, const Stored& b) {
    return a < b;
}
template <>
bool comes_before(const Text& a, const Text& b) {
    return compare_texts(a, b) < 0;
}
template <>
bool comes_before(const double& a, const double& b) {
    return compare_floats(a, b) < 0;
}

template <typename Stored, bool Greatest>
void offer(Extreme<Stored>& state, const Stored& value, Arena& arena) {
    const Stored kept = state.kept.get();
    if (state.seen != 0 && !(Greatest ? comes_before(kept, value) : comes_before(value, kept))) return;
    state.kept.keep(value, arena);
    state.seen = 1;
}

template <typename Stored, bool Greatest>
void update(const AggregateCall& call) {
    update_states<Extreme<Stored>, Stored>(call, [&](Extreme<Stored>& state, const Stored& value, std::uint32_t) {
        offer<Stored, Greatest>(state, value, call.arena);
    });
}
template <typename Stored, bool Greatest>
void merge(char* into, const char* from, Arena& arena) {
    const auto& other = state_of<Extreme<Stored>>(from, 0, 0);
    if (other.seen != 0) offer<Stored, Greatest>(state_of<Extreme<Stored>>(into, 0, 0), other.kept.get(), arena);
}
template <typename Stored>
AggregateStatus finish(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                       Arena& arena, Column& out, std::uint32_t* /*bad_group*/) {
    finish_states<Extreme<Stored>, Stored>(states, stride, count, arena, out,
                                           [&](const Extreme<Stored>& state, std::uint32_t, Stored& value) {
                                               if (state.seen != 0) value = state.kept.publish(arena);
                                               return state.seen != 0;
                                           });
    return AggregateStatus::ok;
}

template <typename Stored, bool Greatest>
constexpr AggregateOverload overload(std::span<const Parameter> parameters,
                                     decltype(AggregateOverload::takes) takes = nullptr) {
    return {.parameters = parameters,
            .result = gives_same,
            .state_bytes = sizeof(Extreme<Stored>),
            .init = init_state<Extreme<Stored>>,
            .update = update<Stored, Greatest>,
            .merge = merge<Stored, Greatest>,
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

template <bool Greatest>
constexpr AggregateOverload kOverloads[] = {
    overload<std::int64_t, Greatest>(kInt),
    overload<double, Greatest>(kFloat),
    overload<std::int64_t, Greatest>(kDecimal, is_narrow),
    overload<Int128, Greatest>(kDecimal),
    overload<Text, Greatest>(kText),
    overload<std::int32_t, Greatest>(kDate),
    overload<std::int64_t, Greatest>(kTimestamp),
    overload<std::int64_t, Greatest>(kDuration),
    overload<std::uint8_t, Greatest>(kBool),
};

constexpr Example kMinExamples[] = {{"min([3, 1, null])", "1"}, {R"(min(["b", "a"]))", R"("a")"}};
constexpr AggregateSpec kMin{.name = "min",
                             .summary = "The least of the values that are not null; null over nothing.",
                             .overloads = kOverloads<false>,
                             .examples = kMinExamples};
const Registration<AggregateSpec> kMinRegistration{kMin};

constexpr Example kMaxExamples[] = {{"max([3, 1, null])", "3"}, {"max([1.5, 1.25])", "1.50"}};
constexpr AggregateSpec kMax{.name = "max",
                             .summary = "The greatest of the values that are not null; null over nothing.",
                             .overloads = kOverloads<true>,
                             .examples = kMaxExamples};
const Registration<AggregateSpec> kMaxRegistration{kMax};

}  // namespace
}  // namespace etl
