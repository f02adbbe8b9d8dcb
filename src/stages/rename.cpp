#include "component/projection.hpp"

namespace etl {

namespace {

BoundStage bind_rename(const StageArguments& arguments, Diagnostics& diagnostics) {
    std::vector<ProjectedColumn> columns = pass_all(*arguments.inputs[0].schema);
    const auto& renames = arguments.get<std::vector<BoundRename>>(0);
    for (const BoundRename& rename : renames) {
        columns[rename.column].field.name = rename.name;
        columns[rename.column].field.qualifier.clear();
    }
    for (const BoundRename& rename : renames)
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Field& field = columns[i].field;
            if (i == rename.column || field.name != rename.name || !field.qualifier.empty()) continue;
            diagnostics.error("E311", rename.span, "there is a column `" + rename.name + "` already",
                              "two columns would have this name",
                              {"drop the other one before, or choose another name"});
            return {};
        }
    return make_projection(arguments, std::move(columns));
}

constexpr StagePart kParts[] = {{PartKind::pairs}};
constexpr StageExample kExamples[] = {
    {"rename amount -> total, note -> remark", "gives two columns other names"},
};
constexpr StageSpec kSpec{.name = "rename",
                          .summary = "Gives columns other names; they keep their places.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_rename};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
