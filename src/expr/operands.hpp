#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "data/column.hpp"
#include "data/decimal.hpp"
#include "expr/function_spec.hpp"

namespace etl {

// What kernels of numbers share.

/// The digits of an int: 19 unless it is constant.
inline constexpr unsigned kIntDigits = 19;

/// Digits of a number, at least 1.
constexpr unsigned count_digits(Int128 value) {
    unsigned digits = 1;
    while (digits < kMaxPrecision && !fits_precision(value, digits)) ++digits;
    return digits;
}

struct DecimalShape {
    unsigned precision;
    unsigned scale;
    unsigned whole() const { return precision - scale; }
};

/// An int or decimal argument seen as decimal, when a pipeline is checked. A constant int has its own digits.
inline DecimalShape decimal_shape(const Argument& argument) {
    if (argument.type->is(TypeKind::decimal)) return {argument.type->precision, argument.type->scale};
    if (argument.constant != nullptr && !argument.constant->is_null())
        return {count_digits(std::get<std::int64_t>(argument.constant->data)), 0};
    return {kIntDigits, 0};
}
inline const DataType* decimal_of(unsigned whole, unsigned scale) {
    return decimal_type(std::clamp(whole + scale, 1U, kMaxPrecision), scale);
}

/// An int or decimal column as integers scaled by 10^scale.
struct DecimalOperand {
    const void* values;
    bool constant;
    bool wide;  // Int128, else int64
    unsigned precision;
    unsigned scale;

    template <typename Storage>
    const Storage* data() const {
        return static_cast<const Storage*>(values);
    }
};

inline DecimalOperand decimal_operand(const Column& column) {
    DecimalOperand operand{column.values, column.encoding == Encoding::constant, column.type->is_wide_decimal(),
                           column.type->precision, column.type->scale};
    if (column.type->is(TypeKind::integer)) {
        operand.precision = operand.constant ? count_digits(*column.data<std::int64_t>()) : kIntDigits;
        operand.scale = 0;
    }
    return operand;
}

/// Calls body(x) with a pointer to the operand's values in their storage.
template <typename Body>
void with_storage(const DecimalOperand& operand, Body&& body) {
    if (operand.wide)
        body(operand.data<Int128>());
    else
        body(operand.data<std::int64_t>());
}

/// Calls body(row, x, y) for the rows of two arguments of which at most one is constant (or both of one row).
template <typename A, typename B, typename Body>
inline void for_each_pair(Selection rows, const A* a, bool a_constant, const B* b, bool b_constant, Body&& body) {
    if (b_constant) {
        const B y = *b;
        if (a_constant)
            for_each_row(rows, [&, x = *a](std::uint32_t row) { body(row, x, y); });
        else
            for_each_row(rows, [&](std::uint32_t row) { body(row, a[row], y); });
    } else if (a_constant) {
        const A x = *a;
        for_each_row(rows, [&](std::uint32_t row) { body(row, x, b[row]); });
    } else {
        for_each_row(rows, [&](std::uint32_t row) { body(row, a[row], b[row]); });
    }
}

template <typename A, typename Body>
inline void for_each_value(const Call& call, const A* a, Body&& body) {
    if (call.in[0]->encoding == Encoding::constant)
        for_each_row(call.rows, [&, x = *a](std::uint32_t row) { body(row, x); });
    else
        for_each_row(call.rows, [&](std::uint32_t row) { body(row, a[row]); });
}

/// op(x, y, result) returns false where it fails; why(x, y) says why. Failing rows cost a second pass, the others no
/// branch.
template <typename A, typename B, typename R, typename Op, typename Why>
inline void checked_pairs(const Call& call, const A* a, const B* b, R* out, Op&& op, Why&& why) {
    const bool a_constant = call.in[0]->encoding == Encoding::constant;
    const bool b_constant = call.in[1]->encoding == Encoding::constant;
    bool good = true;
    for_each_pair(call.rows, a, a_constant, b, b_constant, [&](std::uint32_t row, A x, B y) {
        R result{};
        good &= op(x, y, result);
        out[row] = result;
    });
    if (good) [[likely]]
        return;
    for_each_pair(call.rows, a, a_constant, b, b_constant, [&](std::uint32_t row, A x, B y) {
        R ignored{};
        if (!op(x, y, ignored)) call.errors.fail(row, why(x, y));
    });
}

/// The same of one argument.
template <typename A, typename R, typename Op>
inline void checked_values(const Call& call, const A* a, R* out, Op&& op, RowError why) {
    bool good = true;
    for_each_value(call, a, [&](std::uint32_t row, A x) {
        R result{};
        good &= op(x, result);
        out[row] = result;
    });
    if (good) [[likely]]
        return;
    for_each_value(call, a, [&](std::uint32_t row, A x) {
        R ignored{};
        if (!op(x, ignored)) call.errors.fail(row, why);
    });
}

template <typename Storage>
inline Storage* take_values(const Call& call, Column& out) {
    auto* values = call.arena.array<Storage>(call.row_count);
    out.values = values;
    return values;
}

/// Floats of the language are finite: what is not is an overflow.
inline bool is_finite(double value) { return std::abs(value) <= std::numeric_limits<double>::max(); }

}  // namespace etl
