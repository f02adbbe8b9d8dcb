#include "component/row_choice.hpp"
#include "component/row_keys.hpp"

namespace etl {

namespace {

BoundStage bind_distinct(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    const Schema& schema = *arguments.inputs[0].schema;
    std::vector<ExprPtr> keys;
    std::vector<std::string> names;
    if (arguments.has(0)) {
        for (const std::uint32_t column : arguments.get<std::vector<std::uint32_t>>(0)) {
            keys.push_back(column_expr(schema, column, arguments.span));
            names.push_back(key_name(*keys.back()));
        }
    } else {
        for (std::uint32_t column = 0; column < schema.size(); ++column)
            keys.push_back(column_expr(schema, column, arguments.span));
    }
    return make_row_choice(arguments, stage_label("distinct", names), std::move(keys), RowChoice::first, nullptr);
}

constexpr StagePart kParts[] = {{.kind = PartKind::paths, .word = "by", .required = false}};
constexpr StageExample kExamples[] = {
    {"distinct", "keeps the first of rows that are alike in all columns"},
    {"distinct by customer", "keeps the whole first row of each customer"},
};
constexpr StageSpec kSpec{.name = "distinct",
                          .summary = "Keeps the first row of those that are alike, in all columns or in some.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_distinct};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
