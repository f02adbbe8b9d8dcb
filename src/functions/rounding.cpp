#include <cmath>

#include "data/time.hpp"
#include "expr/lift.hpp"
#include "expr/operands.hpp"

// round, round_even, ceil and floor.

namespace etl {
namespace {

constexpr std::int64_t kMostPlaces = 38;

std::int64_t places_of(const Argument& places) {
    const auto* value = std::get_if<std::int64_t>(&places.constant->data);
    return value == nullptr ? 0 : *value;
}

/// The places asked for, at the check; nothing after a diagnostic.
std::optional<int> checked_places(std::span<const Argument> arguments, Diagnostics& diagnostics) {
    if (arguments.size() < 2) return 0;
    const std::int64_t places = places_of(arguments[1]);
    if (places >= -kMostPlaces && places <= kMostPlaces) return static_cast<int>(places);
    diagnostics.error("E206", arguments[1].span, "the places to round to are -38 to 38");
    return std::nullopt;
}

/// decimal(p, s) rounded to n places: one digit more before the point, for 9.99 becomes 10.0.
const DataType* rounded_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& diagnostics) {
    const std::optional<int> places = checked_places(arguments, diagnostics);
    if (!places.has_value()) return nullptr;
    if (!arguments[0].type->is(TypeKind::decimal)) return with_nullable(arguments[0].type, false);
    const unsigned scale = *places < 0 ? 0 : static_cast<unsigned>(*places);
    return decimal_of(decimal_shape(arguments[0]).whole() + 1, scale);
}

struct Places {
    int places = 0;
};
std::shared_ptr<const void> prepare_places(std::span<const Argument> arguments, const DataType* /*result*/,
                                           PrepareContext& /*context*/, Diagnostics& diagnostics) {
    return std::make_shared<Places>(Places{checked_places(arguments, diagnostics).value_or(0)});
}

template <Rounding How>
std::int64_t divide_narrow(std::int64_t value, std::int64_t divisor) {
    std::int64_t quotient = value / divisor;
    const std::int64_t rest = value - quotient * divisor;
    if constexpr (How == Rounding::half_away) return (value + (value < 0 ? -(divisor / 2) : divisor / 2)) / divisor;
    if constexpr (How == Rounding::half_even) {
        const std::int64_t twice = 2 * (rest < 0 ? -rest : rest);
        if (twice > divisor || (twice == divisor && (quotient & 1) != 0)) quotient += value < 0 ? -1 : 1;
    }
    if constexpr (How == Rounding::down) quotient -= rest < 0 ? 1 : 0;
    if constexpr (How == Rounding::up) quotient += rest > 0 ? 1 : 0;
    return quotient;
}

/// A constant divisor is a multiplication: the usual ones have a loop of their own.
template <Rounding How>
void divide_rows(const Call& call, const std::int64_t* values, std::int64_t divisor, std::int64_t* out) {
    const auto by = [&](auto constant) {
        for_each_value(call, values, [=](std::uint32_t row, std::int64_t value) {
            out[row] = divide_narrow<How>(value, constant());
        });
    };
    switch (divisor) {
        case 10: return by([] { return std::int64_t{10}; });
        case 100: return by([] { return std::int64_t{100}; });
        case 1000: return by([] { return std::int64_t{1000}; });
        case 10000: return by([] { return std::int64_t{10000}; });
        default: return by([divisor] { return divisor; });
    }
}

template <Rounding How>
void round_decimal_kernel(const Call& call, Column& out) {
    const DecimalOperand from = decimal_operand(*call.in[0]);
    const int places = call.prepared == nullptr ? 0 : static_cast<const Places*>(call.prepared)->places;
    const unsigned scale = call.result_type->scale;
    const bool narrow = !from.wide && !call.result_type->is_wide_decimal();
    if (narrow && places >= 0 && scale < from.scale)
        return divide_rows<How>(call, from.data<std::int64_t>(),
                                static_cast<std::int64_t>(kPowersOfTen[from.scale - scale]),
                                take_values<std::int64_t>(call, out));
    const auto round = [&](auto* values) {
        using Storage = std::remove_cvref_t<decltype(*values)>;
        with_storage(from, [&](const auto* in) {
            using From = std::remove_cvref_t<decltype(*in)>;
            checked_values(
                call, in, values,
                [&](From value, Storage& result) {
                    Int128 wide = 0;
                    if (!round_decimal(value, from.scale, places, scale, How, wide) ||
                        !fits_precision(wide, call.result_type->precision))
                        return false;
                    result = static_cast<Storage>(wide);
                    return true;
                },
                RowError::overflow);
        });
    };
    if (call.result_type->is_wide_decimal())
        round(take_values<Int128>(call, out));
    else
        round(take_values<std::int64_t>(call, out));
}

template <Rounding How>
void round_int_kernel(const Call& call, Column& out) {
    const int places = call.prepared == nullptr ? 0 : static_cast<const Places*>(call.prepared)->places;
    checked_values(
        call, call.in[0]->data<std::int64_t>(), take_values<std::int64_t>(call, out),
        [=](std::int64_t value, std::int64_t& result) {
            result = value;
            if (places >= 0) return true;
            Int128 rounded = 0;
            if (!round_decimal(value, 0, places, 0, How, rounded) || rounded > INT64_MAX || rounded < INT64_MIN)
                return false;
            result = static_cast<std::int64_t>(rounded);
            return true;
        },
        RowError::overflow);
}

/// Of the float's exact value; one too great to have places stays as it is.
template <Rounding How>
double round_to(double value, int places) {
    if (!is_finite(value)) return value;
    const int scale = places < 0 ? 0 : places;
    Int128 exact = 0;
    if (!decimal_from_double(value, static_cast<unsigned>(scale), How, exact)) return value;
    if (places >= 0) return decimal_to_double(exact, static_cast<unsigned>(scale));
    if (!decimal_from_double(value, 0, Rounding::toward_zero, exact)) return value;
    return round_decimal(exact, 0, places, 0, How, exact) ? decimal_to_double(exact, 0) : value;
}

template <Rounding How>
void round_float_kernel(const Call& call, Column& out) {
    const int places = call.prepared == nullptr ? 0 : static_cast<const Places*>(call.prepared)->places;
    auto* values = take_values<double>(call, out);
    for_each_value(call, call.in[0]->data<double>(), [=](std::uint32_t row, double value) {
        if (places == 0 && How == Rounding::half_away)
            values[row] = std::round(value);
        else if (places == 0 && How == Rounding::down)
            values[row] = std::floor(value);
        else if (places == 0 && How == Rounding::up)
            values[row] = std::ceil(value);
        else
            values[row] = round_to<How>(value, places);
    });
}

struct Zone {
    TimeZone zone;
};
std::shared_ptr<const void> prepare_zone(std::span<const Argument> arguments, const DataType* /*result*/,
                                         PrepareContext& context, Diagnostics& diagnostics) {
    const auto* step = std::get_if<std::int64_t>(&arguments[1].constant->data);
    if (step != nullptr && *step > 0) return std::make_shared<Zone>(Zone{*TimeZone::find(context.timezone())});
    diagnostics.error("E206", arguments[1].span, "the step is longer than 0s");
    return nullptr;
}
std::shared_ptr<const void> prepare_days(std::span<const Argument> arguments, const DataType* /*result*/,
                                         PrepareContext& /*context*/, Diagnostics& diagnostics) {
    const auto* step = std::get_if<std::int64_t>(&arguments[1].constant->data);
    if (step == nullptr || *step <= 0 || *step % kDay_us != 0)
        diagnostics.error("E206", arguments[1].span, "the step of a date is whole days: 1d, 7d");
    return nullptr;
}
Checked<Timestamp> floor_time(Timestamp time, Duration step, const Zone& zone) {
    const std::int64_t start = floor_timestamp(time.us, step.us, zone.zone);
    if (start < kFirstTimestamp) return RowError::out_of_range;
    return Timestamp{start};
}
Checked<Date> floor_day(Date date, Duration step) {
    const std::int32_t start = floor_date(date.days, step.us);
    if (start < kFirstDate) return RowError::out_of_range;
    return Date{start};
}

constexpr Parameter kPlacesParameter{.name = "places",
                                     .pattern = TypePattern::integer,
                                     .summary = "Behind the point, 0 unless said; negative: before it.",
                                     .constant = true,
                                     .optional = true};
constexpr Parameter kInt[] = {{"value", TypePattern::integer}, kPlacesParameter};
constexpr Parameter kDecimal[] = {{"value", TypePattern::decimal}, kPlacesParameter};
constexpr Parameter kFloat[] = {{"value", TypePattern::floating}, kPlacesParameter};

template <Rounding How>
constexpr Overload kRoundOverloads[] = {
    {kInt, rounded_type, round_int_kernel<How>, prepare_places},
    {kDecimal, rounded_type, round_decimal_kernel<How>, prepare_places},
    {kFloat, rounded_type, round_float_kernel<How>, prepare_places},
};
constexpr Example kRoundExamples[] = {
    {"round(2.345, 2)", "2.35"}, {"round(-2.5)", "-3"}, {"round(1234, -2)", "1200"}, {"round(2.5e-1, 1)", "0.3"}};
constexpr FunctionSpec kRound{.name = "round",
                              .category = "number",
                              .summary = "Rounds to a number of places, half away from zero.",
                              .overloads = kRoundOverloads<Rounding::half_away>,
                              .examples = kRoundExamples};
const Registration<FunctionSpec> kRoundRegistration{kRound};

constexpr Example kRoundEvenExamples[] = {
    {"round_even(2.345, 2)", "2.34"}, {"round_even(2.5)", "2"}, {"round_even(3.5)", "4"}};
constexpr FunctionSpec kRoundEven{.name = "round_even",
                                  .category = "number",
                                  .summary = "Rounds to a number of places, half to the even digit.",
                                  .overloads = kRoundOverloads<Rounding::half_even>,
                                  .examples = kRoundEvenExamples};
const Registration<FunctionSpec> kRoundEvenRegistration{kRoundEven};

constexpr Parameter kOneInt[] = {{"value", TypePattern::integer}};
constexpr Parameter kOneDecimal[] = {{"value", TypePattern::decimal}};
constexpr Parameter kOneFloat[] = {{"value", TypePattern::floating}};
constexpr Overload kCeilOverloads[] = {
    {kOneInt, rounded_type, round_int_kernel<Rounding::up>},
    {kOneDecimal, rounded_type, round_decimal_kernel<Rounding::up>},
    {kOneFloat, rounded_type, round_float_kernel<Rounding::up>},
};
constexpr Example kCeilExamples[] = {{"ceil(2.1)", "3"}, {"ceil(-2.9)", "-2"}, {"ceil(1e1)", "10.0"}};
constexpr FunctionSpec kCeil{.name = "ceil",
                             .category = "number",
                             .summary = "The least whole number that is not below a number.",
                             .overloads = kCeilOverloads,
                             .examples = kCeilExamples};
const Registration<FunctionSpec> kCeilRegistration{kCeil};

constexpr Parameter kStepParameter{.name = "step",
                                   .pattern = TypePattern::duration,
                                   .summary = "15m, 1h, 1d; multiples of a day count from a Monday.",
                                   .constant = true};
constexpr Parameter kTimeStep[] = {{"value", TypePattern::timestamp}, kStepParameter};
constexpr Parameter kDateStep[] = {{"value", TypePattern::date}, kStepParameter};
constexpr Overload kFloorOverloads[] = {
    {kOneInt, rounded_type, round_int_kernel<Rounding::down>},
    {kOneDecimal, rounded_type, round_decimal_kernel<Rounding::down>},
    {kOneFloat, rounded_type, round_float_kernel<Rounding::down>},
    lift<floor_time>(kTimeStep, prepare_zone),
    lift<floor_day>(kDateStep, prepare_days),
};
constexpr Example kFloorExamples[] = {
    {"floor(2.9)", "2"},
    {"floor(-2.1)", "-3"},
    {R"(floor(timestamp("2024-01-31T10:44:00Z"), 15m))", R"(timestamp("2024-01-31T10:30:00Z"))"},
    {R"(floor(date("2024-01-31"), 7d))", R"(date("2024-01-29"))"},
};
constexpr FunctionSpec kFloor{
    .name = "floor",
    .category = "number",
    .summary = "The greatest whole number that is not above a number; the start of the step that a time lies in.",
    .overloads = kFloorOverloads,
    .examples = kFloorExamples};
const Registration<FunctionSpec> kFloorRegistration{kFloor};

}  // namespace
}  // namespace etl
