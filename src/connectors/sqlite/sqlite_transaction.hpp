#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "component/connector_spec.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// The transaction of one file, which all targets of a run in that file share: they are committed together, on the way
/// and when the last of them is published, and rolled back together when one is discarded.
class SqliteTransaction {
  public:
    /// That of the file in this run, for one target more. Throws Error.
    static std::shared_ptr<SqliteTransaction> join(const SinkRequest& request, const RunContext& run);
    explicit SqliteTransaction(const SinkRequest& request);
    ~SqliteTransaction();
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;

    /// Calls body(database) inside of the transaction, which begins where none is open; one thread at a time. Where
    /// anything fails, nothing is written any more.
    template <typename Body>
    auto write(Body&& body) {
        const std::lock_guard lock(mutex_);
        refuse_if_failed();
        try {
            begin();
            return body(*database_);
        } catch (...) {
            has_failed_ = true;
            throw;
        }
    }

    /// A target all of whose rows must show at once: nothing is committed on the way any more.
    void hold_back() { is_held_back_ = true; }
    /// What a target took over when it began is there for all others.
    void commit_beginning();
    /// Once a barrier for each target that commits; the last of them commits for all. Where the file cannot be
    /// committed yet, since it is held back or read by the same run, that waits for the next time or the end: false.
    bool commit();
    /// Once for each target; the last of them commits.
    void publish();
    /// Back to the last commit; a file made since goes away.
    void roll_back() noexcept;
    void interrupt() noexcept { database_->interrupt(); }

    /// Epochs that this run has taken, by pipeline and target.
    std::map<std::string, std::int64_t>& epochs() { return epochs_; }
    /// Tells the targets' stages apart.
    std::uint32_t next_number() { return ++numbers_; }

  private:
    void begin();
    void end();
    void refuse_if_failed() const;
    void heal() noexcept;

    std::filesystem::path path_;
    std::string name_;
    bool is_new_;  // nobody else has anything in the file
    std::unique_ptr<SqliteDatabase> database_;
    std::mutex mutex_;
    bool is_open_ = false;
    bool is_held_back_ = false;
    bool has_failed_ = false;
    std::uint32_t numbers_ = 0;
    int targets_ = 0;
    int committing_ = 0;
    int asked_ = 0;
    bool can_commit_ = false;  // as long as some were not asked
    std::map<std::string, std::int64_t> epochs_;
};

/// Held while a source of this program reads the file, whose read lock keeps others from committing.
std::shared_ptr<void> reading_sqlite(const SourceRequest& request);

}  // namespace etl
