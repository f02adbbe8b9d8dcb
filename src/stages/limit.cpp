#include "component/stage_spec.hpp"

namespace etl {

namespace {

struct LimitSlot final : Slot {
    std::uint64_t left = 0;
};

class Limit final : public StageOperator {
  public:
    Limit(SchemaPtr schema, std::uint64_t most) : schema_(std::move(schema)), most_(most) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::ordered; }

    std::unique_ptr<Slot> make_slot(RunContext& /*run*/) override {
        auto slot = std::make_unique<LimitSlot>();
        slot->left = most_;
        slot->satisfied = most_ == 0;
        return slot;
    }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& out) override {
        auto& state = static_cast<LimitSlot&>(slot);
        if (batch.selected.size > state.left) {
            state.counts.cut += batch.selected.size - state.left;
            batch.selected.size = static_cast<std::uint32_t>(state.left);
        }
        state.left -= batch.selected.size;
        state.satisfied = state.left == 0;
        batch.schema = schema_.get();
        out.push(std::move(batch));
    }

  private:
    SchemaPtr schema_;
    std::uint64_t most_;
};

BoundStage bind_limit(const StageArguments& arguments, Diagnostics& diagnostics) {
    const ExprPtr& most = arguments.get<ExprPtr>(0);
    const auto* count = std::get_if<std::int64_t>(&most->constant.data);
    if (most->kind != ExprKind::constant || !most->type->is(TypeKind::integer) || count == nullptr || *count < 0) {
        diagnostics.error("E320", most->span, "`limit` takes a number of rows", "a whole number, 0 or more");
        return {};
    }
    BoundStage stage = pass_through(arguments);
    stage.needs_whole_input = true;
    stage.op = std::make_shared<Limit>(stage.outputs[0], static_cast<std::uint64_t>(*count));
    return stage;
}

constexpr StagePart kParts[] = {{.kind = PartKind::expr, .scope = PartScope::constant}};
constexpr StageExample kExamples[] = {
    {"limit 10", "lets the first ten rows pass"},
};
constexpr StageSpec kSpec{.name = "limit",
                          .summary = "Lets the first rows pass and stops reading; rows behind them are cut.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_limit};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
