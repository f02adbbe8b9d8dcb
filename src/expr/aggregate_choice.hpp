#pragma once

#include "expr/aggregate_rows.hpp"

namespace etl {

/// The state of an aggregate that gives one of its values: the one that its Choice likes best so far. A Choice has
///   bool prefers(const Stored& value, std::uint64_t order, const Stored& kept) const;
///   void take(std::uint64_t order);
///   std::uint64_t order() const;
/// where order is the place of the value's row in the source's order.
template <typename Choice, typename Stored>
struct ChosenValue : Choice {
    Kept<Stored> kept;
    std::int64_t seen = 0;

    void offer(const Stored& value, std::uint64_t order, Arena& arena) {
        if (seen != 0 && !this->prefers(value, order, kept.get())) return;
        kept.keep(value, arena);
        this->take(order);
        seen = 1;
    }
};

template <typename Choice, typename Stored>
void update_choice(const AggregateCall& call) {
    using State = ChosenValue<Choice, Stored>;
    update_states<State, Stored>(call, [&](State& state, const Stored& value, std::uint32_t row) {
        state.offer(value, call.order[row], call.arena);
    });
}

template <typename Choice, typename Stored>
void merge_choice(char* into, const char* from, Arena& arena) {
    using State = ChosenValue<Choice, Stored>;
    const auto& other = state_of<State>(from, 0, 0);
    if (other.seen != 0) state_of<State>(into, 0, 0).offer(other.kept.get(), other.order(), arena);
}

template <typename Choice, typename Stored>
AggregateStatus finish_choice(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                              Arena& arena, Column& out, std::uint32_t* /*bad_group*/) {
    using State = ChosenValue<Choice, Stored>;
    finish_states<State, Stored>(states, stride, count, arena, out,
                                 [&](const State& state, std::uint32_t, Stored& value) {
                                     if (state.seen != 0) value = state.kept.publish(arena);
                                     return state.seen != 0;
                                 });
    return AggregateStatus::ok;
}

template <typename Choice>
inline constexpr auto kChoiceOverloads = overloads_of_one_value(
    []<typename Stored>(std::span<const Parameter> parameters, decltype(AggregateOverload::takes) takes) {
        return AggregateOverload{.parameters = parameters,
                                 .result = gives_same,
                                 .state_bytes = sizeof(ChosenValue<Choice, Stored>),
                                 .init = init_state<ChosenValue<Choice, Stored>>,
                                 .update = update_choice<Choice, Stored>,
                                 .merge = merge_choice<Choice, Stored>,
                                 .finish = finish_choice<Choice, Stored>,
                                 .takes = takes};
    });

}  // namespace etl
