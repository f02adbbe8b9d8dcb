#include "data/unicode.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

std::int64_t characters_of(std::string_view text) { return count_characters(text); }

void items_of(const Call& call, Column& out) {
    const Column& lists = *call.in[0];
    const auto* const offsets = lists.data<std::uint32_t>();
    auto* const counts = call.arena.array<std::int64_t>(call.row_count);
    out.values = counts;
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::size_t at = lists.index_of(row);
        counts[row] = offsets[at + 1] - offsets[at];
    });
}

constexpr Parameter kTextParameters[] = {{"value", TypePattern::text}};
constexpr Parameter kListParameters[] = {{"items", TypePattern::list}};
constexpr Overload kOverloads[] = {lift<characters_of>(kTextParameters),
                                   {kListParameters, gives<TypeKind::integer>, items_of}};
constexpr Example kExamples[] = {
    {R"(length("Müller"))", "6"},
    {R"(length(""))", "0"},
    {"length([1, null, 3])", "3"},
};
constexpr FunctionSpec kSpec{.name = "length",
                             .category = "text",
                             .summary = "The number of characters of a text (code points), or of the items of a list.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
