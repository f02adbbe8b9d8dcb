#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "io/file_descriptor.hpp"
#include "io/packing.hpp"

namespace etl {

/// What a link points to, so that it stays a link when that is written; another path as it is.
std::filesystem::path path_behind_link(const std::filesystem::path& path);

/// A file that appears whole or not at all: written beside its place under another name, then made durable and renamed.
/// "-" is standard output; it and devices are written through at once. It is packed as the ending of its name
/// says. One thread at a time. All but discard() throw Error naming the file.
class FileTarget {
  public:
    FileTarget(std::filesystem::path path, std::string name);
    /// Discards what was not published.
    ~FileTarget();
    FileTarget(const FileTarget&) = delete;
    FileTarget& operator=(const FileTarget&) = delete;

    /// Removes what killed runs left behind for this target (not what a run that is still going on writes), and opens
    /// the file to write into.
    void begin();
    void write(const char* data, std::size_t size);
    /// Nothing more is written; all of it is on the disk when this returns, but not yet in its place.
    void finish();
    /// After finish(): the target holds what was written when this returns, also after a loss of power.
    void publish();
    void discard() noexcept;

    const std::string& name() const { return name_; }

  private:
    void resolve();
    void open_temporary();
    void remove_stale() const;
    void put(const char* data, std::size_t size);

    std::filesystem::path path_;
    std::string name_;
    std::filesystem::path temporary_;  // empty: written through
    FileDescriptor file_;
    std::unique_ptr<Packer> packer_;
    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;  // to the disk, without waiting
};

}  // namespace etl
