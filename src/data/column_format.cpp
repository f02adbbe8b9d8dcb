#include "data/column_format.hpp"

#include "data/text_parse.hpp"

namespace etl {

std::optional<ColumnFormat> compile_column_format(const DataType* type, const std::vector<std::string>& formats,
                                                  TimeZone zone, std::string& error) {
    ColumnFormat compiled;
    compiled.zone = zone;
    for (const auto& text : formats) {
        const auto keep = [&compiled](auto format) {
            if (!format) return false;
            compiled.formats.emplace_back(std::move(*format));
            return true;
        };
        bool good = false;
        switch (type->kind) {
            case TypeKind::boolean: good = keep(BoolFormat::compile(text, error)); break;
            case TypeKind::integer:
            case TypeKind::floating:
            case TypeKind::decimal: good = keep(NumberFormat::compile(text, error)); break;
            case TypeKind::date:
            case TypeKind::timestamp:
                good = keep(DateFormat::compile(text, error));
                if (good && !std::get<DateFormat>(compiled.formats.back()).has_date()) {
                    error = "`" + text + "` lacks the year, the month or the day";
                    good = false;
                }
                break;
            default: error = "a column of type " + to_string(type) + " takes no format";
        }
        if (!good) return std::nullopt;
    }
    return compiled;
}

namespace {

template <typename Parse>
ParseResult first_that_fits(const ColumnFormat& format, Parse&& parse) {
    ParseResult worst = ParseResult::malformed;
    for (const auto& one : format.formats) {
        const ParseResult result = parse(one);
        if (result == ParseResult::ok) return result;
        if (worst == ParseResult::malformed) worst = result;
    }
    return worst;
}

}  // namespace

ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, bool& value) {
    if (format.is_default()) return parse_bool(text, value);
    return first_that_fits(format, [&](const auto& one) { return std::get<BoolFormat>(one).parse(text, value); });
}

ParseResult parse_formatted_int(std::string_view text, const ColumnFormat& format, std::int64_t& value) {
    if (format.is_default()) return parse_int(text, value);
    return first_that_fits(format, [&](const auto& one) { return std::get<NumberFormat>(one).parse_int(text, value); });
}

ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, double& value) {
    if (format.is_default()) return parse_float(text, value);
    return first_that_fits(format,
                           [&](const auto& one) { return std::get<NumberFormat>(one).parse_float(text, value); });
}

ParseResult parse_formatted(std::string_view text, const ColumnFormat& format, const DataType* type, Int128& value) {
    if (format.is_default()) return parse_decimal(text, type->precision, type->scale, value);
    return first_that_fits(format, [&](const auto& one) {
        return std::get<NumberFormat>(one).parse_decimal(text, type->precision, type->scale, value);
    });
}

ParseResult parse_formatted_date(std::string_view text, const ColumnFormat& format, std::int32_t& days) {
    if (format.is_default()) return parse_date(text, days);
    return first_that_fits(format, [&](const auto& one) { return std::get<DateFormat>(one).parse_date(text, days); });
}

ParseResult parse_formatted_timestamp(std::string_view text, const ColumnFormat& format, std::int64_t& utc_us) {
    if (format.is_default()) return parse_timestamp(text, format.zone, utc_us);
    return first_that_fits(
        format, [&](const auto& one) { return std::get<DateFormat>(one).parse_timestamp(text, format.zone, utc_us); });
}

ParseResult parse_value(std::string_view text, const DataType* type, const ColumnFormat& format, Value& value) {
    Value parsed;
    parsed.type = type;
    ParseResult result = ParseResult::malformed;
    std::int64_t whole = 0;
    switch (type->kind) {
        case TypeKind::boolean: {
            bool flag = false;
            result = parse_formatted(text, format, flag);
            parsed.data = flag;
            break;
        }
        case TypeKind::integer:
            result = parse_formatted_int(text, format, whole);
            parsed.data = whole;
            break;
        case TypeKind::floating: {
            double number = 0;
            result = parse_formatted(text, format, number);
            parsed.data = number;
            break;
        }
        case TypeKind::decimal: {
            Int128 number = 0;
            result = parse_formatted(text, format, type, number);
            parsed.data = number;
            break;
        }
        case TypeKind::date: {
            std::int32_t days = 0;
            result = parse_formatted_date(text, format, days);
            parsed.data = std::int64_t{days};
            break;
        }
        case TypeKind::timestamp:
            result = parse_formatted_timestamp(text, format, whole);
            parsed.data = whole;
            break;
        case TypeKind::duration:
            result = parse_duration(text, whole);
            parsed.data = whole;
            break;
        case TypeKind::text:
            result = ParseResult::ok;
            parsed.data = std::string(text);
            break;
        default: break;
    }
    if (result == ParseResult::ok) value = std::move(parsed);
    return result;
}

std::string parse_reason(ParseResult why, const DataType* type) {
    const std::string name = to_string(with_nullable(type, false));
    switch (why) {
        case ParseResult::ok: return {};
        case ParseResult::malformed: return (type->kind == TypeKind::integer ? "not an " : "not a ") + name;
        case ParseResult::out_of_range: return "out of range for " + name;
        case ParseResult::too_many_places: {
            const unsigned places = type->kind == TypeKind::decimal ? type->scale : 6;
            return "more than " + std::to_string(places) + (places == 1 ? " place" : " places");
        }
        case ParseResult::no_such_instant: return "a local time that does not exist";
    }
    return {};
}

}  // namespace etl
