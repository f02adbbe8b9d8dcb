#include <algorithm>

#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_drop(const StageArguments& arguments, Diagnostics& diagnostics) {
    const auto& dropped = arguments.get<std::vector<std::uint32_t>>(0);
    std::vector<ProjectedColumn> columns;
    for (ProjectedColumn& column : pass_all(*arguments.inputs[0].schema))
        if (std::find(dropped.begin(), dropped.end(), static_cast<std::uint32_t>(column.passed)) == dropped.end())
            columns.push_back(std::move(column));
    if (columns.empty()) {
        diagnostics.error("E310", arguments.span, "this drops every column", "no column is left");
        return {};
    }
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::pick}};
constexpr StageExample kExamples[] = {
    {"drop note, phone", "takes two columns away"},
    {R"(drop r"^tmp_")", "takes away the columns whose names begin with tmp_"},
};
constexpr StageSpec kSpec{
    .name = "drop", .summary = "Takes columns away.", .parts = kParts, .examples = kExamples, .bind = bind_drop};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
