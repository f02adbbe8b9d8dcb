#include <cmath>

#include "expr/lift.hpp"
#include "expr/operands.hpp"

// /, % and div.

namespace etl {
namespace {

constexpr unsigned kQuotientScale = 6;  // the least

template <typename Storage>
RowError why_not_divided(Storage divisor) {
    return divisor == 0 ? RowError::division_by_zero : RowError::overflow;
}

const DataType* quotient_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    const DecimalShape a = decimal_shape(arguments[0]);
    const DecimalShape b = decimal_shape(arguments[1]);
    return decimal_type(kMaxPrecision, std::max({kQuotientScale, a.scale, b.scale}));
}

/// For sides of 64 bits: the numerator brought to the scale that makes the whole quotient the result. `shift`: how many
/// digits that takes, at most 37 less the numerator's, so that nothing overflows.
class NarrowDivision {
  public:
    explicit NarrowDivision(unsigned shift) : factor_(kPowersOfTen[shift]), fits_(shift <= 18) {
        if (fits_) small_factor_ = static_cast<std::int64_t>(factor_);
    }
    bool operator()(std::int64_t a, std::int64_t b, Int128& quotient) const {
        if (b == 0) return false;
        std::int64_t numerator = 0;
        if (fits_ && !__builtin_mul_overflow(a, small_factor_, &numerator) && numerator != INT64_MIN &&
            b != INT64_MIN) {
            quotient = away<std::int64_t, std::uint64_t>(numerator, b);
        } else {
            quotient = away<Int128, UInt128>(a * factor_, b);
        }
        return true;
    }

  private:
    template <typename Signed, typename Unsigned>
    static Signed away(Signed numerator, Signed divisor) {
        const Unsigned size = numerator < 0 ? -static_cast<Unsigned>(numerator) : static_cast<Unsigned>(numerator);
        const Unsigned by = divisor < 0 ? -static_cast<Unsigned>(divisor) : static_cast<Unsigned>(divisor);
        Unsigned quotient = size / by;
        if (const Unsigned rest = size - quotient * by; rest >= by - rest) ++quotient;
        const auto result = static_cast<Signed>(quotient);
        return (numerator < 0) != (divisor < 0) ? -result : result;
    }
    Int128 factor_;
    std::int64_t small_factor_ = 0;
    bool fits_;
};

void quotient_kernel(const Call& call, Column& out) {
    const DecimalOperand a = decimal_operand(*call.in[0]);
    const DecimalOperand b = decimal_operand(*call.in[1]);
    const unsigned scale = call.result_type->scale;
    auto* values = take_values<Int128>(call, out);
    const auto why = [](auto, auto y) { return why_not_divided(y); };
    const unsigned shift = scale + b.scale - a.scale;
    if (!a.wide && !b.wide && a.precision + shift < kMaxPrecision) {
        checked_pairs(call, a.data<std::int64_t>(), b.data<std::int64_t>(), values, NarrowDivision(shift), why);
        return;
    }
    with_storage(a, [&](const auto* as) {
        with_storage(b, [&](const auto* bs) {
            checked_pairs(
                call, as, bs, values,
                [&](auto x, auto y, Int128& result) {
                    return divide_decimal(x, a.scale, y, b.scale, scale, Rounding::half_away, result);
                },
                why);
        });
    });
}

void float_quotient_kernel(const Call& call, Column& out) {
    checked_pairs(
        call, call.in[0]->data<double>(), call.in[1]->data<double>(), take_values<double>(call, out),
        [](double a, double b, double& result) { return is_finite(result = a / b); },
        [](double, double b) { return why_not_divided(b); });
}

Checked<Duration> divide_duration(Duration duration, std::int64_t divisor) {
    if (divisor == 0) return RowError::division_by_zero;
    if (duration.us == INT64_MIN && divisor == -1) return RowError::overflow;
    return Duration{duration.us / divisor};
}

Checked<std::int64_t> whole_quotient(std::int64_t a, std::int64_t b) {
    if (b == 0) return RowError::division_by_zero;
    if (a == INT64_MIN && b == -1) return RowError::overflow;
    return a / b;
}
Checked<double> whole_float_quotient(double a, double b) {
    const double quotient = std::trunc(a / b);
    if (!is_finite(quotient)) return why_not_divided(b);
    return quotient;
}
Checked<std::int64_t> remainder(std::int64_t a, std::int64_t b) {
    if (b == 0) return RowError::division_by_zero;
    return b == -1 ? 0 : a % b;
}
Checked<double> float_remainder(double a, double b) {
    if (b == 0) return RowError::division_by_zero;
    return std::fmod(a, b);
}

const DataType* whole_quotient_type(std::span<const Argument> arguments, SourceSpan /*call*/,
                                    Diagnostics& /*diagnostics*/) {
    return decimal_of(decimal_shape(arguments[0]).whole() + decimal_shape(arguments[1]).scale, 0);
}
const DataType* remainder_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    const DecimalShape a = decimal_shape(arguments[0]);
    const DecimalShape b = decimal_shape(arguments[1]);
    return decimal_of(std::min(a.whole(), b.whole()), std::max(a.scale, b.scale));
}

using Divide = bool (*)(Int128 a, unsigned a_scale, Int128 b, unsigned b_scale, Int128& result);

template <Divide Operation>
void exact_division_kernel(const Call& call, Column& out) {
    const DecimalOperand a = decimal_operand(*call.in[0]);
    const DecimalOperand b = decimal_operand(*call.in[1]);
    const auto divide = [&](auto* values) {
        using Storage = std::remove_cvref_t<decltype(*values)>;
        with_storage(a, [&](const auto* as) {
            with_storage(b, [&](const auto* bs) {
                checked_pairs(
                    call, as, bs, values,
                    [&](auto x, auto y, Storage& result) {
                        Int128 wide = 0;
                        if (!Operation(x, a.scale, y, b.scale, wide)) return false;
                        result = static_cast<Storage>(wide);
                        return true;
                    },
                    [](auto, auto y) { return why_not_divided(y); });
            });
        });
    };
    if (call.result_type->is_wide_decimal())
        divide(take_values<Int128>(call, out));
    else
        divide(take_values<std::int64_t>(call, out));
}

constexpr Parameter kInts[] = {{"a", TypePattern::integer}, {"b", TypePattern::integer}};
constexpr Parameter kFloats[] = {{"a", TypePattern::floating}, {"b", TypePattern::floating}};
constexpr Parameter kDecimals[] = {{"a", TypePattern::decimal}, {"b", TypePattern::decimal}};
constexpr Parameter kIntDecimal[] = {{"a", TypePattern::integer}, {"b", TypePattern::decimal}};
constexpr Parameter kDecimalInt[] = {{"a", TypePattern::decimal}, {"b", TypePattern::integer}};
constexpr Parameter kDurationInt[] = {{"a", TypePattern::duration}, {"b", TypePattern::integer}};

constexpr Overload kDivideOverloads[] = {
    {kInts, quotient_type, quotient_kernel},       {kFloats, gives<TypeKind::floating>, float_quotient_kernel},
    {kDecimals, quotient_type, quotient_kernel},   {kIntDecimal, quotient_type, quotient_kernel},
    {kDecimalInt, quotient_type, quotient_kernel}, lift<divide_duration>(kDurationInt),
};
constexpr Example kDivideExamples[] = {
    {"10 / 4", "2.500000"},
    {"2 / 3", "0.666667"},
    {"-2.00 / 3", "-0.666667"},
    {"1 / 0", "error: division by zero"},
};
constexpr FunctionSpec kDivide{.name = "/",
                               .category = "operator",
                               .summary =
                                   "The quotient; of ints and decimals with at least six places, rounded half away "
                                   "from zero.",
                               .overloads = kDivideOverloads,
                               .examples = kDivideExamples};
const Registration<FunctionSpec> kDivideRegistration{kDivide};

constexpr Overload kRemainderOverloads[] = {
    lift<remainder>(kInts),
    lift<float_remainder>(kFloats),
    {kDecimals, remainder_type, exact_division_kernel<remainder_decimal>},
    {kIntDecimal, remainder_type, exact_division_kernel<remainder_decimal>},
    {kDecimalInt, remainder_type, exact_division_kernel<remainder_decimal>},
};
constexpr Example kRemainderExamples[] = {
    {"10 % 3", "1"},
    {"-10 % 3", "-1"},
    {"5.5 % 2", "1.5"},
    {"1 % 0", "error: division by zero"},
};
constexpr FunctionSpec kRemainder{.name = "%",
                                  .category = "operator",
                                  .summary = "What a division leaves, with the sign of the left side.",
                                  .overloads = kRemainderOverloads,
                                  .examples = kRemainderExamples};
const Registration<FunctionSpec> kRemainderRegistration{kRemainder};

constexpr Overload kWholeOverloads[] = {
    lift<whole_quotient>(kInts),
    lift<whole_float_quotient>(kFloats),
    {kDecimals, whole_quotient_type, exact_division_kernel<divide_whole>},
    {kIntDecimal, whole_quotient_type, exact_division_kernel<divide_whole>},
    {kDecimalInt, whole_quotient_type, exact_division_kernel<divide_whole>},
};
constexpr Example kWholeExamples[] = {
    {"div(10, 3)", "3"},
    {"div(-10, 3)", "-3"},
    {"div(7.5, 2)", "3"},
    {"div(1, 0)", "error: division by zero"},
};
constexpr FunctionSpec kWhole{.name = "div",
                              .category = "number",
                              .summary = "The whole quotient, towards zero.",
                              .overloads = kWholeOverloads,
                              .examples = kWholeExamples};
const Registration<FunctionSpec> kWholeRegistration{kWhole};

}  // namespace
}  // namespace etl
