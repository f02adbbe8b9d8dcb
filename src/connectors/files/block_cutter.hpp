#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "component/connector_spec.hpp"
#include "io/byte_reader.hpp"

namespace etl {

inline constexpr std::uint32_t kBlock_bytes = 256 * 1024;

/// Where a file's next record begins.
struct FilePlace {
    std::uint64_t byte = 0;  // of its text, unpacked and in UTF-8; 0: at the beginning, before what is no record
    std::uint64_t record = 0;
    std::uint64_t line = 1;
};

enum class PartEnd : std::uint8_t {
    file,    // what is left there is the last record
    record,  // a record ends there, else the file is not what it was
    open,    // what is left there is not looked at: it may still grow
};

/// What is read of a file: its beginning is looked at in any case.
struct FilePart {
    InputFile file;
    FilePlace from = {};
    std::uint64_t until_byte = UINT64_MAX;
    PartEnd end = PartEnd::file;
    std::uint64_t known = 0;  // of its blocks
};

/// Cuts files, one part after the other, into blocks where the format's decoder says that records end. interrupt() and
/// bytes_read() from any thread.
class BlockCutter {
  public:
    BlockCutter(Decoder& decoder, RunContext& run, TextSettings text, std::uint32_t source)
        : decoder_(&decoder), run_(&run), text_(std::move(text)), source_(source) {}

    /// Looks at the file's beginning and goes to where the part begins. False: interrupted. The part must outlive its
    /// last next().
    bool open(const FilePart& part);
    /// The next block; false: the part has ended, or was interrupted. Throws Error.
    bool next(Block& block);
    /// Files whose beginning was whole; that of number `n` for blocks and decoder is the n-th, from 0.
    std::uint32_t opened() const { return opened_; }
    /// Behind the last block.
    FilePlace behind() const { return {byte_, state_.record, state_.line}; }
    /// Whether the next next() returns false, as far as is known.
    bool has_ended() const { return at_end_ && begin_ == filled_; }
    bool was_interrupted() const noexcept { return interrupted_.load(std::memory_order_acquire); }
    void interrupt() noexcept;
    std::uint64_t bytes_read() const noexcept;
    /// The file's bytes before its first record, if the part that was opened begins there.
    std::span<const char> head() const { return {buffer_.data(), head_bytes_}; }

  private:
    void switch_to(std::unique_ptr<ByteReader> opened);
    void begin_file();
    void go_to(const FilePlace& place);
    void fill();
    void make_room();
    std::size_t cut(CutState& state);
    void cut_again(const FilePlace& place);
    [[noreturn]] void throw_no_record_end(std::uint64_t byte) const;
    [[noreturn]] void throw_left_over(std::size_t size) const;
    void check_nothing_left() const;
    void emit(Block& block, std::size_t size, const CutState& before);
    std::string_view name() const { return part_->file.name; }
    std::span<const char> rest() const { return {buffer_.data() + begin_, filled_ - begin_}; }

    Decoder* decoder_;
    RunContext* run_;
    TextSettings text_;
    std::uint32_t source_;
    const FilePart* part_ = nullptr;
    std::uint32_t opened_ = 0;  // files
    bool is_first_ = false;     // the next block is the file's first
    bool at_end_ = false;       // of the part: the buffer holds the rest
    BufferRef buffer_;
    std::size_t begin_ = 0;  // of what is still to be cut
    std::size_t filled_ = 0;
    std::size_t head_bytes_ = 0;
    std::uint64_t byte_ = 0;  // of the file, where begin_ is
    CutState state_;

    mutable std::mutex mutex_;  // of reader_ and finished_bytes_, for the other threads
    std::unique_ptr<ByteReader> reader_;
    std::uint64_t finished_bytes_ = 0;
    std::atomic<bool> interrupted_{false};
};

}  // namespace etl
