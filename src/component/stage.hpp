#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.hpp"

namespace etl {

/// What the parts of a run share. One a run; thread-safe.
struct RunContext {
    Memory& memory;
    std::uint64_t seed = 0;                        // of random(), sample, uuid(): the same run gives the same rows
    std::int64_t start_us = 0;                     // now(), microseconds since 1970
    std::string run_id;                            // meta.run
    std::filesystem::path spill_folder;            // empty: that of the system for temporary files
    std::uint32_t batch_rows = 0;                  // the `batch` setting; 0: by size alone
    const std::atomic<bool>* cancelled = nullptr;  // long loops of blocking stages look at it and return

    explicit RunContext(Memory& run_memory) : memory(run_memory) {}
    virtual ~RunContext() = default;
    /// The file's name as a person knows it, for meta.file and rejects; empty where a source has no files.
    virtual std::string file_name(std::uint32_t source, std::uint32_t file) const = 0;
};

enum class StageKind : std::uint8_t {
    row_wise,  // any number of workers, fused with its neighbours
    ordered,   // one worker, batches in sequence
    blocking,  // sees everything of the input before it emits
};

/// Takes batches on. The sequence of what is pushed is that of the batch it came from.
class Emitter {
  public:
    virtual ~Emitter() = default;
    /// False: nobody wants more of this lane; stop and return.
    virtual bool push(Batch&& batch, std::uint32_t port = 0) = 0;
};

/// Rows as the stage counts them itself; the runtime counts in and out at the edges, rejects in the batches.
struct StageCounts {
    std::uint64_t made = 0;
    std::uint64_t filtered = 0;
    std::uint64_t merged = 0;
    std::uint64_t cut = 0;
    std::vector<std::uint64_t> warned;  // by place in StageOperator::warnings(); no part of the balance
};

/// The state of one worker in one stage. Leased by workers, never in a thread.
struct Slot {
    StageCounts counts;
    /// Set by an ordered stage that has all it wants (limit): whoever feeds it alone may stop. What still comes goes
    /// through process as before, so that it is counted.
    bool satisfied = false;
    virtual ~Slot() = default;
};

/// Why a stage lets rows pass with a warning.
struct WarningReason {
    std::string text;  // empty: as it is written at the span
    SourceSpan span;
};

/// What a stage does. One a plan node, immutable while running but for what combine and finish hand over.
class StageOperator {
  public:
    virtual ~StageOperator() = default;
    virtual StageKind kind(std::uint32_t input) const = 0;
    virtual std::unique_ptr<Slot> make_slot(RunContext& run) = 0;
    /// Slots count rows for each in `counts.warned`.
    virtual std::vector<WarningReason> warnings() const { return {}; }
    /// Row-wise and ordered inputs: pushes the batch on, also when no row is left (its number, position and rejects
    /// travel). Blocking inputs: keeps what it needs and pushes nothing; the runtime has taken the batch's rejects.
    /// Rejects that a blocking input makes are left in batch.rejects (the batch is passed by reference).
    virtual void process(Batch&& batch, std::uint32_t input, Slot& slot, Emitter& out) = 0;
    /// Blocking inputs: each slot once, in slot order, when that input has ended, from one thread.
    virtual void combine(Slot& slot, std::uint32_t input);
    /// Once, after every blocking input is combined and the row-wise one, if any, has ended: emits a new lane, numbers
    /// from 0, positions none. Memory that it still holds is released behind it.
    virtual void finish(Slot& slot, Emitter& out);
};

}  // namespace etl
