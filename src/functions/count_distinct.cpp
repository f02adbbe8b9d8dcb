#include <bit>

#include "data/compare.hpp"
#include "data/key.hpp"
#include "expr/aggregate_rows.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr std::uint32_t kFirstSlots = 8;

/// How values of a kind are kept in a table, told apart and hashed.
template <typename Stored>
struct Distinct {
    using Slot = Stored;
    static std::uint64_t hash(Stored value) {
        const auto bits = static_cast<std::uint64_t>(value) * 0x9E3779B97F4A7C15ULL;
        return bits ^ (bits >> 32);
    }
    static bool equal(Stored a, Stored b) { return a == b; }
    static Stored keep(Stored value, Arena& /*arena*/) { return value; }
};
/// -0.0 is 0.0, not-a-number itself.
template <>
struct Distinct<double> {
    using Slot = double;
    static std::uint64_t hash(double value) {
        if (value != value) return 0;
        return Distinct<std::uint64_t>::hash(std::bit_cast<std::uint64_t>(value + 0.0));
    }
    static bool equal(double a, double b) { return compare_floats(a, b) == 0; }
    static double keep(double value, Arena& /*arena*/) { return value; }
};
template <>
struct Distinct<Int128> {
    using Slot = Kept<Int128>;
    static std::uint64_t hash(Int128 value) {
        return Distinct<std::uint64_t>::hash(static_cast<std::uint64_t>(value) ^
                                             static_cast<std::uint64_t>(value >> 64) * 31);
    }
    static std::uint64_t hash(const Slot& slot) { return hash(slot.get()); }
    static bool equal(const Slot& a, Int128 b) { return a.get() == b; }
    static Slot keep(Int128 value, Arena& arena) {
        Slot slot;
        slot.keep(value, arena);
        return slot;
    }
};
template <>
struct Distinct<Text> {
    using Slot = Text;
    static std::uint64_t hash(const Text& value) { return hash_bytes(value.data, value.size); }
    static bool equal(const Text& a, const Text& b) { return equal_texts(a, b); }
    static Text keep(const Text& value, Arena& arena) {
        auto* bytes = static_cast<char*>(arena.take(value.size));
        if (value.size != 0) std::memcpy(bytes, value.data, value.size);
        return make_text(bytes, value.size);
    }
};

/// The values of one group: a table in the arena that doubles when it is half full.
template <typename Stored>
struct DistinctSet {
    using Slot = typename Distinct<Stored>::Slot;
    Slot* slots = nullptr;
    std::uint8_t* used = nullptr;
    std::uint32_t capacity = 0;
    std::uint32_t count = 0;

    void add(const Stored& value, Arena& arena) {
        if (2 * count >= capacity) grow(arena);
        const std::uint32_t place = place_of(value);
        if (used[place] != 0) return;
        used[place] = 1;
        slots[place] = Distinct<Stored>::keep(value, arena);
        ++count;
    }

    std::uint32_t place_of(const Stored& value) const {
        auto place = static_cast<std::uint32_t>(Distinct<Stored>::hash(value)) & (capacity - 1);
        while (used[place] != 0 && !Distinct<Stored>::equal(slots[place], value)) place = (place + 1) & (capacity - 1);
        return place;
    }

    void grow(Arena& arena) {
        const DistinctSet old = *this;
        capacity = capacity == 0 ? kFirstSlots : 2 * capacity;
        slots = arena.array<Slot>(capacity);
        used = arena.array<std::uint8_t>(capacity);
        std::memset(used, 0, capacity);
        for (std::uint32_t i = 0; i < old.capacity; ++i) {
            if (old.used[i] == 0) continue;
            auto place = static_cast<std::uint32_t>(Distinct<Stored>::hash(old.slots[i])) & (capacity - 1);
            while (used[place] != 0) place = (place + 1) & (capacity - 1);
            used[place] = 1;
            slots[place] = old.slots[i];
        }
    }
};

template <typename Stored>
void update(const AggregateCall& call) {
    update_states<DistinctSet<Stored>, Stored>(
        call, [&](DistinctSet<Stored>& set, const Stored& value, std::uint32_t) { set.add(value, call.arena); });
}
template <typename Stored>
void merge(char* into, const char* from, Arena& arena) {
    const auto& other = state_of<DistinctSet<Stored>>(from, 0, 0);
    auto& set = state_of<DistinctSet<Stored>>(into, 0, 0);
    for (std::uint32_t i = 0; i < other.capacity; ++i) {
        if (other.used[i] == 0) continue;
        if constexpr (std::is_same_v<Stored, Int128>)
            set.add(other.slots[i].get(), arena);
        else
            set.add(other.slots[i], arena);
    }
}
template <typename Stored>
AggregateStatus finish(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                       Arena& arena, Column& out, std::uint32_t* /*bad_group*/) {
    finish_states<DistinctSet<Stored>, std::int64_t>(
        states, stride, count, arena, out, [](const DistinctSet<Stored>& set, std::uint32_t, std::int64_t& value) {
            value = set.count;
            return true;
        });
    return AggregateStatus::ok;
}

/// The values, one behind the other; a text has its size before it.
template <typename Stored>
void save(const char* state, std::string& saved) {
    const auto& set = state_of<DistinctSet<Stored>>(state, 0, 0);
    for (std::uint32_t i = 0; i < set.capacity; ++i) {
        if (set.used[i] == 0) continue;
        if constexpr (std::is_same_v<Stored, Text>) {
            saved.append(reinterpret_cast<const char*>(&set.slots[i].size), sizeof(std::uint32_t));
            if (set.slots[i].size != 0) saved.append(set.slots[i].data, set.slots[i].size);
        } else {
            saved.append(reinterpret_cast<const char*>(&set.slots[i]), sizeof set.slots[i]);
        }
    }
}
template <typename Stored>
void load(char* state, std::string_view saved, Arena& arena) {
    auto& set = state_of<DistinctSet<Stored>>(state, 0, 0);
    for (std::size_t at = 0; at < saved.size();) {
        if constexpr (std::is_same_v<Stored, Text>) {
            std::uint32_t size;
            std::memcpy(&size, saved.data() + at, sizeof size);
            set.add(make_text(saved.data() + at + sizeof size, size), arena);
            at += sizeof size + size;
        } else {
            typename DistinctSet<Stored>::Slot slot;
            std::memcpy(&slot, saved.data() + at, sizeof slot);
            if constexpr (std::is_same_v<Stored, Int128>)
                set.add(slot.get(), arena);
            else
                set.add(slot, arena);
            at += sizeof slot;
        }
    }
}

constexpr auto kOverloads = overloads_of_one_value(
    []<typename Stored>(std::span<const Parameter> parameters, decltype(AggregateOverload::takes) takes) {
        return AggregateOverload{.parameters = parameters,
                                 .result = gives<TypeKind::integer>,
                                 .state_bytes = sizeof(DistinctSet<Stored>),
                                 .init = init_state<DistinctSet<Stored>>,
                                 .update = update<Stored>,
                                 .merge = merge<Stored>,
                                 .finish = finish<Stored>,
                                 .null_over_nothing = false,
                                 .takes = takes,
                                 .save = save<Stored>,
                                 .load = load<Stored>};
    });
constexpr Example kExamples[] = {{R"(count_distinct(["a", "b", "a", null]))", "2"}};
constexpr AggregateSpec kSpec{.name = "count_distinct",
                              .summary = "How many different values there are, nulls not counted.",
                              .overloads = kOverloads,
                              .examples = kExamples};
const Registration<AggregateSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
