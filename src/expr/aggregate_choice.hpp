#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

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

/// Of a text: the state's bytes, behind them those of the text.
template <typename State>
void save_chosen_text(const char* state, std::string& saved) {
    saved.append(state, sizeof(State));
    const Text& text = state_of<State>(state, 0, 0).kept.text;
    if (text.size != 0) saved.append(text.data, text.size);
}

/// A view of what was saved: a text that takes its place gets room of its own.
template <typename State>
void load_chosen_text(char* state, std::string_view saved, Arena& /*arena*/) {
    std::memcpy(state, saved.data(), sizeof(State));
    KeptText& kept = state_of<State>(state, 0, 0).kept;
    kept.text = make_text(saved.data() + sizeof(State), kept.text.size);
    kept.room = 0;
}

template <typename Choice>
inline constexpr auto kChoiceOverloads = overloads_of_one_value(
    []<typename Stored>(std::span<const Parameter> parameters, decltype(AggregateOverload::takes) takes) {
        using State = ChosenValue<Choice, Stored>;
        constexpr bool is_text = std::is_same_v<Stored, Text>;
        return AggregateOverload{.parameters = parameters,
                                 .result = gives_same,
                                 .state_bytes = sizeof(State),
                                 .init = init_state<State>,
                                 .update = update_choice<Choice, Stored>,
                                 .merge = merge_choice<Choice, Stored>,
                                 .finish = finish_choice<Choice, Stored>,
                                 .takes = takes,
                                 .save = is_text ? save_chosen_text<ChosenValue<Choice, Text>> : nullptr,
                                 .load = is_text ? load_chosen_text<ChosenValue<Choice, Text>> : nullptr};
    });

}  // namespace etl
