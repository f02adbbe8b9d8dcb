#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/row_cells.hpp"
#include "runtime/tap.hpp"

namespace etl {

struct PreviewRow {
    RowPlace place;
    std::vector<Cell> cells;
    std::vector<bool> changed;  // by column: the value is another than before the stage
};

/// What came out of a port of a stage.
struct PreviewPort {
    std::vector<PreviewRow> rows;        // the first ones
    std::vector<std::uint64_t> changed;  // by column: rows with another value than before the stage
};

struct PreviewReject {
    RowPlace place;
    std::string column;
    std::string value;
    std::string reason;
};

struct PreviewStage {
    std::vector<PreviewPort> ports;
    std::vector<RowPlace> gone;          // the first rows that came in and neither came out nor were refused
    std::vector<PreviewReject> rejects;  // the first ones
    std::map<std::string, std::uint64_t> rejects_by_reason;
};

/// The first rows behind each node of a run, and what the node changed.
class Preview final : public Tap {
  public:
    /// The plan must live until run_ended().
    Preview(const Plan& plan, std::size_t most_rows);
    ~Preview() override;

    void enters(std::uint32_t node, std::uint32_t input, const Batch& batch, Slot& slot) override;
    void leaves(std::uint32_t node, std::uint32_t port, const Batch& batch) override;
    void done(std::uint32_t node, std::uint32_t input, std::span<const Reject> refused) override;
    void knows(std::uint32_t /*node*/, std::uint32_t /*input*/, const Batch& /*batch*/) override {}
    void run_ended() override;

    /// Once the run has ended.
    const PreviewStage& stage(std::uint32_t node) const;
    /// The input sees all of its rows before the node goes on.
    bool is_blocking(std::uint32_t node, std::uint32_t input) const;

  private:
    struct Node;

    void take_rejects(Node& node, std::span<const Reject> rejects);
    void compare(Node& node, std::uint32_t port, BatchCells& after);
    void show(Node& node, std::uint32_t port, BatchCells& after);

    std::mutex mutex_;
    Memory memory_;
    CellMaker maker_;
    RowPlaces places_;
    std::size_t most_rows_;
    std::vector<std::unique_ptr<Node>> nodes_;
};

/// The input column that a column of the output replaces: of the same name; -1: it is new.
std::vector<std::int32_t> columns_before(const Schema& before, const Schema& after);

}  // namespace etl
