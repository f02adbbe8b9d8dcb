#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "io/file_descriptor.hpp"
#include "runtime/reject_log.hpp"

namespace etl {

/// The rejects of a run that commits on its way: rejects/RUN.jsonl in the state folder, under another name until the
/// run has ended. What stands in it behind the last commit belongs to rows that the next run reads again.
class RejectJournal {
  public:
    /// is_loaded: at its end nothing stands in it but rejects of what the targets hold, see RejectLog.
    RejectJournal(const std::filesystem::path& state_folder, const std::string& name, const std::string& run,
                  bool is_loaded);

    /// Ends the journals of that name, of runs that were killed: kept_bytes tells how much of one belongs to rows that
    /// the targets hold. Throws Error E520.
    void recover(const std::function<std::uint64_t(const std::string& run)>& kept_bytes) const;
    /// Appends what the log has taken in since the last call; durable on return. Returns the length from now on, in
    /// bytes. Throws Error E520.
    std::uint64_t append(RejectLog& log);
    std::uint64_t rows() const { return rows_; }
    /// Cuts it to that length and gives it its name; none where nothing is left. Returns the path, or an empty one.
    std::filesystem::path finish(std::uint64_t bytes);

  private:
    std::filesystem::path folder_;
    std::string suffix_;  // ".jsonl.NAME.open"
    std::string run_;
    bool is_loaded_;
    FileDescriptor file_;
    std::uint64_t bytes_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace etl
