#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "component/key_table.hpp"
#include "component/row_pages.hpp"

namespace etl {

/// Which of the rows with one key come first: in source order, or by the value stored with them.
enum class MatchOrder : std::uint8_t { source, greatest_first, least_first };

/// The rows that one worker has seen of a join's right side.
struct JoinPart {
    JoinPart(Memory& memory, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts);

    struct Entry {
        const char* row;
        std::uint64_t key;  // number in the table
    };
    struct Run {
        std::uint64_t order;
        std::size_t first, count;  // entries
    };
    /// Keeps rows of a batch. values, unless nullptr: stored with them.
    void add(const Batch& batch, Selection rows, const KeyBatch& keys, const KeyBatch* values);
    const Entry* entry(std::size_t number) const { return reinterpret_cast<const Entry*>(entries.data()) + number; }

    StageMemory account;
    std::unique_ptr<KeyTable> table;  // of the first part in the end: the others' are put into it
    RowPages pages;
    GrowingBytes entries;
    std::size_t entry_count = 0;
    std::vector<Run> runs;

  private:
    std::vector<std::uint32_t> numbers_;
    std::vector<const char*> stored_;
};

/// The right side of a join, by key. Built once; read by any number of workers then.
class JoinTable {
  public:
    /// parts: of all workers. layouts and memory must outlive it.
    JoinTable(std::vector<std::unique_ptr<JoinPart>> parts, MatchOrder order, const RowLayouts& layouts, Memory& memory,
              const std::string& label);

    /// By key: KeyTable::kNone, or what matches() takes.
    void find(const KeyBatch& keys, std::uint32_t* numbers) const;
    std::span<const char* const> matches(std::uint32_t number) const {
        if (number == KeyTable::kNone) return {};
        if (is_unique_) return {rows() + number, 1};
        return {rows() + begins()[number], begins()[number + 1] - begins()[number]};
    }
    /// No key has more than one row.
    bool is_unique() const { return is_unique_; }

  private:
    void place_rows(const std::vector<std::vector<std::uint32_t>>& numbers);
    void order_matches(MatchOrder order, const RowLayouts& layouts);
    const char** rows() const { return reinterpret_cast<const char**>(rows_.data()); }
    std::uint64_t* begins() const { return reinterpret_cast<std::uint64_t*>(begins_.data()); }
    std::vector<std::unique_ptr<JoinPart>> parts_;  // the first one's table holds all keys
    StageMemory account_;
    GrowingBytes begins_;  // by key, where its rows begin; not kept for a unique table
    GrowingBytes rows_;
    bool is_unique_ = true;
};

}  // namespace etl
