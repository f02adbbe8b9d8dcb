#include <vector>

#include "expr/lift.hpp"

namespace etl {
namespace {

const DataType* list_of_texts(std::span<const Argument> /*arguments*/, SourceSpan /*call*/, Diagnostics& /*found*/) {
    return list_type(simple_type(TypeKind::text));
}

void split_into(std::string_view text, std::string_view separator, std::vector<Text>& parts) {
    for (;;) {
        const std::size_t at = text.find(separator);
        const std::size_t size = at == std::string_view::npos ? text.size() : at;
        parts.push_back(make_text(text.data(), size));
        if (at == std::string_view::npos) return;
        text.remove_prefix(at + separator.size());
    }
}

void split(const Call& call, Column& out) {
    const lifting::Input<std::string_view> texts(call, 0), separators(call, 1);
    auto* const offsets = call.arena.array<std::uint32_t>(std::size_t{call.row_count} + 1);
    std::vector<Text> parts;
    std::uint32_t next = 0;
    for_each_row(call.rows, [&](std::uint32_t row) {
        // Rows that are left out have empty lists.
        while (next <= row) offsets[next++] = static_cast<std::uint32_t>(parts.size());
        const std::string_view separator = separators.get(row);
        if (separator.empty())
            call.errors.fail(row, RowError::empty_argument);
        else
            split_into(texts.get(row), separator, parts);
    });
    while (next <= call.row_count) offsets[next++] = static_cast<std::uint32_t>(parts.size());
    out.values = offsets;
    Column items;
    items.type = out.type->element;
    auto* const stored = call.arena.array<Text>(parts.size());
    if (!parts.empty()) std::memcpy(stored, parts.data(), parts.size() * sizeof(Text));
    items.values = stored;
    out.children = {std::move(items)};
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}, {"separator", TypePattern::text}};
constexpr Overload kOverloads[] = {{kParameters, list_of_texts, split}};
constexpr Example kExamples[] = {
    {R"(split("a, b,c", ","))", R"(["a", " b", "c"])"},
    {R"(split("a", ","))", R"(["a"])"},
    {R"(split("a,,b,", ","))", R"(["a", "", "b", ""])"},
    {R"(split("", ","))", R"([""])"},
};
constexpr FunctionSpec kSpec{.name = "split",
                             .category = "text",
                             .summary = "The list of the parts of a text between a separator.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
