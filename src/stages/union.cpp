#include <algorithm>
#include <optional>

#include "component/stage_spec.hpp"

namespace etl {

namespace {

/// Brings the columns of every input into the order of the first.
class Union final : public StageOperator {
  public:
    Union(SchemaPtr schema, std::vector<std::vector<std::uint32_t>> columns_of)
        : schema_(std::move(schema)), columns_of_(std::move(columns_of)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& /*run*/) override { return std::make_unique<Slot>(); }

    void process(Batch&& batch, std::uint32_t input, Slot& /*slot*/, Emitter& out) override {
        if (input != 0) {
            std::vector<Column> columns;
            for (const std::uint32_t column : columns_of_[input]) columns.push_back(std::move(batch.columns[column]));
            batch.columns = std::move(columns);
        }
        batch.schema = schema_.get();
        out.push(std::move(batch));
    }

  private:
    SchemaPtr schema_;
    std::vector<std::vector<std::uint32_t>> columns_of_;  // by input, by column of the output
};

/// Inputs mostly have their columns in the same order, and may have very many.
std::optional<std::uint32_t> find_near(const Schema& schema, const Field& field, std::uint32_t place) {
    if (place < schema.size() && schema.fields[place].name == field.name &&
        schema.fields[place].qualifier == field.qualifier)
        return place;
    return schema.find(field.name, field.qualifier);
}

/// What an input lacks, has too much or has of another type; the column's places in `columns` where all is well.
bool match_columns(const Schema& wanted, const StageInput& input, Schema& made, std::vector<std::uint32_t>& columns,
                   Diagnostics& diagnostics) {
    std::vector<std::string> notes;
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
        const Field& field = wanted.fields[i];
        const auto found = find_near(*input.schema, field, i);
        if (!found) {
            notes.push_back("it has no column `" + field.name + "`");
            continue;
        }
        const Field& other = input.schema->fields[*found];
        if (with_nullable(other.type, false) != with_nullable(field.type, false))
            notes.push_back("its column `" + field.name + "` is " + to_string(other.type) + ", not " +
                            to_string(field.type));
        if (other.type->nullable) made.fields[i].type = with_nullable(made.fields[i].type, true);
        made.fields[i].is_private |= other.is_private;
        columns.push_back(*found);
    }
    for (std::uint32_t i = 0; i < input.schema->size(); ++i)
        if (const Field& field = input.schema->fields[i]; !find_near(wanted, field, i))
            notes.push_back("its column `" + field.name + "` is too many");
    if (notes.empty()) return true;
    notes.emplace_back("bring both to the same columns with a `map` before");
    diagnostics.error("E321", input.span, "`" + input.name + "` has other columns than the flow", notes.front(),
                      std::vector<std::string>(notes.begin() + 1, notes.end()));
    return false;
}

BoundStage bind_union(const StageArguments& arguments, Diagnostics& diagnostics) {
    const Schema& wanted = *arguments.inputs[0].schema;
    Schema made = wanted;
    BoundStage stage;
    std::vector<std::vector<std::uint32_t>> columns_of(arguments.inputs.size());
    bool good = true;
    for (std::size_t i = 1; i < arguments.inputs.size(); ++i)
        good &= match_columns(wanted, arguments.inputs[i], made, columns_of[i], diagnostics);
    if (!good) return {};
    for (const StageInput& input : arguments.inputs)
        stage.flow.reads.emplace_back(input.schema->size(), &input != &arguments.inputs[0]);
    for (std::uint32_t i = 0; i < wanted.size(); ++i) stage.flow.passes.push_back(static_cast<std::int32_t>(i));
    // An empty field is an empty text or a null, as the type of its own source says: that must not stay raw.
    for (std::uint32_t i = 0; i < wanted.size(); ++i)
        if (made.fields[i].type != wanted.fields[i].type && made.fields[i].type->is(TypeKind::text))
            stage.flow.reads[0][i] = true;
    stage.outputs = {std::make_shared<const Schema>(std::move(made))};
    stage.op = std::make_shared<Union>(stage.outputs[0], std::move(columns_of));
    return stage;
}

constexpr StagePart kParts[] = {{.kind = PartKind::name, .repeated = true, .role = PartRole::input}};
constexpr StageExample kExamples[] = {
    {"union returns, corrections", "appends the rows of two other flows with the same columns"},
};
constexpr StageSpec kSpec{.name = "union",
                          .summary = "Appends the rows of other flows with the same columns, in the order written.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_union};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
