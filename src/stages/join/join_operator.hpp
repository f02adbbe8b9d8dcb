#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "component/row_keys.hpp"
#include "component/row_reader.hpp"
#include "component/stage_spec.hpp"
#include "stages/join/join_condition.hpp"
#include "stages/join/join_table.hpp"

namespace etl {

enum class JoinKind : std::uint8_t {
    inner,
    left,
    lookup,       // left, and a row with more than one match is refused
    lookup_best,  // left, with the first match in the order of `keep`
};

struct JoinPlan {
    JoinKind kind = JoinKind::inner;
    std::uint32_t stage = 0;
    SourceSpan span;    // of the stage
    std::string name;   // of the right side
    std::string label;  // "join customers"
    JoinCondition condition;
    std::vector<bool> rest_reads;   // by column of the output: what condition.rest reads
    std::optional<BoundKeep> keep;  // its value is over the right's columns
    std::uint32_t left_columns = 0;
    SchemaPtr right;
    SchemaPtr output;  // the left's columns, then the right's
};

struct JoinSlot;

/// Rows of the left, each with one of the right or nullptr.
struct RowPairs {
    std::vector<std::uint32_t> left;
    std::vector<const char*> right;

    std::uint32_t size() const { return static_cast<std::uint32_t>(left.size()); }
    void add(std::uint32_t left_row, const char* right_row) {
        left.push_back(left_row);
        right.push_back(right_row);
    }
    void clear() {
        left.clear();
        right.clear();
    }
};

/// Joins the flow (input 0, row by row) with what input 1 brought before. Left columns stay as they are, raw ones too.
/// What it keeps of the right lives as long as the operator: batches that it made point into it.
class JoinOperator final : public StageOperator {
  public:
    explicit JoinOperator(JoinPlan plan);

    StageKind kind(std::uint32_t input) const override {
        return input == 0 ? StageKind::row_wise : StageKind::blocking;
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override;
    void process(Batch&& batch, std::uint32_t input, Slot& slot, Emitter& out) override;
    void combine(Slot& slot, std::uint32_t input) override;

  private:
    bool keeps_unmatched() const { return plan_.kind != JoinKind::inner; }
    void build(Batch& batch, JoinSlot& slot);
    void probe(Batch&& batch, JoinSlot& slot, Emitter& out);
    void make_table(RunContext& run);
    void probe_slices(Batch&& batch, JoinSlot& slot, Emitter& out) const;
    void probe_rows(Batch&& batch, JoinSlot& slot, Emitter& out) const;
    void find_matches(Batch& batch, JoinSlot& slot) const;
    void judge_all(Batch& batch, JoinSlot& slot) const;
    void judge_in_turn(Batch& batch, JoinSlot& slot) const;
    void judge(const Batch& batch, JoinSlot& slot, const RowPairs& pairs, std::vector<std::uint32_t>& good) const;
    void refuse_failed(Batch& batch, JoinSlot& slot) const;
    void refuse_ambiguous(Batch& batch, JoinSlot& slot) const;
    void push_single(Batch&& batch, JoinSlot& slot, Emitter& out) const;
    void push_many(Batch&& batch, JoinSlot& slot, Emitter& out) const;
    const std::uint64_t* find_siblings(const Batch& batch, JoinSlot& slot) const;
    Batch make_pairs(const Batch& batch, const RowPairs& pairs, Arena& arena, const std::vector<bool>* wanted) const;

    JoinPlan plan_;
    JoinKeys left_keys_;
    JoinKeys right_keys_;
    std::optional<RowKeys> keep_;
    RowLayouts layouts_;  // of the right's rows
    RowReader reader_;
    JoinParts parts_;
    std::once_flag built_;
    std::exception_ptr not_built_;
    std::unique_ptr<JoinTable> table_;           // either in memory
    std::unique_ptr<SpilledJoinTable> spilled_;  // or on disk
};

/// Checks what join and lookup have in common and makes the stage. word: "join", "lookup".
BoundStage bind_join(const StageArguments& arguments, std::string_view word, JoinKind kind, const ExprPtr& condition,
                     std::optional<BoundKeep> keep, Diagnostics& diagnostics);

}  // namespace etl
