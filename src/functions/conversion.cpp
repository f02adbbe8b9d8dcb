#include "expr/conversion.hpp"

// bool, int, float, decimal, text, date, timestamp.

namespace etl {
namespace {

std::vector<std::string> formats_of(std::span<const ExprPtr> arguments) {
    std::vector<std::string> formats;
    for (const ExprPtr& argument : arguments)
        if (!argument->constant.is_null()) formats.push_back(std::get<std::string>(argument->constant.data));
    return formats;
}

template <TypeKind Kind>
ExprPtr convert_simple(std::vector<ExprPtr> arguments, SourceSpan call, PrepareContext& context,
                       Diagnostics& diagnostics) {
    const std::vector<std::string> formats = formats_of(std::span(arguments).subspan(1));
    return read_as(arguments[0], simple_type(Kind), formats, false, call, context, diagnostics);
}

ExprPtr convert_decimal(std::vector<ExprPtr> arguments, SourceSpan call, PrepareContext& context,
                        Diagnostics& diagnostics) {
    const auto* precision = std::get_if<std::int64_t>(&arguments[1]->constant.data);
    const auto* scale = std::get_if<std::int64_t>(&arguments[2]->constant.data);
    if (precision == nullptr || *precision < 1 || *precision > kMaxPrecision) {
        diagnostics.error("E206", arguments[1]->span, "a decimal has 1 to 38 digits");
        return nullptr;
    }
    if (scale == nullptr || *scale < 0 || *scale > *precision) {
        diagnostics.error("E206", arguments[2]->span, "the places of a decimal are 0 to its digits");
        return nullptr;
    }
    const DataType* type = decimal_type(static_cast<unsigned>(*precision), static_cast<unsigned>(*scale));
    const std::vector<std::string> formats = formats_of(std::span(arguments).subspan(3));
    return read_as(arguments[0], type, formats, false, call, context, diagnostics);
}

constexpr Parameter kFormatted[] = {
    {"value", TypePattern::any},
    {.name = "format",
     .pattern = TypePattern::text,
     .summary = "How a text is spelled, as in a source's columns; the first of several that fits.",
     .constant = true,
     .optional = true,
     .repeated = true},
};
constexpr Parameter kPlain[] = {{"value", TypePattern::any}};
constexpr Parameter kDecimalParameters[] = {
    {"value", TypePattern::any},
    {.name = "digits", .pattern = TypePattern::integer, .summary = "In all.", .constant = true},
    {.name = "places", .pattern = TypePattern::integer, .summary = "Behind the point.", .constant = true},
    {.name = "format",
     .pattern = TypePattern::text,
     .summary = "How a text is spelled, by an example: \"1.234,56\".",
     .constant = true,
     .optional = true,
     .repeated = true},
};

template <TypeKind Kind>
constexpr Overload kFormattedOverloads[] = {{.parameters = kFormatted, .rewrite = convert_simple<Kind>}};

constexpr Example kIntExamples[] = {
    {R"(int("42"))", "42"},
    {R"(int("1.234", "1.234"))", "1234"},
    {"int(12.00)", "12"},
    {R"(int("twelve"))", "error: not an int"},
    {R"(try(int("twelve")) ?? 0)", "0"},
};
constexpr FunctionSpec kInt{.name = "int",
                            .category = "conversion",
                            .summary = "Makes an int of a text, a bool, or a number without places.",
                            .overloads = kFormattedOverloads<TypeKind::integer>,
                            .examples = kIntExamples};
const Registration<FunctionSpec> kIntRegistration{kInt};

constexpr Example kFloatExamples[] = {
    {R"(float("1e3"))", "1000.0"},
    {"float(0.10)", "0.1"},
    {R"(float("1,5", "1,5"))", "1.5"},
};
constexpr FunctionSpec kFloat{.name = "float",
                              .category = "conversion",
                              .summary = "Makes a float of a text, an int or a decimal.",
                              .overloads = kFormattedOverloads<TypeKind::floating>,
                              .examples = kFloatExamples};
const Registration<FunctionSpec> kFloatRegistration{kFloat};

constexpr Overload kDecimalOverloads[] = {{.parameters = kDecimalParameters, .rewrite = convert_decimal}};
constexpr Example kDecimalExamples[] = {
    {R"(decimal("12.5", 12, 2))", "12.50"},
    {R"(decimal("1.234,56", 12, 2, "1.234,56"))", "1234.56"},
    {R"(decimal("1.005", 12, 2))", "error: more than 2 places"},
    {"decimal(7, 12, 2)", "7.00"},
    {"decimal(1e-1, 4, 3)", "0.100"},
};
constexpr FunctionSpec kDecimal{
    .name = "decimal",
    .category = "conversion",
    .summary = "Makes a decimal of a text or a number; only a float is rounded, else no digit may be lost.",
    .overloads = kDecimalOverloads,
    .examples = kDecimalExamples};
const Registration<FunctionSpec> kDecimalRegistration{kDecimal};

constexpr Example kBoolExamples[] = {
    {R"(bool("true"))", "true"},
    {R"(bool("nein", "ja/nein"))", "false"},
    {"bool(1)", "true"},
    {R"(bool("maybe"))", "error: not a bool"},
};
constexpr FunctionSpec kBool{.name = "bool",
                             .category = "conversion",
                             .summary = "Makes a bool of a text, or of the ints 0 and 1.",
                             .overloads = kFormattedOverloads<TypeKind::boolean>,
                             .examples = kBoolExamples};
const Registration<FunctionSpec> kBoolRegistration{kBool};

constexpr Overload kTextOverloads[] = {{.parameters = kPlain, .rewrite = convert_simple<TypeKind::text>}};
constexpr Example kTextExamples[] = {
    {"text(1.50)", R"("1.50")"},
    {"text(true)", R"("true")"},
    {R"(text(date("2024-01-31")))", R"("2024-01-31")"},
    {"text([1, 2])", R"("[1,2]")"},
};
constexpr FunctionSpec kText{.name = "text",
                             .category = "conversion",
                             .summary = "The text that a value is written as; lists and records as JSON.",
                             .overloads = kTextOverloads,
                             .examples = kTextExamples};
const Registration<FunctionSpec> kTextRegistration{kText};

constexpr Example kDateExamples[] = {
    {R"(date("2024-01-31"))", R"(date("2024-01-31"))"},
    {R"(date("31.01.2024", "%d.%m.%Y"))", R"(date("2024-01-31"))"},
    {R"(date(timestamp("2024-01-31T10:00:00Z")))", R"(date("2024-01-31"))"},
    {R"(date("2024-02-30"))", "error: not a date"},
};
constexpr FunctionSpec kDate{.name = "date",
                             .category = "conversion",
                             .summary = "Makes a date of a text, or of a timestamp in the pipeline's time zone.",
                             .overloads = kFormattedOverloads<TypeKind::date>,
                             .examples = kDateExamples};
const Registration<FunctionSpec> kDateRegistration{kDate};

constexpr Example kTimestampExamples[] = {
    {R"(timestamp("2024-01-31T10:00:00+02:00"))", R"(timestamp("2024-01-31T08:00:00Z"))"},
    {R"(timestamp("31.01.2024 10:00", "%d.%m.%Y %H:%M"))", R"(timestamp("2024-01-31T10:00:00Z"))"},
    {R"(timestamp("10 o'clock"))", "error: not a timestamp"},
};
constexpr FunctionSpec kTimestamp{
    .name = "timestamp",
    .category = "conversion",
    .summary = "Makes a timestamp of a text, or of a date: its first instant in the pipeline's time zone.",
    .overloads = kFormattedOverloads<TypeKind::timestamp>,
    .examples = kTimestampExamples};
const Registration<FunctionSpec> kTimestampRegistration{kTimestamp};

}  // namespace
}  // namespace etl
