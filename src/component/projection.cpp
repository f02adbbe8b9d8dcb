#include "component/projection.hpp"

#include "component/evaluation.hpp"

namespace etl {

namespace {

class Projection final : public StageOperator {
  public:
    Projection(std::uint32_t stage, SchemaPtr schema, std::vector<ProjectedColumn> columns)
        : stage_(stage), schema_(std::move(schema)), columns_(std::move(columns)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EvaluatorSlot>(run); }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& out) override {
        Evaluator& evaluator = static_cast<EvaluatorSlot&>(slot).evaluator;
        std::vector<Column> made(columns_.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].passed >= 0) continue;
            made[i] = evaluator.evaluate(*columns_[i].value, batch, batch.selected);
            evaluator.reject_failures(batch, stage_, columns_[i].field.name);
        }
        // Passed columns are copied after every value is made: evaluating may have unpacked them.
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].passed >= 0) made[i] = batch.columns[static_cast<std::size_t>(columns_[i].passed)];
        batch.columns = std::move(made);
        batch.schema = schema_.get();
        evaluator.hand_over(batch);
        out.push(std::move(batch));
    }

  private:
    std::uint32_t stage_;
    SchemaPtr schema_;
    std::vector<ProjectedColumn> columns_;
};

}  // namespace

std::vector<ProjectedColumn> pass_all(const Schema& schema) {
    std::vector<ProjectedColumn> columns;
    for (std::uint32_t i = 0; i < schema.size(); ++i)
        columns.push_back({schema.fields[i], static_cast<std::int32_t>(i), nullptr});
    return columns;
}

ProjectedColumn projected(const Schema& schema, const BoundAssign& assign) {
    const std::int64_t bare = bare_column(*assign.value);
    ProjectedColumn column;
    column.field.name = assign.name;
    column.field.type = assign.value->type;
    column.field.is_private = assign.value->is_private;
    // A column narrowed to not null has another type than the schema's: its value is the same.
    if (bare >= 0) {
        column.passed = static_cast<std::int32_t>(bare);
        column.field.is_private = schema.fields[static_cast<std::size_t>(bare)].is_private;
    } else {
        column.value = assign.value;
    }
    return column;
}

BoundStage make_projection(const StageArguments& arguments, std::vector<ProjectedColumn> columns) {
    BoundStage stage;
    std::vector<bool> reads(arguments.inputs[0].schema->size());
    auto schema = std::make_shared<Schema>();
    for (const ProjectedColumn& column : columns) {
        schema->fields.push_back(column.field);
        stage.flow.passes.push_back(column.passed);
        if (column.value != nullptr) mark_columns(*column.value, reads);
    }
    stage.flow.reads = {std::move(reads)};
    stage.outputs = {schema};
    stage.op = std::make_shared<Projection>(arguments.stage, schema, std::move(columns));
    return stage;
}

}  // namespace etl
