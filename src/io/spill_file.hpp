#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/file_descriptor.hpp"

namespace etl {

/// Where a block lies in a SpillFile, and how large it is; packed_bytes == raw_bytes: as it was.
struct SpilledBlock {
    std::uint64_t offset = 0;
    std::uint64_t raw_bytes = 0;
    std::uint64_t packed_bytes = 0;
};

/// A file for what has no place in memory, block by block, each packed. It has no name: however the program ends, the
/// system takes it back. Throws Error, which names the folder, where the disk is full or broken.
class SpillFile {
  public:
    /// Makes the folder if need be.
    explicit SpillFile(const std::filesystem::path& folder);

    /// One thread at a time.
    SpilledBlock append(std::span<const char> raw);
    /// Fills `raw`, raw_bytes long. packed: of the caller, used again. Any number of threads.
    void read(const SpilledBlock& block, char* raw, std::vector<char>& packed) const;
    std::uint64_t size_bytes() const { return size_bytes_; }

  private:
    std::string name_;  // "the spill folder …"
    FileDescriptor file_;
    std::uint64_t size_bytes_ = 0;
    std::vector<char> packed_;
};

}  // namespace etl
