#include "data/text_parse.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr unsigned kDigits = 18;

std::optional<NumberFormat> compile(const Argument& example, Diagnostics& diagnostics) {
    const auto* const text = std::get_if<std::string>(&example.constant->data);
    std::string error;
    std::optional<NumberFormat> format = NumberFormat::compile(text == nullptr ? "" : *text, error);
    if (format.has_value() && format->places() <= kDigits) return format;
    diagnostics.error("E206", example.span, format.has_value() ? "the example has more than 18 places" : error);
    return std::nullopt;
}

const DataType* decimal_by_example(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& diagnostics) {
    const std::optional<NumberFormat> format = compile(arguments[1], diagnostics);
    return format.has_value() ? decimal_type(kDigits, format->places()) : nullptr;
}

std::shared_ptr<const void> prepare(std::span<const Argument> arguments, const DataType* /*result*/,
                                    PrepareContext& /*context*/, Diagnostics& diagnostics) {
    std::optional<NumberFormat> format = compile(arguments[1], diagnostics);
    return format.has_value() ? std::make_shared<NumberFormat>(std::move(*format)) : nullptr;
}

RowError error_of(ParseResult result) {
    if (result == ParseResult::out_of_range) return RowError::out_of_range;
    return result == ParseResult::too_many_places ? RowError::too_many_places : RowError::not_a_number;
}

void parse_number(const Call& call, Column& out) {
    const auto& format = *static_cast<const NumberFormat*>(call.prepared);
    const lifting::Input<std::string_view> texts(call, 0);
    auto* const numbers = call.arena.array<std::int64_t>(call.row_count);
    out.values = numbers;
    for_each_row(call.rows, [&](std::uint32_t row) {
        Int128 number = 0;
        const ParseResult result = format.parse_decimal(texts.get(row), kDigits, format.places(), number);
        numbers[row] = static_cast<std::int64_t>(number);
        if (result != ParseResult::ok) call.errors.fail(row, error_of(result));
    });
}

constexpr Parameter kParameters[] = {
    {"value", TypePattern::text},
    {.name = "example",
     .pattern = TypePattern::text,
     .summary = "A number as they are spelled, such as \"1.234,56\": it tells the separators and the places.",
     .constant = true}};
constexpr Overload kOverloads[] = {{kParameters, decimal_by_example, parse_number, prepare}};
constexpr Example kExamples[] = {
    {R"(parse_number("1.234,5", "1.234,56"))", "1234.50"},
    {R"(parse_number("-1 234 567", "1 234"))", "-1234567"},
    {R"(parse_number("12,345", "1.234,56"))", "error: more than 2 places"},
};
constexpr FunctionSpec kSpec{
    .name = "parse_number",
    .category = "conversion",
    .summary = "Reads a number that is spelled as an example is: a decimal of 18 digits with the example's places.",
    .overloads = kOverloads,
    .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
