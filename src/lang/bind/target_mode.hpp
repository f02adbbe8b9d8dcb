#pragma once

#include <optional>
#include <vector>

#include "lang/ast.hpp"
#include "lang/bind/address.hpp"
#include "lang/bind/stream.hpp"

namespace etl::bind {

/// How a target is loaded.
struct BoundMode {
    WriteMode mode = WriteMode::replace;
    std::vector<std::uint32_t> keys;  // columns of the schema
};

/// Checks the mode that is written, or takes a file's default, against the rows that come. Nothing after a diagnostic.
std::optional<BoundMode> bind_mode(const ast::Mode* mode, const Address& address, const Stream& input,
                                   Context& context);

}  // namespace etl::bind
