#include "data/text_parse.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

/// A date format and the zone whose clock it shows.
struct ZonedFormat {
    DateFormat format;
    TimeZone zone;
};

std::string_view format_text(std::span<const Argument> arguments) {
    const auto* const text = std::get_if<std::string>(&arguments[1].constant->data);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

template <typename Format>
std::optional<Format> compile(std::span<const Argument> arguments, Diagnostics& diagnostics) {
    std::string error;
    std::optional<Format> format = Format::compile(format_text(arguments), error);
    if (!format.has_value()) diagnostics.error("E206", arguments[1].span, error);
    return format;
}

template <typename Format>
std::shared_ptr<const void> prepare(std::span<const Argument> arguments, const DataType* /*result*/,
                                    PrepareContext& /*context*/, Diagnostics& diagnostics) {
    std::optional<Format> format = compile<Format>(arguments, diagnostics);
    return format.has_value() ? std::make_shared<Format>(std::move(*format)) : nullptr;
}
std::shared_ptr<const void> prepare_date(std::span<const Argument> arguments, const DataType* /*result*/,
                                         PrepareContext& context, Diagnostics& diagnostics) {
    std::optional<DateFormat> format = compile<DateFormat>(arguments, diagnostics);
    if (!format.has_value()) return nullptr;
    if (arguments[0].type->is(TypeKind::date) && (format->has_time() || format->has_zone())) {
        diagnostics.error("E206", arguments[1].span, "a date has no time of day");
        return nullptr;
    }
    const TimeZone zone = TimeZone::find(context.timezone()).value_or(TimeZone());
    return std::make_shared<ZonedFormat>(ZonedFormat{std::move(*format), zone});
}

Text format_date(Date date, std::string_view /*format*/, const ZonedFormat& zoned, Arena& arena) {
    TextWriter writer(arena, zoned.format.width_bytes());
    writer.move_to(zoned.format.print_date(writer.end(), date.days));
    return writer.finish();
}
Checked<Text> format_timestamp(Timestamp instant, std::string_view /*format*/, const ZonedFormat& zoned, Arena& arena) {
    const std::int32_t day = day_of(zoned.zone.to_local(instant.us));
    if (day < kFirstDate || day > kLastDate) return RowError::out_of_range;
    TextWriter writer(arena, zoned.format.width_bytes());
    writer.move_to(zoned.format.print_timestamp(writer.end(), instant.us, zoned.zone));
    return writer.finish();
}

Text written(std::string_view bytes, Arena& arena) {
    TextWriter writer(arena, bytes.size());
    writer.append(bytes);
    return writer.finish();
}
Text format_int(std::int64_t value, std::string_view /*format*/, const NumberFormat& format, Arena& arena) {
    std::string text;
    format.append(text, value, 0);
    return written(text, arena);
}
Text format_float(double value, std::string_view /*format*/, const NumberFormat& format, Arena& arena) {
    std::string text;
    format.append(text, value);
    return written(text, arena);
}
void format_decimal(const Call& call, Column& out) {
    const auto& format = *static_cast<const NumberFormat*>(call.prepared);
    const Column& in = *call.in[0];
    auto* const texts = call.arena.array<Text>(call.row_count);
    out.values = texts;
    std::string text;
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::size_t at = in.index_of(row);
        text.clear();
        format.append(text, in.type->is_wide_decimal() ? in.data<Int128>()[at] : Int128{in.data<std::int64_t>()[at]},
                      in.type->scale);
        texts[row] = written(text, call.arena);
    });
}
Text format_bool(bool value, std::string_view /*format*/, const BoolFormat& format, Arena& arena) {
    return written(format.word(value), arena);
}

template <TypePattern Pattern>
constexpr Parameter kParameters[] = {
    {"value", Pattern},
    {.name = "format",
     .pattern = TypePattern::text,
     .summary = "\"%d.%m.%Y\" for dates and timestamps, \"1.234,56\" for numbers, \"yes/no\" for bools.",
     .constant = true}};
constexpr Overload kOverloads[] = {
    lift<format_date>(kParameters<TypePattern::date>, prepare_date),
    lift<format_timestamp>(kParameters<TypePattern::timestamp>, prepare_date),
    lift<format_int>(kParameters<TypePattern::integer>, prepare<NumberFormat>),
    {kParameters<TypePattern::decimal>, gives<TypeKind::text>, format_decimal, prepare<NumberFormat>},
    lift<format_float>(kParameters<TypePattern::floating>, prepare<NumberFormat>),
    lift<format_bool>(kParameters<TypePattern::boolean>, prepare<BoolFormat>),
};
constexpr Example kExamples[] = {
    {R"(format(date("2024-01-31"), "%d.%m.%Y"))", R"("31.01.2024")"},
    {R"(format(timestamp("2024-01-31T09:05:00Z"), "%-d %B %Y, %I:%M %p"))", R"("31 January 2024, 09:05 AM")"},
    {R"(format(1234567.891, "1.234,56"))", R"("1.234.567,89")"},
    {R"(format(42, "1,234.50"))", R"("42.00")"},
    {R"(format(true, "ja/nein"))", R"("ja")"},
};
constexpr FunctionSpec kSpec{
    .name = "format",
    .category = "conversion",
    .summary = "Writes a date, a timestamp (in the pipeline's time zone), a number or a bool in a format.",
    .overloads = kOverloads,
    .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
