#pragma once

#include <optional>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/address.hpp"

namespace etl::bind {

/// How a target is loaded.
struct BoundMode {
    WriteMode mode = WriteMode::replace;
    std::vector<std::uint32_t> keys;  // columns of the schema
};

/// Checks the mode that is written, or takes a file's default. Nothing after a diagnostic. open: the schema may lack
/// columns that are there.
std::optional<BoundMode> bind_mode(const ast::Mode* mode, const Address& address, const Schema& schema, bool open,
                                   Context& context);

}  // namespace etl::bind
