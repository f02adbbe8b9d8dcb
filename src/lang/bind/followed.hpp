#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lang/bind/context.hpp"

namespace etl::bind {

/// Binds a condition that does not stand in the pipeline's file to every source that has its columns. By node. Empty
/// after diagnostics, whose places are in the text given.
std::map<std::uint32_t, ExprPtr> bind_followed(const std::string& text, const std::vector<BoundNode>& nodes,
                                               Context& context);

}  // namespace etl::bind
