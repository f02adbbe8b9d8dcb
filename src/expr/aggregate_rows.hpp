#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "data/column.hpp"
#include "data/decimal.hpp"
#include "expr/function_spec.hpp"

namespace etl {

// What aggregates share. States lie at addresses that are multiples of 8: no Int128 stands in one.

template <typename State>
inline State& state_of(char* states, std::size_t stride, std::uint32_t group) {
    return *reinterpret_cast<State*>(states + stride * group);
}
template <typename State>
inline const State& state_of(const char* states, std::size_t stride, std::uint32_t group) {
    return *reinterpret_cast<const State*>(states + stride * group);
}

/// add(state, value, row) for every selected row whose argument is not null.
template <typename State, typename Stored, typename Add>
inline void update_states(const AggregateCall& call, Add&& add) {
    const Column& in = *call.in[0];
    const auto* values = in.data<Stored>();
    char* const states = call.states;
    const std::size_t stride = call.stride;
    const std::uint32_t* groups = call.groups;
    if (in.encoding == Encoding::constant) {
        if (!in.is_valid(0)) return;
        for_each_row(call.rows, [&, value = *values](std::uint32_t row) {
            add(state_of<State>(states, stride, groups[row]), value, row);
        });
    } else if (in.valid == nullptr) {
        for_each_row(call.rows,
                     [&](std::uint32_t row) { add(state_of<State>(states, stride, groups[row]), values[row], row); });
    } else {
        for_each_row(call.rows, [&, valid = in.valid](std::uint32_t row) {
            if (((valid[row >> 6] >> (row & 63)) & 1) != 0)
                add(state_of<State>(states, stride, groups[row]), values[row], row);
        });
    }
}

template <typename State>
void init_state(char* state) {
    new (state) State();
}

/// Fills out of `count` groups: put(state, group, value) returns false for a null.
template <typename State, typename Stored, typename Put>
inline void finish_states(const char* states, std::size_t stride, std::uint32_t count, Arena& arena, Column& out,
                          Put&& put) {
    auto* values = arena.array<Stored>(count);
    auto* valid = arena.array<std::uint64_t>(bitmap_words(count));
    std::memset(valid, 0xFF, bitmap_words(count) * sizeof(std::uint64_t));
    bool has_nulls = false;
    for (std::uint32_t group = 0; group < count; ++group) {
        values[group] = Stored{};
        if (put(state_of<State>(states, stride, group), group, values[group])) continue;
        valid[group >> 6] &= ~(std::uint64_t{1} << (group & 63));
        has_nulls = true;
    }
    out.values = values;
    out.valid = has_nulls ? valid : nullptr;
}

/// Of AggregateOverload::takes: decimals that are kept in 8 bytes.
inline bool is_narrow(std::span<const Argument> arguments) { return !arguments[0].type->is_wide_decimal(); }

/// The argument's type, as it is.
inline const DataType* gives_same(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*found*/) {
    return arguments[0].type;
}

inline constexpr Parameter kIntValue[] = {{"value", TypePattern::integer}};
inline constexpr Parameter kFloatValue[] = {{"value", TypePattern::floating}};
inline constexpr Parameter kDecimalValue[] = {{"value", TypePattern::decimal}};
inline constexpr Parameter kTextValue[] = {{"value", TypePattern::text}};
inline constexpr Parameter kDateValue[] = {{"value", TypePattern::date}};
inline constexpr Parameter kTimestampValue[] = {{"value", TypePattern::timestamp}};
inline constexpr Parameter kDurationValue[] = {{"value", TypePattern::duration}};
inline constexpr Parameter kBoolValue[] = {{"value", TypePattern::boolean}};

/// The overloads of an aggregate that takes one value of any of these types: make.operator()<Stored>(parameters, takes)
/// gives the one for values that are stored so.
template <typename Make>
constexpr auto overloads_of_one_value(Make make) {
    return std::array {
        make.template operator()<std::int64_t>(kIntValue, nullptr),
        make.template operator()<double>(kFloatValue, nullptr),
        make.template operator()<std::int64_t>(kDecimalValue, is_narrow),
        make.template operator()<Int128>(kDecimalValue, nullptr),
        make.template operator()<Text>(kTextValue, nullptr),
        make.template operator()<std::int32_t>(kDateValue, nullptr),
        make.template operator()<std::int64_t>(kTimestampValue, nullptr),
        make.template operator()<std::int64_t>(kDurationValue, nullptr),
        make.template operator()<std::uint8_t>(kBoolValue, nullptr),
    };
}

/// A text of a state: copied into the arena, into the room that the one before had if that suffices.
struct KeptText {
    Text text;
    std::uint32_t room = 0;

    void keep(const Text& value, Arena& arena) {
        auto* bytes = const_cast<char*>(text.data);
        if (bytes == nullptr || room < value.size) {
            room = value.size < 16 ? 16 : value.size + value.size / 2;
            bytes = static_cast<char*>(arena.take(room));
        }
        if (value.size != 0) std::memcpy(bytes, value.data, value.size);
        text = make_text(bytes, value.size);
    }
};

/// A value as a state keeps it.
template <typename Stored>
struct Kept {
    Stored value{};
    void keep(const Stored& other, Arena& /*arena*/) { value = other; }
    Stored get() const { return value; }
    /// As a result that outlives the states: its bytes lie in the arena.
    Stored publish(Arena& /*arena*/) const { return value; }
};
template <>
struct Kept<Int128> {
    std::uint64_t low = 0;
    std::int64_t high = 0;
    void keep(Int128 other, Arena& /*arena*/) {
        low = static_cast<std::uint64_t>(other);
        high = static_cast<std::int64_t>(other >> 64);
    }
    Int128 get() const { return static_cast<Int128>(static_cast<UInt128>(high) << 64 | low); }
    Int128 publish(Arena& /*arena*/) const { return get(); }
};
template <>
struct Kept<Text> : KeptText {
    Text get() const { return text; }
    Text publish(Arena& arena) const {
        auto* bytes = static_cast<char*>(arena.take(text.size));
        if (text.size != 0) std::memcpy(bytes, text.data, text.size);
        return make_text(bytes, text.size);
    }
};

}  // namespace etl
