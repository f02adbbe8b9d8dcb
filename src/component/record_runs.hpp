#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "component/stage.hpp"
#include "component/stage_memory.hpp"
#include "io/spill_file.hpp"

namespace etl {

/// Sizes of what is read and written, by what the run may keep.
struct SpillSizes {
    std::size_t block_bytes;  // of a run, before it is packed
    std::size_t fan_in;       // as many runs are merged at once
};
SpillSizes spill_sizes(const Memory& memory);

/// Where the run's files go for what it has no memory for.
std::filesystem::path spill_folder(const RunContext& run);
/// A new file there.
std::shared_ptr<SpillFile> make_spill_file(const RunContext& run);

/// Records on disk, in the order of their keys.
struct RecordRun {
    std::shared_ptr<const SpillFile> file;
    std::vector<SpilledBlock> blocks;
};

/// Writes a run. A record is a key, by whose bytes runs are ordered, and a value.
class RunWriter {
  public:
    RunWriter(std::shared_ptr<SpillFile> file, std::size_t block_bytes)
        : file_(std::move(file)), block_bytes_(block_bytes) {}

    /// Keys come in order. What is too long for a record (4 GiB) throws Error E505.
    void add(std::string_view key, std::string_view value);
    RecordRun finish();

  private:
    void write_block();
    std::shared_ptr<SpillFile> file_;
    std::size_t block_bytes_;
    std::vector<char> block_;
    std::vector<SpilledBlock> blocks_;
};

/// Merges runs into one order; of equal keys those of the run that stands first come first. More runs than can be open
/// at once are merged into longer ones before.
class RunMerge {
  public:
    /// run and memory must outlive it.
    RunMerge(std::vector<RecordRun> runs, const RunContext& run, StageMemory& memory);
    ~RunMerge();
    RunMerge(const RunMerge&) = delete;
    RunMerge& operator=(const RunMerge&) = delete;

    /// False: that was the last one.
    bool next();
    /// Of the record that next() has come to, as long as it stands there. The value begins at a multiple of 8, and 64
    /// bytes behind it may be read.
    std::string_view key() const;
    std::string_view value() const;

  private:
    struct Cursor;
    void open(std::vector<RecordRun> runs);
    bool is_before(std::uint32_t a, std::uint32_t b) const;
    void play(std::uint32_t leaf);

    StageMemory& memory_;
    std::vector<char> packed_;  // of the block that is read
    std::vector<std::unique_ptr<Cursor>> cursors_;
    std::vector<std::uint32_t> losers_;  // a tree: the winner in front
    bool started_ = false;
};

}  // namespace etl
