#include "component/stage_spec.hpp"

namespace etl {

BoundStage pass_through(const StageArguments& arguments) {
    BoundStage stage;
    // A copy: narrowing by the binder may make a column of what follows not null.
    stage.outputs = {std::make_shared<const Schema>(*arguments.inputs[0].schema)};
    const std::uint32_t columns = stage.outputs[0]->size();
    stage.flow.reads = {std::vector<bool>(columns)};
    for (std::uint32_t i = 0; i < columns; ++i) stage.flow.passes.push_back(static_cast<std::int32_t>(i));
    return stage;
}

}  // namespace etl
