#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/row_cells.hpp"
#include "runtime/tap.hpp"

namespace etl {

/// The value of an expression, or of a part of one, for the row.
struct TraceValue {
    const BoundExpr* expr = nullptr;  // of the outline's stage
    Cell value;
};

/// What a stage made of the row.
struct TraceOutput {
    std::uint32_t port = 0;
    std::vector<Cell> cells;
};

struct TraceReject {
    std::string column, value, reason;
};

/// The row, or one of those that became of it, in a stage.
struct TraceVisit {
    std::uint32_t node = 0;
    std::uint32_t input = 0;
    std::vector<Cell> cells;           // as it came in
    std::vector<TraceValue> values;    // innermost first, in the order of evaluation
    std::vector<TraceOutput> outputs;  // the first ones
    std::uint64_t output_rows = 0;
    std::optional<TraceReject> reject;
    /// Of a stage that sees all rows: the first row that came out with the same key. Of the side of a join that rows
    /// are looked up in: the first that found this one. Of a target that is loaded by key: the last one of the same key
    /// that came later.
    std::optional<std::vector<Cell>> key_row;
    RowPlace key_place;
    std::uint64_t key_rows = 0;
    bool is_known = false;       // the targets behind the node hold it from an earlier run
    bool ends_by_error = false;  // the node threw an error over the batch
    std::uint64_t position = 0;  // from 1, where the stage gives rows another order; 0: not there
};

/// A row of a source and its way.
struct TraceStory {
    std::uint32_t source = 0;  // node
    RowPlace place;
    std::vector<Cell> cells;  // as it was read
    std::vector<TraceVisit> visits;
};

/// Follows the rows of a plan's sources for which its condition is true, through every node of a run.
class Trace final : public Tap {
  public:
    /// The plan must live until run_ended(). most_rows: as many are followed, the others are counted.
    Trace(const Plan& plan, std::size_t most_rows);
    ~Trace() override;

    void enters(std::uint32_t node, std::uint32_t input, const Batch& batch, Slot& slot) override;
    void leaves(std::uint32_t node, std::uint32_t port, const Batch& batch) override;
    void done(std::uint32_t node, std::uint32_t input, std::span<const Reject> refused) override;
    void knows(std::uint32_t node, std::uint32_t input, const Batch& batch) override;
    void run_ended() override;

    // Once the run has ended.

    const std::vector<TraceStory>& stories() const { return stories_; }
    /// The input sees all of its rows before the node goes on.
    bool is_blocking(std::uint32_t node, std::uint32_t input) const;
    /// Rows for which the condition is true.
    std::uint64_t matches() const { return matches_; }
    /// Rows for which it could not be evaluated, and why not in the first.
    std::uint64_t failures() const { return failures_; }
    const std::string& first_failure() const { return first_failure_; }
    /// Rows that a source refused before the condition could be asked.
    std::uint64_t refused_by_source() const { return refused_; }

  private:
    struct Node;
    class Watch;

    /// A row of a batch that is followed.
    struct Followed {
        std::uint32_t row;
        std::size_t story;
    };
    std::vector<Followed> find(const Batch& batch) const;
    void look_for_matches(std::uint32_t node, const Batch& batch);
    void add_outputs(Node& node, std::uint32_t port, BatchCells& after);
    void add_rejects(Node& node, std::span<const Reject> rejects);
    void add_visits(Node& node, std::uint32_t number, std::uint32_t input, const Batch& batch,
                    const std::vector<Followed>& found);
    void find_later(Node& node);
    void end_visits(Node& node, bool by_error);
    void await_keys(Node& node, std::uint32_t input);
    void find_keys(Node& node, BatchCells& after);
    void find_again(Node& node, std::uint32_t number, std::uint32_t port, BatchCells& after);

    std::mutex mutex_;
    Memory memory_;
    CellMaker maker_;
    RowPlaces places_;
    std::size_t most_rows_;
    std::map<std::uint32_t, ExprPtr> conditions_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<TraceStory> stories_;
    std::map<std::uint64_t, std::size_t> by_origin_;  // packed
    std::uint64_t matches_ = 0, failures_ = 0, refused_ = 0;
    std::string first_failure_;
};

}  // namespace etl
