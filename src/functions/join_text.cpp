#include "expr/lift.hpp"

namespace etl {
namespace {

const DataType* text_of_list(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& diagnostics) {
    const DataType* const list = arguments[0].type;
    if (list->element == nullptr || list->element->kind == TypeKind::text || list->element->kind == TypeKind::null)
        return simple_type(TypeKind::text);
    diagnostics.error("E205", arguments[0].span, "`join_text` takes a list of texts", "this is a " + to_string(list));
    return nullptr;
}

void join_text(const Call& call, Column& out) {
    const Column& lists = *call.in[0];
    const lifting::Input<std::string_view> separators(call, 1);
    auto* const joined = call.arena.array<Text>(call.row_count);
    out.values = joined;
    const auto* const offsets = lists.data<std::uint32_t>();
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::size_t at = lists.index_of(row);
        const std::string_view separator = separators.get(row);
        const std::uint32_t begin = offsets[at], end = offsets[at + 1];
        const Column* const items = begin == end ? nullptr : &lists.children[0];
        std::size_t bytes = 0;
        const auto each_item = [&](auto&& body) {
            for (std::uint32_t item = begin; item < end; ++item)
                if (items->type->kind == TypeKind::text && items->is_valid(item))
                    body(items->data<Text>()[items->index_of(item)].view());
        };
        each_item([&](std::string_view item) { bytes += item.size() + separator.size(); });
        TextWriter writer(call.arena, bytes);
        bool first = true;
        each_item([&](std::string_view item) {
            if (!first) writer.append(separator);
            first = false;
            writer.append(item);
        });
        joined[row] = writer.finish();
    });
}

constexpr Parameter kParameters[] = {{"items", TypePattern::list}, {"separator", TypePattern::text}};
constexpr Overload kOverloads[] = {{kParameters, text_of_list, join_text}};
constexpr Example kExamples[] = {
    {R"(join_text(["a", "b", "c"], ", "))", R"("a, b, c")"},
    {R"(join_text(["a", null, ""], "-"))", R"("a-")"},
    {R"(join_text([], "-"))", R"("")"},
};
constexpr FunctionSpec kSpec{
    .name = "join_text",
    .category = "text",
    .summary = "The texts of a list in one, with a separator between them; nulls are left out.",
    .overloads = kOverloads,
    .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
