#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_map(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& input = *arguments.inputs[0].schema;
    std::vector<ProjectedColumn> columns;
    for (const BoundAssign& item : arguments.get<std::vector<BoundAssign>>(0))
        columns.push_back(projected(input, item));
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::map_items}};
constexpr StageExample kExamples[] = {
    {"map { id, total = amount * 2 }", "two columns: id as it is, and total"},
    {"map { * except (note), total = amount * 2 }", "all columns but note, and total"},
};
constexpr StageSpec kSpec{.name = "map",
                          .summary = "Makes exactly these columns, in this order.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_map};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
