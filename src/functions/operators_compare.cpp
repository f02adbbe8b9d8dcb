#include "data/compare.hpp"
#include "expr/lift.hpp"
#include "expr/operands.hpp"

namespace etl {
namespace {

struct Equal {
    static bool holds(auto a, auto b) { return a == b; }
    static bool of_order(int order) { return order == 0; }
    static bool texts(const Text& a, const Text& b) { return equal_texts(a, b); }
};
struct NotEqual {
    static bool holds(auto a, auto b) { return a != b; }
    static bool of_order(int order) { return order != 0; }
    static bool texts(const Text& a, const Text& b) { return !equal_texts(a, b); }
};
struct Less {
    static bool holds(auto a, auto b) { return a < b; }
    static bool of_order(int order) { return order < 0; }
    static bool texts(const Text& a, const Text& b) { return compare_texts(a, b) < 0; }
};
struct LessEqual {
    static bool holds(auto a, auto b) { return a <= b; }
    static bool of_order(int order) { return order <= 0; }
    static bool texts(const Text& a, const Text& b) { return compare_texts(a, b) <= 0; }
};
struct Greater {
    static bool holds(auto a, auto b) { return a > b; }
    static bool of_order(int order) { return order > 0; }
    static bool texts(const Text& a, const Text& b) { return compare_texts(a, b) > 0; }
};
struct GreaterEqual {
    static bool holds(auto a, auto b) { return a >= b; }
    static bool of_order(int order) { return order >= 0; }
    static bool texts(const Text& a, const Text& b) { return compare_texts(a, b) >= 0; }
};

template <typename A, typename B, typename Body>
void compare(const Call& call, Column& out, const A* a, const B* b, Body&& holds) {
    auto* values = take_values<std::uint8_t>(call, out);
    for_each_pair(
        call.rows, a, call.in[0]->encoding == Encoding::constant, b, call.in[1]->encoding == Encoding::constant,
        [=](std::uint32_t row, const A& x, const B& y) { values[row] = static_cast<std::uint8_t>(holds(x, y)); });
}

template <typename Storage, typename Order>
void plain_kernel(const Call& call, Column& out) {
    compare(call, out, call.in[0]->data<Storage>(), call.in[1]->data<Storage>(),
            [](Storage a, Storage b) { return Order::holds(a, b); });
}

/// Not-a-number, which a source may bring, is equal to itself and the greatest, as in sorts and groups.
template <typename Order>
void float_kernel(const Call& call, Column& out) {
    compare(call, out, call.in[0]->data<double>(), call.in[1]->data<double>(),
            [](double a, double b) { return Order::of_order(compare_floats(a, b)); });
}

template <typename Order>
void text_kernel(const Call& call, Column& out) {
    compare(call, out, call.in[0]->data<Text>(), call.in[1]->data<Text>(),
            [](const Text& a, const Text& b) { return Order::texts(a, b); });
}

/// Each side brought to the greater scale, which fits the storage.
template <typename Storage, typename Order, typename A, typename B>
void compare_scaled(const Call& call, Column& out, const A* as, unsigned a_shift, const B* bs, unsigned b_shift) {
    const auto a_factor = static_cast<Storage>(kPowersOfTen[a_shift]);
    const auto b_factor = static_cast<Storage>(kPowersOfTen[b_shift]);
    compare(call, out, as, bs, [=](A x, B y) { return Order::holds(x * a_factor, y * b_factor); });
}

template <typename Order>
void decimal_kernel(const Call& call, Column& out) {
    const DecimalOperand a = decimal_operand(*call.in[0]);
    const DecimalOperand b = decimal_operand(*call.in[1]);
    if (!a.wide && !b.wide && a.scale == b.scale) return plain_kernel<std::int64_t, Order>(call, out);
    const unsigned scale = std::max(a.scale, b.scale);
    const unsigned a_shift = scale - a.scale, b_shift = scale - b.scale;
    const unsigned most = std::max(a.precision + a_shift, b.precision + b_shift);
    if (most <= 18)
        return compare_scaled<std::int64_t, Order>(call, out, a.data<std::int64_t>(), a_shift, b.data<std::int64_t>(),
                                                   b_shift);
    with_storage(a, [&](const auto* as) {
        with_storage(b, [&](const auto* bs) {
            if (most <= kMaxPrecision)
                compare_scaled<Int128, Order>(call, out, as, a_shift, bs, b_shift);
            else
                compare(call, out, as, bs,
                        [&](auto x, auto y) { return Order::of_order(compare_decimal(x, a.scale, y, b.scale)); });
        });
    });
}

template <typename Order>
void any_kernel(const Call& call, Column& out) {
    auto* values = take_values<std::uint8_t>(call, out);
    for_each_row(call.rows, [&](std::uint32_t row) {
        const auto at = [row](const Column& column) { return column.encoding == Encoding::constant ? 0 : row; };
        values[row] = static_cast<std::uint8_t>(
            Order::of_order(compare_rows(*call.in[0], at(*call.in[0]), *call.in[1], at(*call.in[1]))));
    });
}

constexpr Parameter kInts[] = {{"a", TypePattern::integer}, {"b", TypePattern::integer}};
constexpr Parameter kFloats[] = {{"a", TypePattern::floating}, {"b", TypePattern::floating}};
constexpr Parameter kDecimals[] = {{"a", TypePattern::decimal}, {"b", TypePattern::decimal}};
constexpr Parameter kIntDecimal[] = {{"a", TypePattern::integer}, {"b", TypePattern::decimal}};
constexpr Parameter kDecimalInt[] = {{"a", TypePattern::decimal}, {"b", TypePattern::integer}};
constexpr Parameter kTexts[] = {{"a", TypePattern::text}, {"b", TypePattern::text}};
constexpr Parameter kDates[] = {{"a", TypePattern::date}, {"b", TypePattern::date}};
constexpr Parameter kTimestamps[] = {{"a", TypePattern::timestamp}, {"b", TypePattern::timestamp}};
constexpr Parameter kDurations[] = {{"a", TypePattern::duration}, {"b", TypePattern::duration}};
constexpr Parameter kBools[] = {{"a", TypePattern::boolean}, {"b", TypePattern::boolean}};
constexpr Parameter kLists[] = {{"a", TypePattern::list}, {"b", TypePattern::same}};
constexpr Parameter kRecords[] = {{"a", TypePattern::record}, {"b", TypePattern::same}};

template <typename Order>
constexpr Overload kOverloads[] = {
    {kInts, gives<TypeKind::boolean>, plain_kernel<std::int64_t, Order>},
    {kFloats, gives<TypeKind::boolean>, float_kernel<Order>},
    {kDecimals, gives<TypeKind::boolean>, decimal_kernel<Order>},
    {kIntDecimal, gives<TypeKind::boolean>, decimal_kernel<Order>},
    {kDecimalInt, gives<TypeKind::boolean>, decimal_kernel<Order>},
    {kTexts, gives<TypeKind::boolean>, text_kernel<Order>},
    {kDates, gives<TypeKind::boolean>, plain_kernel<std::int32_t, Order>},
    {kTimestamps, gives<TypeKind::boolean>, plain_kernel<std::int64_t, Order>},
    {kDurations, gives<TypeKind::boolean>, plain_kernel<std::int64_t, Order>},
    {kBools, gives<TypeKind::boolean>, plain_kernel<std::uint8_t, Order>},
    {kLists, gives<TypeKind::boolean>, any_kernel<Order>},
    {kRecords, gives<TypeKind::boolean>, any_kernel<Order>},
};

constexpr Example kEqualExamples[] = {
    {"1 == 1.0", "true"},
    {R"("a" == "A")", "false"},
    {R"(date("2024-01-31") == "2024-01-31")", "true"},
};
constexpr FunctionSpec kEqual{.name = "==",
                              .category = "operator",
                              .summary = "Whether two values are equal.",
                              .overloads = kOverloads<Equal>,
                              .examples = kEqualExamples};
const Registration<FunctionSpec> kEqualRegistration{kEqual};

constexpr Example kNotEqualExamples[] = {{"1 != 2", "true"}, {R"("a" != "a")", "false"}};
constexpr FunctionSpec kNotEqual{.name = "!=",
                                 .category = "operator",
                                 .summary = "Whether two values differ.",
                                 .overloads = kOverloads<NotEqual>,
                                 .examples = kNotEqualExamples};
const Registration<FunctionSpec> kNotEqualRegistration{kNotEqual};

constexpr Example kLessExamples[] = {{"1.50 < 2", "true"}, {R"("Z" < "a")", "true"}};
constexpr FunctionSpec kLess{.name = "<",
                             .category = "operator",
                             .summary = "Whether the left value comes before the right one; texts by code point.",
                             .overloads = kOverloads<Less>,
                             .examples = kLessExamples};
const Registration<FunctionSpec> kLessRegistration{kLess};

constexpr Example kLessEqualExamples[] = {{"2 <= 2.00", "true"}, {"3 <= 2", "false"}};
constexpr FunctionSpec kLessEqual{.name = "<=",
                                  .category = "operator",
                                  .summary = "Whether the left value does not come behind the right one.",
                                  .overloads = kOverloads<LessEqual>,
                                  .examples = kLessEqualExamples};
const Registration<FunctionSpec> kLessEqualRegistration{kLessEqual};

constexpr Example kGreaterExamples[] = {{"5m > 90s", "true"}, {"false > true", "false"}};
constexpr FunctionSpec kGreater{.name = ">",
                                .category = "operator",
                                .summary = "Whether the left value comes behind the right one.",
                                .overloads = kOverloads<Greater>,
                                .examples = kGreaterExamples};
const Registration<FunctionSpec> kGreaterRegistration{kGreater};

constexpr Example kGreaterEqualExamples[] = {
    {"2 >= 3", "false"},
    {R"(timestamp("2024-01-02T00:00:00Z") >= date("2024-01-02"))", "true"},
};
constexpr FunctionSpec kGreaterEqual{.name = ">=",
                                     .category = "operator",
                                     .summary = "Whether the left value does not come before the right one.",
                                     .overloads = kOverloads<GreaterEqual>,
                                     .examples = kGreaterEqualExamples};
const Registration<FunctionSpec> kGreaterEqualRegistration{kGreaterEqual};

}  // namespace
}  // namespace etl
