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
    ExprPtr where;
    ExprPtr delete_when;
    std::vector<std::uint32_t> partitions;
};

/// What stands behind the address of `into`; nullptr for what does not.
struct WrittenMode {
    const ast::Mode* mode = nullptr;
    const ast::Names* partitions = nullptr;
};

/// Checks the mode that is written, or takes a file's default, against the rows that come. Nothing after a diagnostic.
std::optional<BoundMode> bind_mode(const WrittenMode& written, const Address& address, const Stream& input,
                                   Context& context);

}  // namespace etl::bind
