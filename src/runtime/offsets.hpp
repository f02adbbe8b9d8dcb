#pragma once

#include <optional>
#include <string>
#include <vector>

#include "component/offset_book.hpp"
#include "lang/bound_pipeline.hpp"

namespace etl {

/// How far a target holds a source of the pipeline.
struct Offset {
    std::string source;
    std::string shard;
    std::string target;
    Incremental::Kind kind = Incremental::Kind::none;  // none: the pipeline has no such incremental source any more
    StoredPosition stored;                             // an empty text: the target holds nothing of it
    std::optional<PositionSummary> summary;            // nothing: it cannot be read
};

/// The offsets that the targets of the pipeline keep, in the order of targets, then sources; also of those that a
/// target is fed by and holds nothing of. Throws Error.
std::vector<Offset> list_offsets(const BoundPipeline& pipeline);

/// What is to become of a source's offsets, in all targets that hold one.
struct OffsetRequest {
    std::string source;
    std::optional<std::string> value;  // the next run begins there; nothing: at the beginning
};

struct OffsetChange {
    Offset before;
    Offset after;
};

/// Changes them, as a run that holds the pipeline and all its targets would. Throws Error: E531 where another does,
/// E560 for a source that there is not, E561 where no target holds an offset of it, E562 for a value that is none of
/// its column, E563 where offsets are no values. What was refused so far is read again: it cannot be replayed.
std::vector<OffsetChange> change_offsets(const BoundPipeline& pipeline, const std::vector<OffsetRequest>& requests);

/// When a run began, by its name: "2024-01-31T10:00:00Z"; empty: the name does not tell.
std::string time_of_run(const std::string& run);

}  // namespace etl
