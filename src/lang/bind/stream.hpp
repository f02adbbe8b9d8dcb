#pragma once

#include <string>

#include "data/schema.hpp"
#include "lang/ast.hpp"
#include "lang/bound_pipeline.hpp"

namespace etl::bind {

struct BoundSource;

/// What the rows of a stream are read from, as far as it matters to who loads them.
struct Feed {
    const BoundSource* incremental = nullptr;  // the one that is read from where the run before ended
    bool full = false;                         // rows of what each run reads from its beginning
    std::int64_t by = -1;                      // the column that the incremental source goes by, where it is unchanged
};

/// The rows at a place of a flow.
struct Stream {
    NodePort port;
    SchemaPtr schema;   // never nullptr; a field without a type is one that failed before
    bool open = false;  // there may be columns that are not known, after an error: nothing is said of them
    bool has_meta = true;
    std::string no_meta;  // why there is none: "`group` stands before"
    Feed feed;
};

/// Finds what a name stands for: a source, a flow, a branch of a `route`, `rejects`.
struct StreamFinder {
    virtual ~StreamFinder() = default;
    /// An unknown name is E201, and gives an open stream.
    virtual Stream find(const ast::Name& name) = 0;
    /// The number that the next node gets; finding a name may add nodes.
    virtual std::uint32_t next_node() const = 0;
};

}  // namespace etl::bind
