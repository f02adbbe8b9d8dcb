#include "component/row_choice.hpp"
#include "component/row_keys.hpp"

namespace etl {

namespace {

BoundStage bind_dedupe(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    std::vector<ExprPtr> keys;
    std::vector<std::string> names;
    for (const std::uint32_t column : arguments.get<std::vector<std::uint32_t>>(0)) {
        keys.push_back(column_expr(*arguments.inputs[0].schema, column, arguments.span));
        names.push_back(key_name(*keys.back()));
    }
    const auto& keep = arguments.get<BoundKeep>(1);
    return make_row_choice(arguments, stage_label("dedupe", names), std::move(keys),
                           keep.latest ? RowChoice::latest : RowChoice::earliest, keep.value);
}

constexpr StagePart kParts[] = {{.kind = PartKind::paths, .word = "by"}, {.kind = PartKind::keep}};
constexpr StageExample kExamples[] = {
    {"dedupe by id keep latest changed_at", "keeps of each id the row that was changed last"},
    {"dedupe by customer, day keep earliest id", "keeps of each customer and day the row with the least id"},
};
constexpr StageSpec kSpec{.name = "dedupe",
                          .summary =
                              "Keeps one whole row of each key: the one with the greatest or least value; a "
                              "null loses, of equals the first wins.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_dedupe};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
