#include <cmath>

#include "data/compare.hpp"
#include "expr/lift.hpp"
#include "expr/operands.hpp"

// abs, min_of, max_of. Rounding: rounding.cpp.

namespace etl {
namespace {

Checked<std::int64_t> absolute_int(std::int64_t value) {
    if (value == INT64_MIN) return RowError::overflow;
    return value < 0 ? -value : value;
}
double absolute_float(double value) { return std::abs(value); }

void absolute_decimal_kernel(const Call& call, Column& out) {
    with_storage(decimal_operand(*call.in[0]), [&](const auto* values) {
        using Storage = std::remove_cvref_t<decltype(*values)>;
        auto* sizes = take_values<Storage>(call, out);
        for_each_value(call, values, [=](std::uint32_t row, Storage x) { sizes[row] = x < 0 ? -x : x; });
    });
}

constexpr Parameter kInt[] = {{"value", TypePattern::integer}};
constexpr Parameter kFloat[] = {{"value", TypePattern::floating}};
constexpr Parameter kDecimal[] = {{"value", TypePattern::decimal}};
constexpr Overload kAbsOverloads[] = {
    lift<absolute_int>(kInt),
    lift<absolute_float>(kFloat),
    {kDecimal, gives_argument<>, absolute_decimal_kernel},
};
constexpr Example kAbsExamples[] = {{"abs(-3)", "3"}, {"abs(-1.50)", "1.50"}, {"abs(2)", "2"}};
constexpr FunctionSpec kAbs{.name = "abs",
                            .category = "number",
                            .summary = "A number without its sign.",
                            .overloads = kAbsOverloads,
                            .examples = kAbsExamples};
const Registration<FunctionSpec> kAbsRegistration{kAbs};

/// Of equal ones the first stays.
template <bool Greatest, typename Stored, typename Compare>
void pick_rows(const Call& call, Column& out, Compare&& compare) {
    auto* picked = take_values<Stored>(call, out);
    for (std::size_t i = 0; i < call.in.size(); ++i) {
        const auto* values = call.in[i]->data<Stored>();
        const std::uint32_t mask = call.in[i]->encoding == Encoding::constant ? 0 : UINT32_MAX;
        if (i == 0)
            for_each_row(call.rows, [=](std::uint32_t row) { picked[row] = values[row & mask]; });
        else
            for_each_row(call.rows, [=](std::uint32_t row) {
                const Stored& other = values[row & mask];
                const int order = compare(other, picked[row]);
                if (Greatest ? order > 0 : order < 0) picked[row] = other;
            });
    }
}

template <bool Greatest>
void pick_kernel(const Call& call, Column& out) {
    const auto plain = [](auto a, auto b) { return a < b ? -1 : static_cast<int>(b < a); };
    const DataType* type = call.result_type;
    if (type->is(TypeKind::text)) return pick_rows<Greatest, Text>(call, out, compare_texts);
    if (type->is(TypeKind::floating)) return pick_rows<Greatest, double>(call, out, compare_floats);
    if (type->is_wide_decimal()) return pick_rows<Greatest, Int128>(call, out, plain);
    if (type->is(TypeKind::date)) return pick_rows<Greatest, std::int32_t>(call, out, plain);
    if (type->is(TypeKind::boolean)) return pick_rows<Greatest, std::uint8_t>(call, out, plain);
    pick_rows<Greatest, std::int64_t>(call, out, plain);
}

const DataType* picked_type(std::span<const Argument> arguments, SourceSpan call, Diagnostics& diagnostics) {
    const DataType* type = arguments[0].type;
    if (!type->is(TypeKind::list) && !type->is(TypeKind::record)) return with_nullable(type, false);
    diagnostics.error("E205", call, "neither lists nor records are picked from");
    return nullptr;
}

constexpr Parameter kSeveral[] = {
    {"value", TypePattern::any},
    {.name = "other", .pattern = TypePattern::same, .repeated = true},
};
constexpr Overload kMinOverloads[] = {{kSeveral, picked_type, pick_kernel<false>}};
constexpr Example kMinExamples[] = {
    {"min_of(3, 1.5, 2)", "1.5"},
    {R"(min_of("b", "a"))", R"("a")"},
    {"min_of(1, null)", "null"},
};
constexpr FunctionSpec kMin{.name = "min_of",
                            .category = "number",
                            .summary = "The least of several values of a row; null if one is.",
                            .overloads = kMinOverloads,
                            .examples = kMinExamples};
const Registration<FunctionSpec> kMinRegistration{kMin};

constexpr Overload kMaxOverloads[] = {{kSeveral, picked_type, pick_kernel<true>}};
constexpr Example kMaxExamples[] = {
    {"max_of(3, 1.5, 2)", "3.0"},
    {R"(max_of(date("2024-01-31"), "2024-02-01"))", R"(date("2024-02-01"))"},
};
constexpr FunctionSpec kMax{.name = "max_of",
                            .category = "number",
                            .summary = "The greatest of several values of a row; null if one is.",
                            .overloads = kMaxOverloads,
                            .examples = kMaxExamples};
const Registration<FunctionSpec> kMaxRegistration{kMax};

}  // namespace
}  // namespace etl
