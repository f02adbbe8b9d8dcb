#pragma once

#include <filesystem>
#include <string>

#include "io/file_descriptor.hpp"

namespace etl {

/// Says that a run lives: a lock on a byte of a file in the state folder, let go when the process ends, however it
/// does.
class RunMark {
  public:
    /// Throws Error E540.
    RunMark(const std::filesystem::path& state_folder, const std::string& run_id);

  private:
    FileDescriptor file_;
};

/// Looks for the marks of others.
class RunMarks {
  public:
    explicit RunMarks(const std::filesystem::path& state_folder);
    bool is_alive(const std::string& run_id) const;

  private:
    FileDescriptor file_;
};

}  // namespace etl
