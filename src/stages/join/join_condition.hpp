#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/key.hpp"
#include "expr/evaluator.hpp"
#include "expr/expression.hpp"

namespace etl {

/// A condition over two inputs, taken apart: what must be equal on both sides, and the rest.
struct JoinCondition {
    struct Equality {
        ExprPtr left;                    // over the left's columns
        ExprPtr right;                   // over the right's columns, numbered from 0
        const DataType* type = nullptr;  // what both are brought to, not null
    };
    std::vector<Equality> equalities;
    ExprPtr rest;  // over both; nullptr: nothing
};

/// Takes the condition apart at its `and`s. Columns from left_columns on are the right's.
JoinCondition split_condition(const ExprPtr& condition, std::uint32_t left_columns);

/// The keys of one side's rows.
class JoinKeys {
  public:
    /// side: which member of each equality.
    JoinKeys(const JoinCondition& condition, ExprPtr JoinCondition::Equality::* side);

    const KeyEncoder& encoder() const { return encoder_; }
    /// Evaluates the keys of the batch's selected rows; the evaluator may have failures then.
    void evaluate(Evaluator& evaluator, Batch& batch, std::vector<Column>& values) const;
    /// The keys of the rows in which none is null, and which rows they are (living in the arena).
    Selection encode(const std::vector<Column>& values, Selection rows, KeyBatch& keys, Arena& arena) const;
    /// The first key's column, for a person.
    const BoundExpr& first() const { return *keys_.front(); }

  private:
    std::vector<ExprPtr> keys_;
    KeyEncoder encoder_;
};

}  // namespace etl
