#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/engine.hpp"
#include "runtime/run.hpp"

namespace etl {

/// The rows of each node, by what edges, slots and writers have counted.
std::vector<NodeBalance> balance_of(const Engine& engine);
/// Rows that were let pass with a warning, by reason: "validate: very large".
std::map<std::string, std::uint64_t> warnings_of(const Engine& engine);
/// What is wrong with it: a node that does not close, or an edge into which more or fewer rows went than came out of
/// it. Empty: nothing.
std::string find_imbalance(const Engine& engine, const std::vector<NodeBalance>& nodes);

}  // namespace etl
