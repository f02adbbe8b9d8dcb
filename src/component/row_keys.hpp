#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "component/stage_spec.hpp"
#include "data/key.hpp"
#include "expr/evaluator.hpp"

namespace etl {

/// "group by customer_id, day": what a person knows a stage by. `names` as they are written.
std::string stage_label(std::string_view stage, const std::vector<std::string>& names);
/// The name of a bare column, "…" for another expression.
std::string key_name(const BoundExpr& expr);

/// Expressions whose values together are the keys of a batch's rows. Immutable: shared by workers.
class RowKeys {
  public:
    struct Part {
        ExprPtr value;
        bool descending = false;
        bool nulls_first = false;
    };
    RowKeys(std::vector<Part> parts, KeyUse use);

    const KeyEncoder& encoder() const { return encoder_; }
    std::size_t size() const { return parts_.size(); }
    /// Evaluates them over the selected rows, flat or constant. The evaluator may have failures then; the batch's
    /// columns may be unpacked.
    void evaluate(Evaluator& evaluator, Batch& batch, std::vector<Column>& values) const;
    /// The keys of those of the rows that did not fail.
    void encode(const std::vector<Column>& values, Selection rows, KeyBatch& keys) const;

  private:
    std::vector<Part> parts_;
    KeyEncoder encoder_;
};

/// An expression over the selected rows as a kernel or an encoder wants it: flat or constant.
Column evaluate_flat(const BoundExpr& expr, Evaluator& evaluator, Batch& batch);

/// Puts a batch's columns back as they were when it goes: what an expression has unpacked for its own use is raw again.
class ColumnsAsTheyWere {
  public:
    explicit ColumnsAsTheyWere(Batch& batch) : batch_(&batch), columns_(batch.columns) {}
    ~ColumnsAsTheyWere() { batch_->columns = std::move(columns_); }
    ColumnsAsTheyWere(const ColumnsAsTheyWere&) = delete;
    ColumnsAsTheyWere& operator=(const ColumnsAsTheyWere&) = delete;

  private:
    Batch* batch_;
    std::vector<Column> columns_;
};

}  // namespace etl
