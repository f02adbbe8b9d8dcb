#include <algorithm>

#include "component/evaluation.hpp"
#include "component/stage_spec.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kDiscard = UINT32_MAX;

struct Branch {
    ExprPtr condition;  // nullptr: else
    std::uint32_t port;
};

class Route final : public StageOperator {
  public:
    Route(std::uint32_t stage, SchemaPtr schema, std::vector<Branch> branches, std::uint32_t ports)
        : stage_(stage), schema_(std::move(schema)), branches_(std::move(branches)), ports_(ports) {}

    StageKind kind(std::uint32_t /*input*/) const override { return StageKind::row_wise; }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EvaluatorSlot>(run); }

    void process(Batch&& batch, std::uint32_t /*input*/, Slot& slot, Emitter& out) override {
        Evaluator& evaluator = static_cast<EvaluatorSlot&>(slot).evaluator;
        std::vector<std::vector<std::uint32_t>> rows_of(ports_);
        for (const Branch& branch : branches_) {
            Selection taken = batch.selected;
            if (branch.condition != nullptr) {
                taken = evaluator.select(*branch.condition, batch, batch.selected);
                evaluator.reject_failures(batch, stage_);
            }
            std::vector<std::uint32_t> rows(taken.size);
            for (std::uint32_t i = 0; i < taken.size; ++i) rows[i] = taken[i];
            batch.selected = evaluator.without(batch.selected, rows);
            if (branch.port == kDiscard)
                slot.counts.filtered += rows.size();
            else
                rows_of[branch.port].insert(rows_of[branch.port].end(), rows.begin(), rows.end());
        }
        batch.schema = schema_.get();
        send(std::move(batch), rows_of, evaluator, out);
    }

  private:
    /// Every port gets the batch's number, also without a row; the rejects travel with the first.
    void send(Batch&& batch, std::vector<std::vector<std::uint32_t>>& rows_of, Evaluator& evaluator,
              Emitter& out) const {
        std::vector<std::uint32_t*> lists(ports_);
        for (std::uint32_t port = 0; port < ports_; ++port) {
            std::vector<std::uint32_t>& rows = rows_of[port];
            std::sort(rows.begin(), rows.end());
            lists[port] = evaluator.arena().array<std::uint32_t>(std::max<std::size_t>(1, rows.size()));
            std::copy(rows.begin(), rows.end(), lists[port]);
        }
        evaluator.hand_over(batch);
        const auto push = [&](Batch&& part, std::uint32_t port) {
            part.selected = {lists[port], static_cast<std::uint32_t>(rows_of[port].size())};
            out.push(std::move(part), port);
        };
        for (std::uint32_t port = 0; port + 1 < ports_; ++port) {
            push(Batch(batch), port);
            batch.rejects.clear();
        }
        if (ports_ > 0) push(std::move(batch), ports_ - 1);
    }

    std::uint32_t stage_;
    SchemaPtr schema_;
    std::vector<Branch> branches_;
    std::uint32_t ports_;
};

BoundStage bind_route(const StageArguments& arguments, Diagnostics& diagnostics) {
    BoundStage stage = pass_through(arguments);
    std::vector<Branch> branches;
    for (const BoundBranch& bound : arguments.get<std::vector<BoundBranch>>(0)) {
        if (!branches.empty() && branches.back().condition == nullptr) {
            diagnostics.error("E312", bound.span, "`else` must be the last branch", "no row comes here");
            return {};
        }
        Branch branch{bound.condition, kDiscard};
        if (branch.condition != nullptr) mark_columns(*branch.condition, stage.flow.reads[0]);
        if (bound.name != "discard") {
            const auto known = std::find(stage.port_names.begin(), stage.port_names.end(), bound.name);
            branch.port = static_cast<std::uint32_t>(known - stage.port_names.begin());
            if (known == stage.port_names.end()) stage.port_names.push_back(bound.name);
        }
        branches.push_back(std::move(branch));
    }
    if (branches.empty() || branches.back().condition != nullptr) {
        diagnostics.error("E313", arguments.span, "`route` needs an `else` branch",
                          "rows that no condition takes have no way to go", {"write `else -> discard` to drop them"});
        return {};
    }
    const auto ports = static_cast<std::uint32_t>(stage.port_names.size());
    if (ports == 0) {
        diagnostics.error("E314", arguments.span, "every branch discards its rows", "nothing is left");
        return {};
    }
    stage.outputs.assign(ports, stage.outputs[0]);
    stage.op = std::make_shared<Route>(arguments.stage, stage.outputs[0], std::move(branches), ports);
    return stage;
}

constexpr StagePart kParts[] = {{.kind = PartKind::branches, .role = PartRole::output}};
constexpr StageExample kExamples[] = {
    {"route { amount >= 1000 -> large, else -> small }", "`from large` and `from small` go on with the rows"},
    {"route { amount >= 1000 -> large, else -> discard }", "the others count as filtered"},
};
constexpr StageSpec kSpec{.name = "route",
                          .summary = "Sends each row to the first branch whose condition is true.",
                          .parts = kParts,
                          .examples = kExamples,
                          .bind = bind_route,
                          .ends_flow = true};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
