#include "expr/aggregate_rows.hpp"
#include "expr/exact_sum.hpp"
#include "expr/operands.hpp"

// sum and avg: exact while they add up, so that neither the order of rows nor workers change them.

namespace etl {
namespace {

/// Of values of 64 bits.
struct NarrowSum {
    std::uint64_t low = 0;
    std::int64_t high = 0;
    std::int64_t count = 0;

    void add(Int128 value) {
        const Int128 sum = get() + value;
        low = static_cast<std::uint64_t>(sum);
        high = static_cast<std::int64_t>(sum >> 64);
    }
    void add(const NarrowSum& other) {
        add(other.get());
        count += other.count;
    }
    Int128 get() const { return static_cast<Int128>(static_cast<UInt128>(high) << 64 | low); }
    bool total(Int128& value) const {
        value = get();
        return fits_precision(value, kMaxPrecision);
    }
};

/// Of values of 128 bits: in between the sum may be greater than a decimal.
struct WideSum {
    std::uint64_t low = 0;
    std::uint64_t middle = 0;
    std::int64_t high = 0;
    std::int64_t count = 0;

    void add(Int128 value) { add(static_cast<UInt128>(value), value < 0 ? -1 : 0); }
    void add(const WideSum& other) {
        add(static_cast<UInt128>(other.middle) << 64 | other.low, other.high);
        count += other.count;
    }
    bool total(Int128& value) const {
        const UInt128 size = static_cast<UInt128>(middle) << 64 | low;
        value = static_cast<Int128>(size);
        return high == (value < 0 ? -1 : 0) && fits_precision(value, kMaxPrecision);
    }

  private:
    void add(UInt128 lower, std::int64_t upper) {
        const UInt128 before = static_cast<UInt128>(middle) << 64 | low;
        const UInt128 sum = before + lower;
        low = static_cast<std::uint64_t>(sum);
        middle = static_cast<std::uint64_t>(sum >> 64);
        high += upper + (sum < before ? 1 : 0);
    }
};

template <typename Sum, typename Stored>
void update(const AggregateCall& call) {
    update_states<Sum, Stored>(call, [](Sum& state, Stored value, std::uint32_t) {
        state.add(value);
        ++state.count;
    });
}
template <typename Sum>
void merge(char* into, const char* from, Arena& /*arena*/) {
    state_of<Sum>(into, 0, 0).add(state_of<Sum>(from, 0, 0));
}

struct FloatSum {
    ExactSum sum;
    std::int64_t count = 0;
};
void update_floats(const AggregateCall& call) {
    update_states<FloatSum, double>(call, [&](FloatSum& state, double value, std::uint32_t) {
        state.sum.add(value, call.arena);
        ++state.count;
    });
}
void merge_floats(char* into, const char* from, Arena& arena) {
    const auto& other = state_of<FloatSum>(from, 0, 0);
    state_of<FloatSum>(into, 0, 0).sum.add(other.sum, arena);
    state_of<FloatSum>(into, 0, 0).count += other.count;
}

void save_floats(const char* state, std::string& saved) {
    const auto& sum = state_of<FloatSum>(state, 0, 0);
    saved.append(reinterpret_cast<const char*>(&sum.count), sizeof sum.count);
    sum.sum.save(saved);
}
void load_floats(char* state, std::string_view saved, Arena& arena) {
    auto& sum = state_of<FloatSum>(state, 0, 0);
    std::memcpy(&sum.count, saved.data(), sizeof sum.count);
    sum.sum.load(saved.substr(sizeof sum.count), arena);
}

/// result(total, count, value) is false where it does not fit.
template <typename Sum, typename Stored, typename Result>
AggregateStatus finish_sums(const char* states, std::size_t stride, std::uint32_t count, Arena& arena, Column& out,
                            std::uint32_t* bad_group, Result&& result) {
    AggregateStatus status = AggregateStatus::ok;
    finish_states<Sum, Stored>(states, stride, count, arena, out,
                               [&](const Sum& state, std::uint32_t group, Stored& value) {
                                   if (state.count == 0) return false;
                                   if (!result(state, value) && status == AggregateStatus::ok) {
                                       status = AggregateStatus::overflow;
                                       *bad_group = group;
                                   }
                                   return true;
                               });
    return status;
}

AggregateStatus finish_int_sum(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                               Arena& arena, Column& out, std::uint32_t* bad_group) {
    return finish_sums<NarrowSum, std::int64_t>(states, stride, count, arena, out, bad_group,
                                                [](const NarrowSum& state, std::int64_t& value) {
                                                    const Int128 total = state.get();
                                                    value = static_cast<std::int64_t>(total);
                                                    return total == value;
                                                });
}

template <typename Sum>
AggregateStatus finish_decimal_sum(const char* states, std::size_t stride, std::uint32_t count,
                                   const void* /*prepared*/, Arena& arena, Column& out, std::uint32_t* bad_group) {
    return finish_sums<Sum, Int128>(states, stride, count, arena, out, bad_group,
                                    [](const Sum& state, Int128& value) { return state.total(value); });
}

/// How many places the average of an argument has more than the argument.
struct MorePlaces {
    unsigned places = 0;
};
template <typename Sum>
AggregateStatus finish_average(const char* states, std::size_t stride, std::uint32_t count, const void* prepared,
                               Arena& arena, Column& out, std::uint32_t* bad_group) {
    const unsigned places = static_cast<const MorePlaces*>(prepared)->places;
    return finish_sums<Sum, Int128>(states, stride, count, arena, out, bad_group, [=](const Sum& state, Int128& value) {
        Int128 total = 0;
        return state.total(total) && divide_decimal(total, 0, state.count, 0, places, Rounding::half_away, value);
    });
}

AggregateStatus finish_float_sum(const char* states, std::size_t stride, std::uint32_t count, const void* /*prepared*/,
                                 Arena& arena, Column& out, std::uint32_t* bad_group) {
    return finish_sums<FloatSum, double>(states, stride, count, arena, out, bad_group,
                                         [](const FloatSum& state, double& value) {
                                             value = state.sum.value();
                                             return is_finite(value);
                                         });
}
AggregateStatus finish_float_average(const char* states, std::size_t stride, std::uint32_t count,
                                     const void* /*prepared*/, Arena& arena, Column& out, std::uint32_t* bad_group) {
    return finish_sums<FloatSum, double>(states, stride, count, arena, out, bad_group,
                                         [](const FloatSum& state, double& value) {
                                             value = state.sum.value() / static_cast<double>(state.count);
                                             return is_finite(value);
                                         });
}

constexpr unsigned kAverageScale = 6;  // the least, as of a quotient

const DataType* sum_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    const DataType* type = arguments[0].type;
    return type->is(TypeKind::decimal) ? decimal_type(kMaxPrecision, type->scale, type->nullable) : type;
}
const DataType* average_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    const DataType* type = arguments[0].type;
    if (type->is(TypeKind::floating)) return type;
    return decimal_type(kMaxPrecision, std::max(kAverageScale, decimal_shape(arguments[0]).scale), type->nullable);
}
std::shared_ptr<const void> prepare_average(std::span<const Argument> arguments, const DataType* result,
                                            PrepareContext& /*context*/, Diagnostics& /*diagnostics*/) {
    return std::make_shared<MorePlaces>(MorePlaces{result->scale - decimal_shape(arguments[0]).scale});
}

constexpr Parameter kInt[] = {{"value", TypePattern::integer}};
constexpr Parameter kDecimal[] = {{"value", TypePattern::decimal}};
constexpr Parameter kFloat[] = {{"value", TypePattern::floating}};

using Finish = decltype(AggregateOverload::finish);

template <typename Sum, typename Stored>
constexpr AggregateOverload overload(std::span<const Parameter> parameters, ResultType result, Finish finish,
                                     Prepare prepare = nullptr) {
    return {.parameters = parameters,
            .result = result,
            .state_bytes = sizeof(Sum),
            .init = init_state<Sum>,
            .update = update<Sum, Stored>,
            .merge = merge<Sum>,
            .finish = finish,
            .prepare = prepare,
            .takes = std::is_same_v<Sum, NarrowSum> ? is_narrow : nullptr};
}
constexpr AggregateOverload float_overload(Finish finish) {
    return {.parameters = kFloat,
            .result = gives_same,
            .state_bytes = sizeof(FloatSum),
            .init = init_state<FloatSum>,
            .update = update_floats,
            .merge = merge_floats,
            .finish = finish,
            .save = save_floats,
            .load = load_floats};
}

constexpr AggregateOverload kSumOverloads[] = {
    overload<NarrowSum, std::int64_t>(kInt, sum_type, finish_int_sum),
    float_overload(finish_float_sum),
    overload<NarrowSum, std::int64_t>(kDecimal, sum_type, finish_decimal_sum<NarrowSum>),
    overload<WideSum, Int128>(kDecimal, sum_type, finish_decimal_sum<WideSum>),
};
constexpr Example kSumExamples[] = {
    {"sum([1, 2, null])", "3"}, {"sum([1.50, 2.25])", "3.75"}, {"sum([1e16, 1e0, -1e16])", "1.0"}};
constexpr AggregateSpec kSum{.name = "sum",
                             .summary = "The sum of the values that are not null; null over nothing.",
                             .overloads = kSumOverloads,
                             .examples = kSumExamples};
const Registration<AggregateSpec> kSumRegistration{kSum};

constexpr AggregateOverload kAverageOverloads[] = {
    overload<NarrowSum, std::int64_t>(kInt, average_type, finish_average<NarrowSum>, prepare_average),
    float_overload(finish_float_average),
    overload<NarrowSum, std::int64_t>(kDecimal, average_type, finish_average<NarrowSum>, prepare_average),
    overload<WideSum, Int128>(kDecimal, average_type, finish_average<WideSum>, prepare_average),
};
constexpr Example kAverageExamples[] = {{"avg([1, 2, null])", "1.500000"}, {"avg([1e0, 2e0])", "1.5"}};
constexpr AggregateSpec kAverage{
    .name = "avg",
    .summary = "The average of the values that are not null, rounded as a quotient; null over nothing.",
    .overloads = kAverageOverloads,
    .examples = kAverageExamples};
const Registration<AggregateSpec> kAverageRegistration{kAverage};

}  // namespace
}  // namespace etl
