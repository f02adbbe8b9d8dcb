#pragma once

#include <filesystem>
#include <string>

#include "io/file_descriptor.hpp"

namespace etl {

/// Held by the one run of a pipeline that may load incrementally with a state folder; let go when the process ends,
/// however it does.
class RunLock {
  public:
    /// Throws Error E531 where another run holds it, with its process number; E536 where the folder cannot be written.
    RunLock(const std::filesystem::path& state_folder, const std::string& pipeline);

  private:
    FileDescriptor file_;
};

}  // namespace etl
