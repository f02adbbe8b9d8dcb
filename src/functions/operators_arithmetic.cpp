#include "data/time.hpp"
#include "expr/lift.hpp"
#include "expr/operands.hpp"

// + - * and the sign. / and %: operators_division.cpp.

namespace etl {
namespace {

struct Add {
    static bool apply(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_add_overflow(a, b, &out); }
    static bool apply(double a, double b, double& out) { return is_finite(out = a + b); }
    static bool apply(Int128 a, Int128 b, Int128& out) { return add_decimal(a, b, out); }
    template <typename Storage>
    static Storage plain(Storage a, Storage b) {
        return a + b;
    }
};
struct Subtract {
    static bool apply(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_sub_overflow(a, b, &out); }
    static bool apply(double a, double b, double& out) { return is_finite(out = a - b); }
    static bool apply(Int128 a, Int128 b, Int128& out) { return subtract_decimal(a, b, out); }
    template <typename Storage>
    static Storage plain(Storage a, Storage b) {
        return a - b;
    }
};
struct Multiply {
    static bool apply(std::int64_t a, std::int64_t b, std::int64_t& out) { return !__builtin_mul_overflow(a, b, &out); }
    static bool apply(double a, double b, double& out) { return is_finite(out = a * b); }
    static bool apply(Int128 a, Int128 b, Int128& out) { return multiply_decimal(a, b, out); }
};

template <typename Storage, typename Operation>
void checked_kernel(const Call& call, Column& out) {
    checked_pairs(
        call, call.in[0]->data<Storage>(), call.in[1]->data<Storage>(), take_values<Storage>(call, out),
        [](Storage a, Storage b, Storage& result) { return Operation::apply(a, b, result); },
        [](Storage, Storage) { return RowError::overflow; });
}

/// Both sides brought to the result's scale. Where the result's precision is under 38 it is wide enough for any values.
template <typename Operation>
void decimal_sum_kernel(const Call& call, Column& out) {
    const DecimalOperand a = decimal_operand(*call.in[0]);
    const DecimalOperand b = decimal_operand(*call.in[1]);
    const unsigned scale = call.result_type->scale;
    if (!call.result_type->is_wide_decimal()) {
        const auto a_factor = static_cast<std::int64_t>(kPowersOfTen[scale - a.scale]);
        const auto b_factor = static_cast<std::int64_t>(kPowersOfTen[scale - b.scale]);
        auto* values = take_values<std::int64_t>(call, out);
        for_each_pair(call.rows, a.data<std::int64_t>(), a.constant, b.data<std::int64_t>(), b.constant,
                      [=](std::uint32_t row, std::int64_t x, std::int64_t y) {
                          values[row] = Operation::plain(x * a_factor, y * b_factor);
                      });
        return;
    }
    auto* values = take_values<Int128>(call, out);
    const Int128 a_factor = kPowersOfTen[scale - a.scale];
    const Int128 b_factor = kPowersOfTen[scale - b.scale];
    const bool exact = call.result_type->precision < kMaxPrecision;
    with_storage(a, [&](const auto* as) {
        with_storage(b, [&](const auto* bs) {
            if (exact)
                for_each_pair(call.rows, as, a.constant, bs, b.constant, [=](std::uint32_t row, auto x, auto y) {
                    values[row] = Operation::plain(x * a_factor, y * b_factor);
                });
            else
                checked_pairs(
                    call, as, bs, values,
                    [=](auto x, auto y, Int128& result) {
                        Int128 left = 0, right = 0;
                        return multiply_decimal(x, a_factor, left) && multiply_decimal(y, b_factor, right) &&
                               Operation::apply(left, right, result);
                    },
                    [](auto, auto) { return RowError::overflow; });
        });
    });
}

void decimal_product_kernel(const Call& call, Column& out) {
    const DecimalOperand a = decimal_operand(*call.in[0]);
    const DecimalOperand b = decimal_operand(*call.in[1]);
    if (!call.result_type->is_wide_decimal()) {
        auto* values = take_values<std::int64_t>(call, out);
        for_each_pair(call.rows, a.data<std::int64_t>(), a.constant, b.data<std::int64_t>(), b.constant,
                      [=](std::uint32_t row, std::int64_t x, std::int64_t y) { values[row] = x * y; });
        return;
    }
    auto* values = take_values<Int128>(call, out);
    const bool exact = call.result_type->precision < kMaxPrecision;
    with_storage(a, [&](const auto* as) {
        with_storage(b, [&](const auto* bs) {
            if (exact)
                for_each_pair(call.rows, as, a.constant, bs, b.constant,
                              [=](std::uint32_t row, auto x, auto y) { values[row] = Int128{x} * y; });
            else
                checked_pairs(
                    call, as, bs, values, [](auto x, auto y, Int128& result) { return multiply_decimal(x, y, result); },
                    [](auto, auto) { return RowError::overflow; });
        });
    });
}

const DataType* sum_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    const DecimalShape a = decimal_shape(arguments[0]);
    const DecimalShape b = decimal_shape(arguments[1]);
    return decimal_of(std::max(a.whole(), b.whole()) + 1, std::max(a.scale, b.scale));
}

const DataType* product_type(std::span<const Argument> arguments, SourceSpan call, Diagnostics& diagnostics) {
    const DecimalShape a = decimal_shape(arguments[0]);
    const DecimalShape b = decimal_shape(arguments[1]);
    if (a.scale + b.scale > 18) {
        diagnostics.error(
            "E205", call,
            "the product would have " + std::to_string(a.scale + b.scale) + " places, at most 18 are kept",
            to_string(arguments[0].type) + " times " + to_string(arguments[1].type),
            {"round a side before: round(x, 2) * y"});
        return nullptr;
    }
    return decimal_of(a.precision + b.precision - a.scale - b.scale, a.scale + b.scale);
}

Checked<std::int64_t> negate_int(std::int64_t value) {
    if (value == INT64_MIN) return RowError::overflow;
    return -value;
}
double negate_float(double value) { return -value; }
Checked<Duration> negate_duration(Duration value) {
    if (value.us == INT64_MIN) return RowError::overflow;
    return Duration{-value.us};
}

void negate_decimal_kernel(const Call& call, Column& out) {
    with_storage(decimal_operand(*call.in[0]), [&](const auto* values) {
        using Storage = std::remove_cvref_t<decltype(*values)>;
        auto* negated = take_values<Storage>(call, out);
        for_each_value(call, values, [=](std::uint32_t row, Storage x) { negated[row] = -x; });
    });
}

bool is_timestamp(std::int64_t us) { return us >= kFirstTimestamp && us <= kLastTimestamp; }

Checked<Timestamp> add_duration(Timestamp time, Duration more) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(time.us, more.us, &sum) || !is_timestamp(sum)) return RowError::out_of_range;
    return Timestamp{sum};
}
Checked<Timestamp> duration_to_timestamp(Duration more, Timestamp time) { return add_duration(time, more); }
Checked<Timestamp> subtract_duration(Timestamp time, Duration less) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(time.us, less.us, &difference) || !is_timestamp(difference))
        return RowError::out_of_range;
    return Timestamp{difference};
}
/// A day is a day on a date: what is no whole number of days does not fit.
Checked<Date> add_days_of(Date date, Duration more) {
    if (more.us % kDay_us != 0) return RowError::no_whole_days;
    std::int32_t days = 0;
    if (!add_days(date.days, more.us / kDay_us, days)) return RowError::out_of_range;
    return Date{days};
}
Checked<Date> days_to_date(Duration more, Date date) { return add_days_of(date, more); }
Checked<Date> subtract_days_of(Date date, Duration less) {
    if (less.us == INT64_MIN) return RowError::out_of_range;
    return add_days_of(date, {-less.us});
}
Duration between_timestamps(Timestamp later, Timestamp earlier) { return {later.us - earlier.us}; }
Duration between_dates(Date later, Date earlier) {
    return {(std::int64_t{later.days} - std::int64_t{earlier.days}) * kDay_us};
}
template <typename Operation>
Checked<Duration> durations(Duration a, Duration b) {
    std::int64_t result = 0;
    if (!Operation::apply(a.us, b.us, result)) return RowError::overflow;
    return Duration{result};
}
Checked<Duration> duration_times(Duration duration, std::int64_t factor) {
    return durations<Multiply>(duration, {factor});
}
Checked<Duration> times_duration(std::int64_t factor, Duration duration) {
    return durations<Multiply>(duration, {factor});
}

constexpr Parameter kInts[] = {{"a", TypePattern::integer}, {"b", TypePattern::integer}};
constexpr Parameter kFloats[] = {{"a", TypePattern::floating}, {"b", TypePattern::floating}};
constexpr Parameter kDecimals[] = {{"a", TypePattern::decimal}, {"b", TypePattern::decimal}};
constexpr Parameter kIntDecimal[] = {{"a", TypePattern::integer}, {"b", TypePattern::decimal}};
constexpr Parameter kDecimalInt[] = {{"a", TypePattern::decimal}, {"b", TypePattern::integer}};
constexpr Parameter kTimestamps[] = {{"a", TypePattern::timestamp}, {"b", TypePattern::timestamp}};
constexpr Parameter kTimestampDuration[] = {{"a", TypePattern::timestamp}, {"b", TypePattern::duration}};
constexpr Parameter kDurationTimestamp[] = {{"a", TypePattern::duration}, {"b", TypePattern::timestamp}};
constexpr Parameter kDates[] = {{"a", TypePattern::date}, {"b", TypePattern::date}};
constexpr Parameter kDateDuration[] = {{"a", TypePattern::date}, {"b", TypePattern::duration}};
constexpr Parameter kDurationDate[] = {{"a", TypePattern::duration}, {"b", TypePattern::date}};
constexpr Parameter kDurations[] = {{"a", TypePattern::duration}, {"b", TypePattern::duration}};
constexpr Parameter kDurationInt[] = {{"a", TypePattern::duration}, {"b", TypePattern::integer}};
constexpr Parameter kIntDuration[] = {{"a", TypePattern::integer}, {"b", TypePattern::duration}};

constexpr Overload kAddOverloads[] = {
    {kInts, gives<TypeKind::integer>, checked_kernel<std::int64_t, Add>},
    {kFloats, gives<TypeKind::floating>, checked_kernel<double, Add>},
    {kDecimals, sum_type, decimal_sum_kernel<Add>},
    {kIntDecimal, sum_type, decimal_sum_kernel<Add>},
    {kDecimalInt, sum_type, decimal_sum_kernel<Add>},
    lift<add_duration>(kTimestampDuration),
    lift<duration_to_timestamp>(kDurationTimestamp),
    lift<add_days_of>(kDateDuration),
    lift<days_to_date>(kDurationDate),
    lift<durations<Add>>(kDurations),
};
constexpr Example kAddExamples[] = {
    {"1 + 2", "3"},
    {"1.50 + 2", "3.50"},
    {"9223372036854775807 + 1", "error: overflow"},
    {R"(date("2024-02-28") + 2d)", R"(date("2024-03-01"))"},
    {R"(timestamp("2024-01-31T23:30:00Z") + 45m)", R"(timestamp("2024-02-01T00:15:00Z"))"},
};
constexpr FunctionSpec kAdd{.name = "+",
                            .category = "operator",
                            .summary = "The sum of numbers; a date or timestamp and a duration.",
                            .overloads = kAddOverloads,
                            .examples = kAddExamples};
const Registration<FunctionSpec> kAddRegistration{kAdd};

constexpr Overload kSubtractOverloads[] = {
    {kInts, gives<TypeKind::integer>, checked_kernel<std::int64_t, Subtract>},
    {kFloats, gives<TypeKind::floating>, checked_kernel<double, Subtract>},
    {kDecimals, sum_type, decimal_sum_kernel<Subtract>},
    {kIntDecimal, sum_type, decimal_sum_kernel<Subtract>},
    {kDecimalInt, sum_type, decimal_sum_kernel<Subtract>},
    lift<subtract_duration>(kTimestampDuration),
    lift<subtract_days_of>(kDateDuration),
    lift<durations<Subtract>>(kDurations),
    lift<between_dates>(kDates),
    lift<between_timestamps>(kTimestamps),
};
constexpr Example kSubtractExamples[] = {
    {"1 - 2", "-1"},
    {"1.5 - 0.25", "1.25"},
    {R"(date("2024-03-01") - date("2024-02-28"))", "2d"},
    {R"(timestamp("2024-01-01T10:00:00Z") - 90m)", R"(timestamp("2024-01-01T08:30:00Z"))"},
};
constexpr FunctionSpec kSubtract{.name = "-",
                                 .category = "operator",
                                 .summary = "The difference of numbers; the duration between two dates or timestamps.",
                                 .overloads = kSubtractOverloads,
                                 .examples = kSubtractExamples};
const Registration<FunctionSpec> kSubtractRegistration{kSubtract};

constexpr Overload kMultiplyOverloads[] = {
    {kInts, gives<TypeKind::integer>, checked_kernel<std::int64_t, Multiply>},
    {kFloats, gives<TypeKind::floating>, checked_kernel<double, Multiply>},
    {kDecimals, product_type, decimal_product_kernel},
    {kIntDecimal, product_type, decimal_product_kernel},
    {kDecimalInt, product_type, decimal_product_kernel},
    lift<duration_times>(kDurationInt),
    lift<times_duration>(kIntDuration),
};
constexpr Example kMultiplyExamples[] = {
    {"6 * 7", "42"},
    {"1.20 * 0.5", "0.600"},
    {"3 * 1h30m", "4h30m"},
};
constexpr FunctionSpec kMultiply{
    .name = "*",
    .category = "operator",
    .summary = "The product of numbers; decimals have as many places as both sides together.",
    .overloads = kMultiplyOverloads,
    .examples = kMultiplyExamples};
const Registration<FunctionSpec> kMultiplyRegistration{kMultiply};

constexpr Parameter kInt[] = {{"a", TypePattern::integer}};
constexpr Parameter kFloat[] = {{"a", TypePattern::floating}};
constexpr Parameter kDecimal[] = {{"a", TypePattern::decimal}};
constexpr Parameter kDuration[] = {{"a", TypePattern::duration}};
constexpr Overload kNegateOverloads[] = {
    lift<negate_int>(kInt),
    lift<negate_float>(kFloat),
    {kDecimal, gives_argument<>, negate_decimal_kernel},
    lift<negate_duration>(kDuration),
};
constexpr Example kNegateExamples[] = {{"-(1 + 2)", "-3"}, {"-1.50", "-1.50"}};
constexpr FunctionSpec kNegate{.name = "-x",
                               .category = "operator",
                               .summary = "A number or duration with the other sign.",
                               .overloads = kNegateOverloads,
                               .examples = kNegateExamples};
const Registration<FunctionSpec> kNegateRegistration{kNegate};

}  // namespace
}  // namespace etl
