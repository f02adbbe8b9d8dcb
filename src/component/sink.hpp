#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "component/incremental.hpp"
#include "component/stage.hpp"

namespace etl {

/// What an Encoder made of a batch: bytes, or the batch itself for targets that take values (SQLite).
struct Chunk {
    BufferRef bytes;
    std::size_t begin = 0;  // of what is to be written, in bytes
    std::size_t size = 0;   // from there
    Batch batch;            // its sequence, positions and rejects travel on; columns only where the target wants values
    std::uint64_t rows = 0;  // rows in the chunk
};

/// The last step of the fused chain: parallel, a slot a worker.
class Encoder {
  public:
    virtual ~Encoder() = default;
    virtual std::unique_ptr<Slot> make_slot(RunContext& run) = 0;
    /// May refuse rows: they go into chunk.batch.rejects with that stage.
    virtual void encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) = 0;
    /// A file's first and last bytes. The sink asks for them, nobody else.
    virtual void prologue(std::string& out) const = 0;
    virtual void epilogue(std::string& out) const = 0;
    /// What stands between the bytes of two chunks that hold rows.
    virtual std::string_view separator() const { return {}; }
};

/// Writes one lane (or all), in sequence, from one thread; interrupt() from any.
class Writer {
  public:
    virtual ~Writer() = default;
    /// Throws Error: the target cannot be written. Returns how many rows it merged. Rows that it refuses it leaves in
    /// chunk.batch.rejects, which came empty; their stage is the runtime's to fill in.
    virtual std::uint64_t write(Chunk&& chunk) = 0;
    virtual void abort() noexcept = 0;
    virtual void interrupt() noexcept = 0;
};

/// Where rows go. Made by a connector for one run.
class Sink {
  public:
    virtual ~Sink() = default;
    virtual std::unique_ptr<Encoder> make_encoder() = 0;
    /// Once, before the first row: checks that the target can be written, makes what is staged. Throws Error.
    /// Returns what the target holds of incremental sources by the pipeline's earlier runs.
    virtual std::vector<StoredPosition> begin(RunContext& run) = 0;
    virtual std::unique_ptr<Writer> open() = 0;
    /// While nobody writes: the rows written so far and the checkpoint are durable together on return. Only where
    /// SinkRequest::commits. Throws Error E530 where another run has taken the target over: nothing is written then.
    /// False: the target can take rows only later, so nothing is durable before the next commit, or publish, that is.
    virtual bool commit(const Checkpoint& checkpoint) = 0;
    /// Once, after the last write of a run that is good, of all its targets before the first is published: does what
    /// may well fail, so that publishing hardly can. Nothing of it shows. Throws Error.
    virtual void prepare() {}
    /// Once, after prepare(): the target shows the new rows, wholly and durably.
    virtual void publish(const Checkpoint& checkpoint) = 0;
    /// Instead of publish: nothing that the run wrote behind its last commit is left.
    virtual void discard() noexcept = 0;
    /// Rows of the target after publish that merged with older ones and the like, for the balance.
    virtual std::uint64_t merged_rows() const { return 0; }
    /// What a person knows it by: a path, "warehouse.db: table orders".
    virtual std::string name() const = 0;
};

}  // namespace etl
