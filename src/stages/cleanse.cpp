#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_cleanse(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& input = *arguments.inputs[0].schema;
    std::vector<ProjectedColumn> columns = pass_all(input);
    for (const BoundAssign& assign : arguments.get<std::vector<BoundAssign>>(0))
        if (const auto place = input.find(assign.name); place) columns[*place] = projected(input, assign);
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
