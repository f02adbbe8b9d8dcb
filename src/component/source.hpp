#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "component/stage.hpp"

namespace etl {

/// A part of a source that is read in order by one thread: all files of a glob, a shard, a key range.
struct Lane {
    std::uint32_t number = 0;
    std::string name;              // "" or the shard's
    std::uint64_t size_bytes = 0;  // 0: not known
};

/// Bytes that hold whole records.
struct Block {
    BufferRef bytes;
    std::uint32_t size = 0;
    std::uint32_t begin = 0;  // the first record's offset in bytes
    Sequence sequence;        // lane and number: set by the runtime
    std::uint64_t known = 0;  // bit i: the rows lie before position i of Source::open; whoever holds that has them
    Origin origin;            // of the first record
    bool scalar = false;      // irregular (a stray quote): to be decoded byte by byte
    bool first = false;       // of a file: the header was cut off before
    std::uint32_t path = 0;   // of rows that are sent through again: which of Plan::paths they go
};

/// Reads one lane. next() from one thread; interrupt() from any.
class Reader {
  public:
    virtual ~Reader() = default;
    /// False: the lane has ended. A block ends at a record, at about 256 KiB or `batch` rows, and at a file's end.
    /// Throws Error where the source cannot be read on.
    virtual bool next(Block& block) = 0;
    /// Ends a blocking next(), which then returns false.
    virtual void interrupt() noexcept = 0;
    /// Bytes of the lane read so far, for progress; from any thread.
    virtual std::uint64_t bytes_read() const noexcept = 0;
    /// What it will have read at the end, for progress; 0: not known, or Lane::size_bytes tells. From any thread.
    virtual std::uint64_t bytes_total() const noexcept { return 0; }
    /// Behind the last block: what open() takes to go on there. From next()'s thread, or while nobody is in next().
    /// Empty where the source cannot be taken up again.
    virtual std::string position() const { return {}; }
};

/// Where rows come from. Made by a connector for one run.
class Source {
  public:
    virtual ~Source() = default;
    virtual std::vector<Lane> lanes() = 0;
    /// Throws Error. positions: what those who want the rows hold already, each a text of Reader::position() or empty
    /// for nothing; at most 64. Reads from behind the least of them, and ends a block at each of the others.
    virtual std::unique_ptr<Reader> open(const Lane& lane, const std::vector<std::string>& positions,
                                         RunContext& run) = 0;
    virtual std::unique_ptr<Slot> make_slot(RunContext& run) = 0;
    /// Parallel, the first step of the fused chain: fills columns, rows, records, selection, rejects (stage: `stage`)
    /// and keep of the batch; sequence, behind, origin and schema are set. The slot's counts stay untouched.
    virtual void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) = 0;
    /// The file's name as a person knows it; "" where there are none.
    virtual std::string file_name(std::uint32_t file) const = 0;
    /// Decoder::head of the file; "" where a record is read by itself.
    virtual std::string head(std::uint32_t /*file*/) const { return {}; }
};

}  // namespace etl
