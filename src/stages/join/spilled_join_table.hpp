#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "component/record_runs.hpp"
#include "component/row_layout.hpp"
#include "data/key.hpp"

namespace etl {

/// Which of the rows with one key come first: in source order, or by the value stored with them.
enum class MatchOrder : std::uint8_t { source, greatest_first, least_first };

/// Spells a row of the right side as a record of a run: its hash and its place in source order, then row and key.
class JoinRecord {
  public:
    void spell(std::uint32_t hash, std::uint64_t order, std::string_view join_key, const char* row);
    std::string_view key() const { return key_; }
    std::string_view value() const { return value_; }

  private:
    std::string key_, value_;
};

/// The right side of a join on disk: its rows in the order of their keys' hashes, in blocks that are read as they are
/// asked for; of the blocks only a list and what was read last is in memory. Read by any number of workers.
class SpilledJoinTable {
  public:
    /// What one worker needs; used again.
    struct Scratch {
        std::vector<std::uint64_t> places;  // hash and number of each key, sorted
        std::vector<const char*> rows;
        std::vector<std::size_t> begins, ends;  // by key, in rows
        std::vector<char> packed;
        char* room = nullptr;
        char* room_end = nullptr;
    };

    /// runs: of JoinRecords. layouts and run must outlive it.
    SpilledJoinTable(std::vector<RecordRun> runs, MatchOrder order, const RowLayouts& layouts, const RunContext& run,
                     const std::string& label);

    /// scratch.rows from begins[i] to ends[i]: copies of the rows that match key i, living in the arena.
    void find(const KeyBatch& keys, Arena& arena, Scratch& scratch) const;
    /// As many keys at a time as most often match no more than has a place in memory.
    std::uint32_t rows_at_once() const { return rows_at_once_; }

  private:
    struct Block {
        std::uint32_t first_hash;
        std::uint32_t last_hash;
        SpilledBlock place;
    };
    using Bytes = std::shared_ptr<const char[]>;
    struct Cached {
        std::mutex lock;
        std::size_t number = SIZE_MAX;
        Bytes bytes;
    };

    /// How many hashes there are.
    std::uint64_t write_blocks(std::vector<RecordRun> runs, std::size_t block_bytes);
    Bytes read(std::size_t number, Scratch& scratch) const;
    void find_one(std::uint32_t hash, std::string_view key, Arena& arena, Scratch& scratch) const;
    static bool find_again(const KeyBatch& keys, std::size_t place, Scratch& scratch);
    const char* copy_row(const char* row, std::uint32_t bytes, Arena& arena, Scratch& scratch) const;
    void put_in_order(const char** begin, const char** end) const;

    MatchOrder order_;
    const RowLayouts& layouts_;
    const RunContext& run_;
    StageMemory account_;
    std::shared_ptr<SpillFile> file_;
    std::vector<Block> blocks_;
    std::uint32_t rows_at_once_ = 0;
    std::size_t cached_ = 0;
    std::unique_ptr<Cached[]> cache_;
};

}  // namespace etl
