#include "component/evaluation.hpp"
#include "component/stage_spec.hpp"

namespace etl {

namespace {

class Filter final : public StageOperator {
  public:
    Filter(std::uint32_t stage, SchemaPtr schema, ExprPtr condition)
        : stage_(stage), schema_(std::move(schema)), condition_(std::move(condition)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EvaluatorSlot>(run); }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& out) override {
        Evaluator& evaluator = static_cast<EvaluatorSlot&>(slot).evaluator;
        const Selection kept = evaluator.select(*condition_, batch, batch.selected);
        evaluator.reject_failures(batch, stage_);
        slot.counts.filtered += batch.selected.size - kept.size;
        batch.selected = kept;
        batch.schema = schema_.get();
        evaluator.hand_over(batch);
        out.push(std::move(batch));
    }

  private:
    std::uint32_t stage_;
    SchemaPtr schema_;
    ExprPtr condition_;
};

BoundStage bind_filter(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    BoundStage stage = pass_through(arguments);
    const auto& condition = arguments.get<ExprPtr>(0);
    mark_columns(*condition, stage.flow.reads[0]);
    stage.op = std::make_shared<Filter>(arguments.stage, stage.outputs[0], condition);
    return stage;
}

constexpr StagePart kParts[] = {{PartKind::expr}};
constexpr StageExample kExamples[] = {
    {"filter amount > 0", "keeps the rows with an amount over 0"},
};
constexpr StageSpec kSpec{.name = "filter",
                          .summary = "Keeps the rows for which a condition is true; the others count as filtered.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_filter};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
