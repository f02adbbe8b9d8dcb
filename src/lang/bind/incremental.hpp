#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/source.hpp"

namespace etl::bind {

/// What `incremental by NAME` goes by: `file` and `offset` are no columns unless they stand in backquotes.
Incremental::Kind incremental_kind(const ast::SourceClause& clause, const Context& context);

/// Checks the clause against the source, whose columns are known, and fills `made.request.incremental`.
void bind_incremental(const ast::SourceClause& clause, BoundSource& made, Context& context);

/// Gives the values of `--from` to the incremental sources; E454 for one that none takes, that does not fit, or of
/// which it is not clear whose it is.
void take_from(const std::vector<BoundSource*>& sources, Context& context);

/// The step of `floor(VALUE, STEP)`, and what is floored; `value` is nullptr where the expression is none.
struct Floored {
    const ast::Expr* value = nullptr;
    std::int64_t step_us = 0;
};
Floored floored(const ast::Expr& expr);

}  // namespace etl::bind
