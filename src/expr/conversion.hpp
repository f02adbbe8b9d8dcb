#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/text_parse.hpp"
#include "expr/expression.hpp"

namespace etl {

/// What a conversion's kernel may need: Call::prepared of each of them.
struct Conversion {
    ColumnFormat format;                  // of texts; its zone is the pipeline's
    bool empty_is_null = false;           // an empty text becomes null, as in a source's column
    Rounding rounding = Rounding::exact;  // of a number that has more places than the result
};

/// The kernel that makes `to` of `from`, nullability apart; nullptr: there is none. `from` and `to` differ.
Kernel conversion_kernel(const DataType* from, const DataType* to);

/// The node that converts, its constant folded. `to` takes over the value's nullability, and is nullable where
/// empty_is_null. nullptr after a diagnostic: there is no such conversion, or a constant does not fit.
ExprPtr conversion_expr(ExprPtr value, const DataType* to, Conversion conversion, SourceSpan span,
                        PrepareContext& context, Diagnostics& diagnostics);

/// The conversion that the functions int(), date() … are: as `convert`, but nulls stay nulls and an empty text is one
/// only if that is said.
ExprPtr read_as(ExprPtr value, const DataType* to, const std::vector<std::string>& formats, bool empty_is_null,
                SourceSpan span, PrepareContext& context, Diagnostics& diagnostics);

/// What to write for a value of the type where no format is given: "write 2024-01-31". None where it is plain.
std::vector<std::string> spelling_notes(const DataType* type);

/// Why a text is no value, as the reason of a row.
RowError row_error(ParseResult why, TypeKind wanted);

}  // namespace etl
