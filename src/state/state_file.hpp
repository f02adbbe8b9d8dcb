#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "sql/sqlite.hpp"

namespace etl {

/// The file in which a state folder keeps the history of its runs: `state.db`, an SQLite database. All that goes wrong
/// with it is an Error that names it: E540 it cannot be read or written, E541 it is damaged or none of ours, E542 a
/// newer version of the program has made it.
class StateFile {
  public:
    enum class Use : std::uint8_t {
        record,  // made where it is not there yet
        read,    // looked through first: what is torn is not read
    };
    StateFile(const std::filesystem::path& state_folder, Use use);

    static std::filesystem::path path_in(const std::filesystem::path& state_folder);
    const std::filesystem::path& path() const { return path_; }
    /// Its errors are the database's: see translated().
    SqliteDatabase& database() { return *database_; }
    /// An error of the database as one of the history.
    Error translated(const Error& error) const;
    Error damaged(const std::string& how) const;
    /// False: the run that was about to make it was killed.
    bool has_runs() const { return has_runs_; }
    /// Puts the last entries, which stand in a log beside the file, into their places, if it can be done. The disk
    /// is waited for.
    void take_in_log();

  private:
    void open(Use use);
    bool has_schema();
    void make_schema();
    void look_through();

    std::filesystem::path path_;
    bool has_runs_ = false;
    std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace etl
