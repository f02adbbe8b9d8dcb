#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace etl {

/// `incremental by …` of a source: what a run reads behind what the runs before it have loaded.
struct Incremental {
    enum class Kind : std::uint8_t { none, column, file, offset };
    enum class Nulls : std::uint8_t { fail, include, exclude };
    enum class Changed : std::uint8_t { fail, ignore, load };

    Kind kind = Kind::none;
    std::string column;               // of kind column: its name in the source
    std::string since;                // the first run begins here, this value included; empty: at the beginning
    std::string until;                // this value excluded; empty: the greatest value when the run starts
    std::int64_t lag_us = 0;          // how far behind the stored offset rows are read again
    Nulls nulls = Nulls::fail;        // rows with a null in the column
    Changed changed = Changed::fail;  // files that are not what they were when they were loaded
    std::string from;                 // `--from VALUE`: begins here, whatever is stored; empty: not given
    bool is_set() const { return kind != Kind::none; }
};

/// How far a target holds a source's rows, as it keeps it beside them.
struct StoredPosition {
    std::string source;               // its name in the pipeline
    std::string shard;                // "" where there are none
    std::string text;                 // the source's own, opaque to all others; never empty
    std::string run;                  // the run that stored it
    std::uint64_t rejects_bytes = 0;  // length of that run's rejects journal when it did
};

/// What a target makes durable together with the rows written so far.
struct Checkpoint {
    std::span<const StoredPosition> positions;
    bool last = true;  // nothing is written behind it
};

}  // namespace etl
