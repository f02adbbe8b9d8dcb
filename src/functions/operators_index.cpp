#include "data/gather.hpp"
#include "expr/lift.hpp"

// list[index].

namespace etl {
namespace {

void item_kernel(const Call& call, Column& out) {
    const Column& list = *call.in[0];
    const Column& index = *call.in[1];
    const auto* offsets = list.data<std::uint32_t>();
    const auto* numbers = index.data<std::int64_t>();
    auto* items = call.arena.array<std::uint32_t>(call.row_count);
    for (std::uint32_t row = 0; row < call.row_count; ++row) items[row] = kNoRow;
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::size_t at = list.index_of(row);
        const std::int64_t number = numbers[index.index_of(row)];
        if (number < 0 || number >= offsets[at + 1] - offsets[at])
            call.errors.fail(row, RowError::index_out_of_range);
        else
            items[row] = offsets[at] + static_cast<std::uint32_t>(number);
    });
    const DataType* const type = out.type;
    out = gather(list.children[0], items, call.row_count, call.arena);
    out.type = type;
}

const DataType* item_type(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*diagnostics*/) {
    return arguments[0].type->element;
}

constexpr Parameter kParameters[] = {{"list", TypePattern::list}, {"index", TypePattern::integer}};
constexpr Overload kOverloads[] = {{kParameters, item_type, item_kernel}};
constexpr Example kExamples[] = {{"[10, 20][0]", "10"}, {"[10, 20][2]", "error: index out of range"}};
constexpr FunctionSpec kSpec{.name = "[]",
                             .category = "operator",
                             .summary = "An item of a list; the first has the index 0.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
