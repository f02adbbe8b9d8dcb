#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/registry.hpp"
#include "data/value.hpp"

namespace etl {

struct BoundExpr;

/// Why a row could not be evaluated. The text of the reason is made for the Reject only (see error_text).
enum class RowError : std::uint8_t {
    not_a_number,
    not_a_date,
    not_a_timestamp,
    not_a_boolean,
    out_of_range,
    too_many_places,
    overflow,
    division_by_zero,
    index_out_of_range,
    no_such_local_time,
    unexpected_null,
    empty_argument,
    no_whole_days,
};

/// Rows that failed in one evaluation. A kernel may fail any row of its Selection; it goes on with the others.
class RowErrors {
  public:
    virtual ~RowErrors() = default;
    /// The first failure of a row counts.
    virtual void fail(std::uint32_t row, RowError error) = 0;
};

/// One call of a kernel: a whole batch. Arguments are flat or constant; where propagates_nulls holds, `rows` has no row
/// with a null argument. Output stands at the input's row numbers.
struct Call {
    std::span<const Column* const> in;
    Selection rows;
    std::uint32_t row_count;  // of the batch: what out.values must have room for
    Arena& arena;
    RowErrors& errors;
    const void* prepared;
    const DataType* result_type;
};

/// Fills out.values (taken from call.arena for row_count rows) and, for what is null beyond the arguments' nulls,
/// out.valid. The evaluator has set out.type and, for kernels that propagate nulls, ands the arguments' bitmaps in.
using Kernel = void (*)(const Call& call, Column& out);

/// What is known of an argument when a pipeline is checked.
struct Argument {
    const DataType* type = nullptr;
    const Value* constant = nullptr;  // nullptr: not a constant
    SourceSpan span;
};

/// A small table of texts, by column; row by row.
struct Table {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// What Prepare functions may ask of their surroundings.
struct PrepareContext {
    virtual ~PrepareContext() = default;
    /// Reads a CSV file relative to the pipeline's folder. Throws Error where it cannot be read.
    virtual Table read_table(std::string_view address) = 0;
    /// The pipeline's time zone ("Europe/Berlin"; "UTC").
    virtual std::string_view timezone() const = 0;
};

/// What an argument must be. Numbers widen int -> decimal -> float where no overload takes them as they are.
enum class TypePattern : std::uint8_t {
    any,
    same,  // as the first argument of pattern any or same (after widening both to one type)
    boolean,
    integer,
    floating,
    decimal,
    number,  // integer, floating or decimal
    text,
    date,
    timestamp,
    duration,
    list,
    record,
};

struct Parameter {
    std::string_view name;
    TypePattern pattern;
    std::string_view summary = {};
    bool constant = false;  // must be known when the pipeline is checked
    bool optional = false;  // trailing ones only
    bool repeated = false;  // the last one only: takes any number more
};

/// nullptr after a diagnostic: these arguments do not fit. The nullability of the result is that of the kernel: where
/// it propagates nulls the caller makes it nullable if an argument is.
using ResultType = const DataType* (*)(std::span<const Argument> arguments, SourceSpan call, Diagnostics& diagnostics);
/// Once a call, at the check: compiles patterns, reads tables. May add a diagnostic and return nullptr.
using Prepare = std::shared_ptr<const void> (*)(std::span<const Argument> arguments, const DataType* result,
                                                PrepareContext& context, Diagnostics& diagnostics);

/// A function that other nodes say: `coalesce(a, b)` is `a ?? b`. The arguments fit the parameters already. nullptr
/// after a diagnostic.
using Rewrite = std::shared_ptr<const BoundExpr> (*)(std::vector<std::shared_ptr<const BoundExpr>> arguments,
                                                     SourceSpan call, PrepareContext& context,
                                                     Diagnostics& diagnostics);

/// One signature of a function. The first whose patterns take the arguments is chosen.
struct Overload {
    std::span<const Parameter> parameters = {};
    ResultType result = nullptr;
    Kernel kernel = nullptr;
    Prepare prepare = nullptr;
    bool propagates_nulls = true;
    Rewrite rewrite = nullptr;  // then there is neither kernel nor result
};

/// An expression and what it gives, both as written in a pipeline: {R"(repeat("ab", 3))", R"("ababab")"}; a result of
/// "error: REASON" means that the row is refused with that reason.
struct Example {
    std::string_view call;
    std::string_view result;
};

/// A scalar function or operator. Operators are named by their sign ("+", "==", "is null", "-x" for unary minus).
struct FunctionSpec {
    std::string_view name;
    std::string_view category;  // "text", "number", "date and time", "conversion", "lookup", "hash", "list", "operator"
    std::string_view summary;   // one sentence
    std::span<const Overload> overloads;
    std::span<const Example> examples;
};

/// An aggregate. States are plain memory of state_bytes (a multiple of 8, at addresses that are), which may be moved
/// about; what they point to lies in the arena of the group's slot, which lives until finish.
/// merge is commutative, so that neither workers nor batches change a result.
struct AggregateCall {
    std::span<const Column* const> in;  // flat or constant
    Selection rows;
    const std::uint32_t* groups;  // by row: the group's number
    char* states;                 // group g's state is at states + g * stride
    std::size_t stride;
    const std::uint64_t* order;  // by row: the row's place in source order; for first and last
    Arena& arena;
    const void* prepared;
};
enum class AggregateStatus : std::uint8_t { ok, overflow };
struct AggregateOverload {
    std::span<const Parameter> parameters = {};
    ResultType result;
    std::size_t state_bytes;
    void (*init)(char* state);
    void (*update)(const AggregateCall& call);
    void (*merge)(char* into, const char* from, Arena& arena);
    /// Fills out (type set) for `count` groups; all that it points to lies in `arena`, not where states do. overflow:
    /// *bad_group is the group that overflowed.
    AggregateStatus (*finish)(const char* states, std::size_t stride, std::uint32_t count, const void* prepared,
                              Arena& arena, Column& out, std::uint32_t* bad_group);
    Prepare prepare = nullptr;
    bool null_over_nothing = true;  // the result of a group without rows; false: as the counts, 0
    /// Where patterns do not tell enough: false passes on to the next overload, which has the same parameters.
    bool (*takes)(std::span<const Argument> arguments) = nullptr;
    /// For states that point elsewhere, to write them out: appends one. nullptr: its bytes are all there is.
    void (*save)(const char* state, std::string& saved) = nullptr;
    /// Makes one again, over an initialised state; what it points to lies in `saved` or in the arena.
    void (*load)(char* state, std::string_view saved, Arena& arena) = nullptr;
};
struct AggregateSpec {
    std::string_view name;
    std::string_view summary;
    std::span<const AggregateOverload> overloads;
    std::span<const Example> examples;  // over the literal list: {"sum([1, 2, null])", "3"}
};

/// A use of an aggregate, checked.
struct BoundAggregate {
    const AggregateSpec* spec = nullptr;
    const AggregateOverload* overload = nullptr;
    const DataType* type = nullptr;
    std::vector<std::shared_ptr<const BoundExpr>> args;
    std::shared_ptr<const void> prepared;
    SourceSpan span;
};

}  // namespace etl
