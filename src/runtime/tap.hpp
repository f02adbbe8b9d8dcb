#pragma once

#include <cstdint>
#include <span>

#include "component/stage.hpp"

namespace etl {

/// Sees the batches of a run between its nodes, and changes nothing. In a run with a tap a chain has one worker, so
/// that what a node takes and gives comes in its order; different nodes may call at the same time. A `limit` that has
/// all it wants does not stop the reading.
class Tap {
  public:
    virtual ~Tap() = default;
    /// The node is about to take the batch with that slot.
    virtual void enters(std::uint32_t node, std::uint32_t input, const Batch& batch, Slot& slot) = 0;
    /// The node gives the batch out by that port, with what it has refused.
    virtual void leaves(std::uint32_t node, std::uint32_t port, const Batch& batch) = 0;
    /// The node has done with what has entered last. `refused`: by a blocking input or a target, which give nothing.
    virtual void done(std::uint32_t node, std::uint32_t input, std::span<const Reject> refused) = 0;
    /// Instead of enters() and done(): all targets behind the node hold the rows from an earlier run.
    virtual void knows(std::uint32_t node, std::uint32_t input, const Batch& batch) = 0;
    /// All threads have ended, good or not: nothing of a batch may be held any longer.
    virtual void run_ended() = 0;
};

}  // namespace etl
