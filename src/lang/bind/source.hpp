#pragma once

#include <optional>

#include "lang/ast.hpp"
#include "lang/bind/address.hpp"

namespace etl::bind {

/// A source as its declaration says. Where columns are not known, or a column's type is wrong, `open` and types of
/// nullptr keep what follows silent.
struct BoundSource {
    const ast::SourceDecl* decl = nullptr;
    std::optional<Address> address;
    SourceRequest request;
    SchemaPtr schema;
    bool open = false;
    const ast::SourceClause* incremental = nullptr;
    std::int64_t until_step_us = 0;  // of `until floor(…, step)`; 0: no such
};

/// Checks the declaration, and, unless offline, that the place is there; discovers the columns of one that has none.
BoundSource bind_source(const ast::SourceDecl& decl, Context& context);

/// Whether a file of the source is the one at that absolute path; a pattern may name many.
bool reads_file(const Address& source, const std::string& full_path);

}  // namespace etl::bind
