#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "component/stage.hpp"
#include "expr/evaluator.hpp"
#include "lang/bind/secret.hpp"
#include "plan/plan.hpp"

namespace etl {

/// A value as people see it: a private one is ***, a secret what the pipeline says for it.
struct Cell {
    std::string text;
    std::string json;
    bool is_null = false;
    bool is_text = false;    // and not masked: spaces at its ends matter
    std::size_t digest = 0;  // of what may be hidden
};

/// Also of private ones.
inline bool is_same_value(const Cell& a, const Cell& b) { return a.is_null == b.is_null && a.digest == b.digest; }

/// Where a row was read.
struct RowPlace {
    std::string file;        // "" of a source without files
    std::uint64_t line = 0;  // or the row's number from 1, where there are no lines; 0: made of several rows
    friend bool operator==(const RowPlace&, const RowPlace&) = default;
};

/// Makes cells of values. One thread at a time.
class CellMaker {
  public:
    explicit CellMaker(const bind::Secrets& secrets) : secrets_(secrets) {}
    Cell make(const Column& column, std::uint32_t row, bool is_private) const;
    std::string clean(std::string text) const { return secrets_.redact_data(std::move(text)); }

  private:
    bind::Secrets secrets_;
};

/// The columns of a batch for its selected rows, unpacked; the batch itself stays as it is. Dies before the batch and
/// the memory.
class BatchCells {
  public:
    BatchCells(const Batch& batch, const Schema& schema, Memory& memory);
    BatchCells(const BatchCells&) = delete;
    BatchCells& operator=(const BatchCells&) = delete;

    const Batch& batch() const { return batch_; }
    const Column& column(std::uint32_t number);
    std::vector<Cell> row(std::uint32_t row, const CellMaker& maker);
    /// For conditions over the batch.
    Evaluator& evaluator() { return evaluator_; }
    Batch& evaluated() { return batch_; }

  private:
    const Schema& schema_;
    Evaluator evaluator_;
    Batch batch_;
};

/// The value is the same in both, whatever the types.
bool is_same_value(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row);

/// Which row of what entered a row-wise node a row of what it gives out was.
class RowPairs {
  public:
    RowPairs(BatchCells& before, BatchCells& after);
    /// Nothing: a row that the node made.
    std::optional<std::uint32_t> before(std::uint32_t after_row);

  private:
    std::uint64_t key(const Batch& batch, std::uint32_t row) const;

    BatchCells& before_;
    BatchCells& after_;
    bool same_rows_;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> rows_;  // sorted: record number, row of `before`
};

/// The nodes of a plan without what they do: outlives the run.
std::vector<BoundNode> outline_of(const Plan& plan);

/// Names of files, while the plan's sources live.
class RowPlaces {
  public:
    explicit RowPlaces(const Plan& plan);
    RowPlace of(RowOrigin origin) const;

  private:
    std::vector<const Source*> sources_;  // by number
};

}  // namespace etl
