#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_cast(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& input = *arguments.inputs[0].schema;
    std::vector<ProjectedColumn> columns = pass_all(input);
    for (const BoundAssign& assign : arguments.get<std::vector<BoundAssign>>(0))
        if (const auto place = input.find(assign.name); place) columns[*place] = projected(input, assign);
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::columns}};
constexpr StageExample kExamples[] = {
    {R"(cast { amount: decimal(12, 2) "1.234,56" })", "reads amount in the format given by example"},
};
constexpr StageSpec kSpec{.name = "cast",
                          .summary = "Converts columns in place, as the columns of a source are read.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_cast};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
