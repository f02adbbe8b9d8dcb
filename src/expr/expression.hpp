#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/source_text.hpp"
#include "data/schema.hpp"
#include "data/value.hpp"
#include "expr/function_spec.hpp"

namespace etl {

enum class ExprKind : std::uint8_t {
    column,    // `column` of the stage's input (of a join: the left's columns, then the right's)
    constant,  // `constant`
    call,      // kernel over args
    choose,    // args: condition, value, condition, value, …, otherwise. `if` and both forms of `match`
    logic_and,
    logic_or,
    coalesce,  // args[0] ?? args[1]
    attempt,   // try(args[0])
    meta,      // `meta`
    field,     // field number `column` of the record args[0]
    record,    // a record of args, by type->fields
    list,      // a list of args
};

enum class MetaField : std::uint8_t { file, line, run, time };

struct BoundExpr;
using ExprPtr = std::shared_ptr<const BoundExpr>;

/// A checked expression: every node has its type, every call its kernel. Immutable, shared by workers.
struct BoundExpr {
    ExprKind kind = ExprKind::constant;
    const DataType* type = nullptr;
    SourceSpan span;
    std::vector<ExprPtr> args;
    std::uint32_t column = 0;
    MetaField meta = MetaField::file;
    Value constant;
    const FunctionSpec* function = nullptr;  // of a call
    Kernel kernel = nullptr;
    bool propagates_nulls = true;  // of a call: a null in an argument is a null out of it; the evaluator sees to it
    std::shared_ptr<const void> prepared;
    std::string name;         // of a column: as a person wrote it, for rejects
    bool is_private = false;  // a column that is private, or what is made of one
};

/// A constant node.
ExprPtr constant_expr(Value value, SourceSpan span);
/// A node that reads column `number` of the schema.
ExprPtr column_expr(const Schema& schema, std::uint32_t number, SourceSpan span);
/// Marks the columns that the expression reads. `used` has one element a column.
void mark_columns(const BoundExpr& expr, std::vector<bool>& used);
/// If the expression is a bare column: its number, else -1.
std::int64_t bare_column(const BoundExpr& expr);
/// The first column that the expression names, for a reject; "" if it names none.
std::string first_column_name(const BoundExpr& expr);

}  // namespace etl
