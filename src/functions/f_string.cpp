#include <vector>

#include "expr/lift.hpp"

namespace etl {
namespace {

/// An argument: its texts, or the one text of a constant.
struct Part {
    const Text* texts;
    bool is_constant;
    std::string_view at(std::uint32_t row) const { return texts[is_constant ? 0 : row].view(); }
};

void join_parts(const Call& call, Column& out) {
    std::vector<Part> parts;
    parts.reserve(call.in.size());
    for (const Column* column : call.in)
        parts.push_back({column->data<Text>(), column->encoding == Encoding::constant});
    auto* joined = call.arena.array<Text>(call.row_count);
    for_each_row(call.rows, [&](std::uint32_t row) {
        std::size_t size = 0;
        for (const Part& part : parts) size += part.at(row).size();
        TextWriter writer(call.arena, size);
        for (const Part& part : parts) writer.append(part.at(row));
        joined[row] = writer.finish();
    });
    out.values = joined;
}

const DataType* text_result(std::span<const Argument> /*arguments*/, SourceSpan /*call*/,
                            Diagnostics& /*diagnostics*/) {
    return simple_type(TypeKind::text);
}

constexpr Parameter kParameters[] = {{.name = "part", .pattern = TypePattern::text, .repeated = true}};
constexpr Overload kOverloads[] = {{.parameters = kParameters, .result = text_result, .kernel = join_parts}};
constexpr Example kExamples[] = {
    {R"etl(f"{"a"}-{"b"}")etl", R"("a-b")"},
    {R"etl(f"{{{1 + 1}}}")etl", R"("{2}")"},
    {R"etl(f"no {null_if("x", "x")}")etl", "null"},
};
constexpr FunctionSpec kSpec{.name = "f-string",
                             .category = "operator",
                             .summary =
                                 "Puts values into a text: what stands between braces is an expression, which a "
                                 "format may follow; a null inside makes it null.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
