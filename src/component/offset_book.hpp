#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "component/incremental.hpp"

namespace etl {

/// A stored position as people read it.
struct PositionSummary {
    std::string value;         // by a column; empty: none yet
    bool is_included = false;  // the rows at the value are still to be read
    std::uint64_t files = 0;   // by file and by offset: how many were loaded, wholly or in part
    std::string last_file;     // of them, in the order of their names
    std::uint64_t bytes = 0;   // loaded of them
};

/// What a target keeps of a pipeline's incremental sources, looked at and changed without a run. All but name() throw
/// Error: E533 where what is stored is broken or of a later version.
class OffsetBook {
  public:
    virtual ~OffsetBook() = default;
    /// Nothing is changed, nobody is held off.
    virtual std::vector<StoredPosition> read() = 0;
    /// As a run does: E531 where one is under way; until the book goes away no other run commits to the target. Returns
    /// what read() does.
    virtual std::vector<StoredPosition> take_over(const std::string& run) = 0;
    /// After take_over(), for what it returned: the positions take the place of those of the same source and shard; one
    /// with an empty text takes it away. All or none; durable on return. E530 where the target was taken over since.
    virtual void store(std::span<const StoredPosition> positions) = 0;
    /// Of the target, as Sink::name().
    virtual std::string name() const = 0;
};

}  // namespace etl
