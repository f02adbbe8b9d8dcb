#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "component/evaluation.hpp"
#include "component/stage_spec.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

/// A row that failed checks: the first one names the column, all give their reasons.
struct Refusal {
    const BoundCheck* check;
    std::string value;
    std::string reasons;
};

struct ValidateSlot final : EvaluatorSlot {
    ValidateSlot(RunContext& context, std::size_t checks) : EvaluatorSlot(context), run(context) {
        counts.warned.resize(checks);
    }
    const RunContext& run;
    std::map<std::uint32_t, Refusal> refused;  // by row
};

class Validate final : public StageOperator {
  public:
    Validate(std::uint32_t stage, SchemaPtr schema, std::vector<BoundCheck> checks)
        : stage_(stage), schema_(std::move(schema)), checks_(std::move(checks)) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        return std::make_unique<ValidateSlot>(run, checks_.size());
    }

    std::vector<WarningReason> warnings() const override {
        std::vector<WarningReason> reasons;
        for (const BoundCheck& check : checks_) reasons.push_back(reason_of(check));
        return reasons;
    }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& out) override {
        auto& state = static_cast<ValidateSlot&>(slot);
        state.refused.clear();
        for (std::size_t i = 0; i < checks_.size(); ++i) judge(checks_[i], batch, state, state.counts.warned[i]);
        if (!state.refused.empty()) reject(batch, state);
        batch.schema = schema_.get();
        state.evaluator.hand_over(batch);
        out.push(std::move(batch));
    }

  private:
    static WarningReason reason_of(const BoundCheck& check) {
        const bool is_fixed = check.message->kind == ExprKind::constant && !check.message->constant.is_null();
        return {is_fixed ? std::get<std::string>(check.message->constant.data) : "", check.span};
    }

    void judge(const BoundCheck& check, Batch& batch, ValidateSlot& state, std::uint64_t& warned) const {
        const Selection good = state.evaluator.select(*check.condition, batch, batch.selected);
        std::vector<FailedRow> broken = std::move(state.evaluator.failures());
        state.evaluator.failures().clear();
        if (good.size == batch.selected.size) return;
        std::vector<std::uint32_t> bad;
        for (std::uint32_t i = 0, next = 0; i < batch.selected.size; ++i) {
            const std::uint32_t row = batch.selected[i];
            if (next < good.size && good[next] == row)
                ++next;
            else
                bad.push_back(row);
        }
        for (const FailedRow& failed : broken) {
            note(state, failed.row, check, failed.node->is_private ? "***" : failed.value, error_text(failed));
            std::erase(bad, failed.row);
        }
        if (check.action == CheckAction::warn) {
            warned += bad.size();
            return;
        }
        refuse(check, batch, state, bad);
    }

    void refuse(const BoundCheck& check, Batch& batch, ValidateSlot& state,
                const std::vector<std::uint32_t>& bad) const {
        if (bad.empty()) return;
        const Selection rows{bad.data(), static_cast<std::uint32_t>(bad.size())};
        const Column message = state.evaluator.evaluate(*check.message, batch, rows);
        state.evaluator.failures().clear();
        const BoundExpr* shown = first_column(*check.condition);
        Column value;
        if (shown != nullptr) value = state.evaluator.evaluate(*shown, batch, rows);
        state.evaluator.failures().clear();
        for (const std::uint32_t row : bad) {
            std::string reason;
            append_text(reason, message, row);
            if (reason.empty()) reason = "a check failed";
            std::string text;
            if (shown != nullptr) append_text(text, value, row);
            if (shown != nullptr && shown->is_private) text = "***";
            if (check.action == CheckAction::fail) stop(batch, row, reason, state.run);
            note(state, row, check, text, reason);
        }
    }

    [[noreturn]] static void stop(const Batch& batch, std::uint32_t row, const std::string& reason,
                                  const RunContext& run) {
        const RowOrigin origin = batch.origin_of(row);
        const std::string file = run.file_name(origin.source, origin.file);
        std::string where;
        if (!file.empty())
            where = file + ":" + std::to_string(origin.line) + ": ";
        else if (origin.source != kNoSource && origin.line > 0)
            where = "row " + std::to_string(origin.line) + " of the source: ";
        throw Error("E520", where + reason + "; the check says `fail`");
    }

    static void note(ValidateSlot& state, std::uint32_t row, const BoundCheck& check, const std::string& value,
                     const std::string& reason) {
        const auto [place, added] = state.refused.try_emplace(row, Refusal{&check, value, reason});
        if (!added) place->second.reasons += "; " + reason;
    }

    static const BoundExpr* first_column(const BoundExpr& expr) {
        if (expr.kind == ExprKind::column) return &expr;
        for (const ExprPtr& arg : expr.args)
            if (const BoundExpr* found = first_column(*arg); found != nullptr) return found;
        return nullptr;
    }

    void reject(Batch& batch, ValidateSlot& state) const {
        std::vector<std::uint32_t> rows;
        for (const auto& [row, refusal] : state.refused) {
            rows.push_back(row);
            Reject made;
            made.stage = stage_;
            made.span = refusal.check->span;
            made.column = first_column_name(*refusal.check->condition);
            made.value = refusal.value;
            made.reason = refusal.reasons;
            made.origin = batch.origin_of(row);
            made.record_number = batch.record_number(row);
            batch.keep_row(row, made);
            batch.rejects.push_back(std::move(made));
        }
        batch.selected = state.evaluator.without(batch.selected, rows);
    }

    std::uint32_t stage_;
    SchemaPtr schema_;
    std::vector<BoundCheck> checks_;
};

BoundStage bind_validate(const StageArguments& arguments, Diagnostics& /*diagnostics*/) {
    BoundStage stage = pass_through(arguments);
    const auto& checks = arguments.get<std::vector<BoundCheck>>(0);
    for (const BoundCheck& check : checks) {
        mark_columns(*check.condition, stage.flow.reads[0]);
        mark_columns(*check.message, stage.flow.reads[0]);
    }
    stage.op = std::make_shared<Validate>(arguments.stage, stage.outputs[0], checks);
    return stage;
}

constexpr StagePart kParts[] = {{PartKind::checks}};
constexpr StageExample kExamples[] = {
    {R"(validate { amount > 0 else "amount must be positive" })", "rows without a positive amount become rejects"},
    {R"(validate { amount < 1_000_000 else "very large" warn })", "counts them and lets them pass"},
};
constexpr StageSpec kSpec{.name = "validate",
                          .summary = "Checks each row: a failed check rejects it, warns, or stops the run.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_validate};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
