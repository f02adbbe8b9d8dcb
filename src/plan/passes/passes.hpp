#pragma once

#include <cstdint>
#include <vector>

#include "plan/plan.hpp"

namespace etl {

/// Node numbers in an order in which every node comes behind those that feed it.
std::vector<std::uint32_t> topological_order(const Plan& plan);

// The passes of the planner, in the order in which planner.cpp runs them. `order` is the topological order.

/// Which columns of the sources somebody reads as typed values; what is only passed on may stay raw.
void choose_column_uses(Plan& plan, const std::vector<std::uint32_t>& order);
/// Streams, drivers, how inputs are merged, and the edges that must be spooled.
void place_spools(Plan& plan, const std::vector<std::uint32_t>& order);
/// Which edges need no channel; the chains that come of it.
void fuse_chains(Plan& plan, const std::vector<std::uint32_t>& order);

}  // namespace etl
