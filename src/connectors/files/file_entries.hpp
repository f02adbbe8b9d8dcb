#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "component/incremental.hpp"
#include "connectors/files/block_cutter.hpp"

namespace etl {

/// Tells a file that has grown from another one under its name: by its first 1024 bytes and the 64 before a place.
class Fingerprint {
  public:
    /// Of a regular file, up to the byte, which is not behind its end. Throws Error.
    static Fingerprint of_file(const InputFile& file, std::uint64_t until_byte);
    /// The file's next bytes.
    void add(std::span<const char> bytes);
    std::string text() const;

  private:
    std::string head_;
    std::string tail_;
};

/// What was loaded of a file.
struct FileEntry {
    enum class State : std::uint8_t {
        done,
        part,  // up to the place; by file
        tail   // up to the place; by offset
    };
    State state = State::part;
    FilePlace place;
    std::uint64_t size_bytes = 0;  // by file: as the file was then
    std::int64_t modified_ns = 0;
    std::string fingerprint;  // by offset
};

/// By name. The position of an incremental source: "done|part BYTE RECORD LINE SIZE MODIFIED NAME" a line, or "tail
/// BYTE RECORD LINE FINGERPRINT NAME".
using FileEntries = std::map<std::string, FileEntry>;

std::string to_text(const FileEntries& entries);
/// Throws Error (E532) where the text is no such position, or one of the other kind.
FileEntries parse_entries(const std::string& text, Incremental::Kind kind);

}  // namespace etl
