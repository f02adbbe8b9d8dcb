#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_set(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& input = *arguments.inputs[0].schema;
    std::vector<ProjectedColumn> columns = pass_all(input);
    for (const BoundAssign& assign : arguments.get<std::vector<BoundAssign>>(0)) {
        ProjectedColumn column = projected(input, assign);
        if (const auto place = input.find(assign.name); place)
            columns[*place] = std::move(column);
        else
            columns.push_back(std::move(column));
    }
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::assigns}};
constexpr StageExample kExamples[] = {
    {"set { total = amount * 2 }", "adds total, or replaces it in its place"},
};
constexpr StageSpec kSpec{.name = "set",
                          .summary = "Adds columns, or replaces them in their place, also with another type.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_set};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
