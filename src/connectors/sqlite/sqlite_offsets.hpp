#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "component/incremental.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// What a target holds of incremental sources: rows of the table etl_offsets, beside its own and in their transaction.
/// A row without a source holds the epoch: the number of the run that may write.
class SqliteOffsets {
  public:
    SqliteOffsets(std::string pipeline, std::string target)
        : pipeline_(std::move(pipeline)), target_(std::move(target)) {}

    /// Makes the table where there is none. Throws Error E533 where there is another one of its name.
    void make_table(SqliteDatabase& database) const;
    /// False: there is none. Throws Error E533 as make_table().
    static bool has_table(SqliteDatabase& database);
    /// Takes the target over; returns the epoch.
    std::int64_t take_epoch(SqliteDatabase& database, const std::string& run) const;
    void set_epoch(std::int64_t epoch) { epoch_ = epoch; }
    std::vector<StoredPosition> read(SqliteDatabase& database) const;
    void forget(SqliteDatabase& database) const;
    /// One with an empty text is taken away. Throws Error E530 where the epoch is another one by now.
    void store(SqliteDatabase& database, std::span<const StoredPosition> positions) const;

  private:
    SqliteStatement prepare(SqliteDatabase& database, const std::string& sql) const;

    std::string pipeline_;
    std::string target_;
    std::int64_t epoch_ = 0;
};

}  // namespace etl
