#pragma once

#include <string>
#include <vector>

#include "runtime/preview.hpp"

namespace etl {

/// What a stage did to the columns, in words.
struct StageChanges {
    std::vector<std::string> changed;  // "customer in 12 rows"
    std::vector<std::string> added, dropped;
    std::vector<std::string> renamed;  // "a -> b"
    std::vector<std::string> retyped;  // "a text -> int"
    std::vector<bool> is_new;          // by column of the output
};

StageChanges stage_changes(const std::vector<BoundNode>& nodes, std::uint32_t node, std::uint32_t port,
                           const PreviewPort& shown);

}  // namespace etl
