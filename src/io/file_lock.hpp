#pragma once

#include <filesystem>
#include <string>

#include "io/file_descriptor.hpp"

namespace etl {

/// Held by one process at a time, until it ends; a file of that name lies there meanwhile.
class FileLock {
  public:
    FileLock() = default;
    ~FileLock() { release(); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// False: another holds it. Throws Error naming `name` where the file cannot be made.
    bool take(const std::filesystem::path& path, const std::string& name);
    void release() noexcept;
    explicit operator bool() const { return static_cast<bool>(file_); }

  private:
    std::filesystem::path path_;
    FileDescriptor file_;
};

}  // namespace etl
