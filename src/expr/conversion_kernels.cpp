#include <cmath>

#include "data/column_format.hpp"
#include "data/print.hpp"
#include "data/read_value.hpp"
#include "expr/conversion.hpp"
#include "expr/lift.hpp"
#include "expr/operands.hpp"

namespace etl {

RowError row_error(ParseResult why, TypeKind wanted) {
    switch (why) {
        case ParseResult::out_of_range: return RowError::out_of_range;
        case ParseResult::too_many_places: return RowError::too_many_places;
        case ParseResult::no_such_instant: return RowError::no_such_local_time;
        default: break;
    }
    if (wanted == TypeKind::date) return RowError::not_a_date;
    if (wanted == TypeKind::timestamp) return RowError::not_a_timestamp;
    return wanted == TypeKind::boolean ? RowError::not_a_boolean : RowError::not_a_number;
}

namespace {

const Conversion& prepared(const Call& call) { return *static_cast<const Conversion*>(call.prepared); }

// From text: parse(text, value) -> ParseResult.

template <typename Storage, typename Parse>
void parse_rows(const Call& call, Column& out, Parse&& parse) {
    const Text* texts = call.in[0]->data<Text>();
    auto* values = take_values<Storage>(call, out);
    const TypeKind wanted = call.result_type->kind;
    std::uint64_t* valid = nullptr;
    const bool empty_is_null = prepared(call).empty_is_null;
    for_each_value(call, texts, [&](std::uint32_t row, const Text& text) {
        if (text.size == 0 && empty_is_null) {
            if (valid == nullptr) out.valid = valid = lifting::new_valid(call);
            valid[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
            return;
        }
        Storage value{};
        const ParseResult result = parse(text.view(), value);
        values[row] = value;
        if (result != ParseResult::ok) [[unlikely]]
            call.errors.fail(row, row_error(result, wanted));
    });
}

void int_from_text(const Call& call, Column& out) {
    const ColumnFormat& format = prepared(call).format;
    if (!format.is_default())
        return parse_rows<std::int64_t>(
            call, out, [&](auto text, auto& value) { return parse_formatted_int(text, format, value); });
    parse_rows<std::int64_t>(call, out, [](auto text, auto& value) {
        bool canonical = false;
        return read_int<true>(text.data(), text.size(), value, canonical);
    });
}

template <typename Storage>
void decimal_from_text(const Call& call, Column& out) {
    const ColumnFormat& format = prepared(call).format;
    const DataType* type = call.result_type;
    if (!format.is_default())
        return parse_rows<Storage>(call, out, [&](auto text, Storage& value) {
            Int128 wide = 0;
            const ParseResult result = parse_formatted(text, format, type, wide);
            value = static_cast<Storage>(wide);
            return result;
        });
    parse_rows<Storage>(call, out, [precision = type->precision, scale = type->scale](auto text, Storage& value) {
        bool canonical = false;
        return read_decimal<true>(text.data(), text.size(), precision, scale, value, canonical);
    });
}

void float_from_text(const Call& call, Column& out) {
    parse_rows<double>(call, out, [&format = prepared(call).format](auto text, auto& value) {
        return parse_formatted(text, format, value);
    });
}

void bool_from_text(const Call& call, Column& out) {
    parse_rows<std::uint8_t>(call, out, [&format = prepared(call).format](auto text, std::uint8_t& value) {
        bool parsed = false;
        const ParseResult result = parse_formatted(text, format, parsed);
        value = static_cast<std::uint8_t>(parsed);
        return result;
    });
}

void date_from_text(const Call& call, Column& out) {
    parse_rows<std::int32_t>(call, out, [&format = prepared(call).format](auto text, auto& value) {
        return parse_formatted_date(text, format, value);
    });
}

void timestamp_from_text(const Call& call, Column& out) {
    parse_rows<std::int64_t>(call, out, [&format = prepared(call).format](auto text, auto& value) {
        return parse_formatted_timestamp(text, format, value);
    });
}

void duration_from_text(const Call& call, Column& out) {
    parse_rows<std::int64_t>(call, out, [](auto text, auto& value) { return parse_duration(text, value); });
}

// To text: print(out, value) -> end.

template <typename Storage, typename Print>
void print_rows(const Call& call, Column& out, std::size_t width_bytes, Print&& print) {
    auto* texts = take_values<Text>(call, out);
    char* at = call.arena.reserve_bytes(call.rows.size * width_bytes);
    for_each_value(call, call.in[0]->data<Storage>(), [&](std::uint32_t row, Storage value) {
        char* const end = print(at, value);
        texts[row] = make_text(at, static_cast<std::size_t>(end - at));
        at = end;
    });
    call.arena.commit_bytes(at);
}

void text_from_int(const Call& call, Column& out) { print_rows<std::int64_t>(call, out, kIntWidth_bytes, print_int); }
void text_from_float(const Call& call, Column& out) { print_rows<double>(call, out, kFloatWidth_bytes, print_float); }
void text_from_date(const Call& call, Column& out) {
    print_rows<std::int32_t>(call, out, kDateWidth_bytes, print_date);
}
void text_from_timestamp(const Call& call, Column& out) {
    print_rows<std::int64_t>(call, out, kTimestampWidth_bytes, print_timestamp);
}
void text_from_duration(const Call& call, Column& out) {
    print_rows<std::int64_t>(call, out, kDurationWidth_bytes, print_duration);
}
void text_from_bool(const Call& call, Column& out) {
    print_rows<std::uint8_t>(call, out, kBoolWidth_bytes,
                             [](char* at, std::uint8_t value) { return print_bool(at, value != 0); });
}

template <typename Storage>
void text_from_decimal(const Call& call, Column& out) {
    const unsigned scale = call.in[0]->type->scale;
    print_rows<Storage>(call, out, kDecimalWidth_bytes,
                        [=](char* at, Storage value) { return print_decimal(at, value, scale); });
}

/// List and record, as JSON.
void text_from_any(const Call& call, Column& out) {
    auto* texts = take_values<Text>(call, out);
    std::string printed;
    for_each_row(call.rows, [&](std::uint32_t row) {
        printed.clear();
        append_text(printed, *call.in[0], row);
        TextWriter writer(call.arena, printed.size());
        writer.append(printed);
        texts[row] = writer.finish();
    });
}

// Between numbers.

template <typename From, typename To>
void decimal_from_decimal(const Call& call, Column& out) {
    const DecimalOperand from = decimal_operand(*call.in[0]);
    const unsigned precision = call.result_type->precision;
    const unsigned scale = call.result_type->scale;
    const Rounding rounding = prepared(call).rounding;
    auto* values = take_values<To>(call, out);
    if (scale >= from.scale && from.precision - from.scale <= precision - scale) {
        const To factor = static_cast<To>(kPowersOfTen[scale - from.scale]);
        for_each_value(call, from.data<From>(),
                       [=](std::uint32_t row, From value) { values[row] = static_cast<To>(value) * factor; });
        return;
    }
    for_each_value(call, from.data<From>(), [&](std::uint32_t row, From value) {
        Int128 result = 0;
        if (!rescale_decimal(value, from.scale, scale, rounding, result))
            call.errors.fail(row, scale < from.scale ? RowError::too_many_places : RowError::out_of_range);
        else if (!fits_precision(result, precision))
            call.errors.fail(row, RowError::out_of_range);
        else
            values[row] = static_cast<To>(result);
    });
}

template <typename To>
void decimal_from_float(const Call& call, Column& out) {
    const unsigned precision = call.result_type->precision;
    const unsigned scale = call.result_type->scale;
    checked_values(
        call, call.in[0]->data<double>(), take_values<To>(call, out),
        [=](double value, To& result) {
            Int128 wide = 0;
            if (!decimal_from_double(value, scale, Rounding::half_away, wide) || !fits_precision(wide, precision))
                return false;
            result = static_cast<To>(wide);
            return true;
        },
        RowError::out_of_range);
}

template <typename From>
void int_from_decimal(const Call& call, Column& out) {
    const unsigned scale = call.in[0]->type->scale;
    auto* values = take_values<std::int64_t>(call, out);
    for_each_value(call, call.in[0]->data<From>(), [&](std::uint32_t row, From value) {
        Int128 whole = 0;
        if (!rescale_decimal(value, scale, 0, prepared(call).rounding, whole))
            call.errors.fail(row, RowError::too_many_places);
        else if (whole > INT64_MAX || whole < INT64_MIN)
            call.errors.fail(row, RowError::out_of_range);
        else
            values[row] = static_cast<std::int64_t>(whole);
    });
}

Checked<std::int64_t> int_from_float(double value) {
    if (!(value >= -0x1p63 && value < 0x1p63)) return RowError::out_of_range;
    if (value != std::trunc(value)) return RowError::too_many_places;
    return static_cast<std::int64_t>(value);
}
std::int64_t int_from_bool(bool value) { return value ? 1 : 0; }
Checked<bool> bool_from_int(std::int64_t value) {
    if (value != 0 && value != 1) return RowError::not_a_boolean;
    return value == 1;
}
double float_from_int(std::int64_t value) { return static_cast<double>(value); }

template <typename From>
void float_from_decimal(const Call& call, Column& out) {
    const unsigned scale = call.in[0]->type->scale;
    auto* values = take_values<double>(call, out);
    for_each_value(call, call.in[0]->data<From>(),
                   [=](std::uint32_t row, From value) { values[row] = decimal_to_double(value, scale); });
}

// Between dates and timestamps.

Checked<Timestamp> timestamp_from_date(Date date, const Conversion& conversion) {
    const std::int64_t start_us = conversion.format.zone.start_of_day(date.days);
    if (start_us < kFirstTimestamp || start_us > kLastTimestamp) return RowError::out_of_range;
    return Timestamp{start_us};
}
Checked<Date> date_from_timestamp(Timestamp time, const Conversion& conversion) {
    const std::int32_t day = day_of(conversion.format.zone.to_local(time.us));
    if (day < kFirstDate || day > kLastDate) return RowError::out_of_range;
    return Date{day};
}

Kernel from_text(const DataType* to) {
    switch (to->kind) {
        case TypeKind::integer: return int_from_text;
        case TypeKind::floating: return float_from_text;
        case TypeKind::boolean: return bool_from_text;
        case TypeKind::date: return date_from_text;
        case TypeKind::timestamp: return timestamp_from_text;
        case TypeKind::duration: return duration_from_text;
        case TypeKind::decimal:
            return to->is_wide_decimal() ? decimal_from_text<Int128> : decimal_from_text<std::int64_t>;
        default: return nullptr;
    }
}

Kernel to_text_kernel(const DataType* from) {
    switch (from->kind) {
        case TypeKind::integer: return text_from_int;
        case TypeKind::floating: return text_from_float;
        case TypeKind::boolean: return text_from_bool;
        case TypeKind::date: return text_from_date;
        case TypeKind::timestamp: return text_from_timestamp;
        case TypeKind::duration: return text_from_duration;
        case TypeKind::decimal:
            return from->is_wide_decimal() ? text_from_decimal<Int128> : text_from_decimal<std::int64_t>;
        case TypeKind::list:
        case TypeKind::record: return text_from_any;
        default: return nullptr;
    }
}

Kernel to_decimal(const DataType* from, bool wide) {
    if (from->is(TypeKind::floating)) return wide ? decimal_from_float<Int128> : decimal_from_float<std::int64_t>;
    if (from->is_wide_decimal())
        return wide ? decimal_from_decimal<Int128, Int128> : decimal_from_decimal<Int128, std::int64_t>;
    if (from->is(TypeKind::decimal) || from->is(TypeKind::integer))
        return wide ? decimal_from_decimal<std::int64_t, Int128> : decimal_from_decimal<std::int64_t, std::int64_t>;
    return nullptr;
}

}  // namespace

Kernel conversion_kernel(const DataType* from, const DataType* to) {
    if (from->is(TypeKind::text)) return from_text(to);
    if (to->is(TypeKind::text)) return to_text_kernel(from);
    if (to->is(TypeKind::decimal)) return to_decimal(from, to->is_wide_decimal());
    if (to->is(TypeKind::integer)) {
        if (from->is(TypeKind::decimal))
            return from->is_wide_decimal() ? int_from_decimal<Int128> : int_from_decimal<std::int64_t>;
        if (from->is(TypeKind::floating)) return kLifted<int_from_float>;
        return from->is(TypeKind::boolean) ? kLifted<int_from_bool> : nullptr;
    }
    if (to->is(TypeKind::floating)) {
        if (from->is(TypeKind::integer)) return kLifted<float_from_int>;
        if (!from->is(TypeKind::decimal)) return nullptr;
        return from->is_wide_decimal() ? float_from_decimal<Int128> : float_from_decimal<std::int64_t>;
    }
    if (to->is(TypeKind::boolean) && from->is(TypeKind::integer)) return kLifted<bool_from_int>;
    if (to->is(TypeKind::timestamp) && from->is(TypeKind::date)) return kLifted<timestamp_from_date>;
    if (to->is(TypeKind::date) && from->is(TypeKind::timestamp)) return kLifted<date_from_timestamp>;
    return nullptr;
}

}  // namespace etl
