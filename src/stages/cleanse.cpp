#include <optional>

#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_cleanse(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& input = *arguments.inputs[0].schema;
    std::vector<ProjectedColumn> columns = pass_all(input);
    std::uint32_t next = 0;  // they mostly come in the order of the columns, of which there may be very many
    for (const BoundAssign& assign : arguments.get<std::vector<BoundAssign>>(0)) {
        const bool is_next =
            next < input.size() && input.fields[next].name == assign.name && input.fields[next].qualifier.empty();
        const auto place = is_next ? std::optional(next) : input.find(assign.name);
        if (!place) continue;
        columns[*place] = projected(input, assign);
        next = *place + 1;
    }
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::clean_rules}};
constexpr StageExample kExamples[] = {
    {"cleanse { name: trim, upper }", "trims name, then writes it in capitals"},
};
constexpr StageSpec kSpec{
    .name = "cleanse",
    .summary =
        "Applies rules to columns in place, left to right; a rule is a function whose first parameter is the value.",
    .parts = kParts,
    .examples = kExamples,
    .bind = bind_cleanse};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
