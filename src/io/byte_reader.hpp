#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace etl {

/// The bytes of one input, in order. read() from one thread; interrupt() and bytes_read() from any.
class ByteReader {
  public:
    virtual ~ByteReader() = default;
    /// At least one byte and at most `most`; 0: the end, or interrupted. Throws Error naming the file.
    virtual std::size_t read(char* to, std::size_t most) = 0;
    /// Ends a read() that waits, and all that follow.
    virtual void interrupt() noexcept = 0;
    /// Bytes taken from the file itself (compressed, in its own encoding).
    virtual std::uint64_t bytes_read() const noexcept = 0;
};

/// A place to read from; "-" is standard input.
struct InputFile {
    std::filesystem::path path;
    std::string name;  // as a person knows it
    bool is_standard() const { return path == "-"; }
};

/// What is known without reading. Throws Error if the file is missing, a directory or not readable.
struct InputFileState {
    std::uint64_t size_bytes = 0;  // 0 where it is not known
    bool is_regular = false;       // else a pipe, a device or standard input: can be read once
    std::int64_t modified_ns = 0;  // since 1970
};
InputFileState look_at(const InputFile& file);

/// The plain bytes of a file, from a byte on that is not behind its end (a regular one's).
std::unique_ptr<ByteReader> open_file(const InputFile& file, std::uint64_t from_byte = 0);
/// How much may come out of a packed file; 0: no bound.
struct UnpackBounds {
    std::uint64_t most_bytes = 0;
    std::uint64_t most_ratio = 0;  // to what was read of the file, where more than 100 MiB came out
};

/// How a file's bytes become text.
struct TextSettings {
    std::string encoding;  // empty: UTF-8
    UnpackBounds bounds;
};

/// All of them, of a small file. Throws Error naming it.
std::string read_file(const InputFile& file);
/// Its text in UTF-8: unpacked as the ending of its name says, converted from the encoding.
std::unique_ptr<ByteReader> open_input(const InputFile& file, const TextSettings& settings);

}  // namespace etl
