#include "connectors/files/files_reader.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>

#include "base/error.hpp"

namespace etl {

namespace {

/// "BYTE RECORD LINE NAME": where the next record begins.
struct FilePosition {
    std::uint64_t byte = 0;
    std::uint64_t record = 0;
    std::uint64_t line = 1;
    std::string name;
};

std::string to_text(const FilePosition& position) {
    return std::to_string(position.byte) + " " + std::to_string(position.record) + " " + std::to_string(position.line) +
           " " + position.name;
}

FilePosition parse_position(const std::string& text) {
    FilePosition position;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::uint64_t* number : {&position.byte, &position.record, &position.line}) {
        const auto result = std::from_chars(at, end, *number);
        if (result.ec != std::errc() || result.ptr == end || *result.ptr != ' ')
            throw Error("E409", "the stored position \"" + text + "\" is not one of a file");
        at = result.ptr + 1;
    }
    position.name.assign(at, end);
    return position;
}

class FilesReader : public Reader {
  public:
    FilesReader(FilesToRead files, Decoder& decoder, const std::string& after, RunContext& run);

    bool next(Block& block) override;
    void interrupt() noexcept override;
    std::uint64_t bytes_read() const noexcept override;
    std::string position() const override { return to_text(behind_); }

  private:
    bool open_next();
    void begin_file();
    void go_on_behind(const FilePosition& position);
    void fill();
    void make_room();
    std::size_t cut(CutState& state);
    [[noreturn]] void throw_left_over(std::size_t size) const;
    void check_nothing_left() const;
    void emit(Block& block, std::size_t size, const CutState& before);
    std::string_view name() const { return files_.files[file_].name; }
    std::span<const char> rest() const { return {buffer_.data() + begin_, filled_ - begin_}; }

    FilesToRead files_;
    Decoder* decoder_;
    RunContext* run_;
    std::size_t file_ = 0;  // the one that is read
    bool is_open_ = false;
    bool is_first_ = false;  // the next block is the file's first
    bool at_end_ = false;    // of the file: the buffer holds the rest
    BufferRef buffer_;
    std::size_t begin_ = 0;  // of what is still to be cut
    std::size_t filled_ = 0;
    std::uint64_t byte_ = 0;  // of the file, where begin_ is
    CutState state_;
    std::unique_ptr<FilePosition> after_;
    FilePosition behind_;

    mutable std::mutex mutex_;  // of reader_ and finished_bytes_, for the other threads
    std::unique_ptr<ByteReader> reader_;
    std::uint64_t finished_bytes_ = 0;
    std::atomic<bool> interrupted_{false};
};

FilesReader::FilesReader(FilesToRead files, Decoder& decoder, const std::string& after, RunContext& run)
    : files_(std::move(files)), decoder_(&decoder), run_(&run) {
    if (!after.empty()) after_ = std::make_unique<FilePosition>(parse_position(after));
}

void FilesReader::interrupt() noexcept {
    interrupted_.store(true, std::memory_order_release);
    const std::lock_guard lock(mutex_);
    if (reader_) reader_->interrupt();
}

std::uint64_t FilesReader::bytes_read() const noexcept {
    const std::lock_guard lock(mutex_);
    return finished_bytes_ + (reader_ ? reader_->bytes_read() : 0);
}

bool FilesReader::next(Block& block) {
    for (;;) {
        if (interrupted_.load(std::memory_order_acquire)) return false;
        if (!is_open_ && !open_next()) return false;
        const CutState before = state_;
        const std::size_t size = rest().empty() ? 0 : cut(state_);
        if (size > 0) {
            emit(block, size, before);
            return true;
        }
        state_ = before;
        if (at_end_) {
            if (interrupted_.load(std::memory_order_acquire)) return false;
            check_nothing_left();
            is_open_ = false;
            ++file_;
        } else {
            make_room();
            fill();
        }
    }
}

bool FilesReader::open_next() {
    if (file_ == files_.files.size()) {
        if (after_) throw Error("E409", "the file " + after_->name + ", which was read before, is gone");
        return false;
    }
    auto opened = open_input(files_.files[file_], files_.encoding);
    {
        const std::lock_guard lock(mutex_);
        if (reader_) finished_bytes_ += reader_->bytes_read();
        reader_ = std::move(opened);
    }
    if (interrupted_.load(std::memory_order_acquire)) return false;
    buffer_ = run_->memory.take(kBlock_bytes);
    begin_ = filled_ = 0;
    byte_ = 0;
    at_end_ = false;
    is_open_ = is_first_ = true;
    begin_file();
    return !interrupted_.load(std::memory_order_acquire);
}

void FilesReader::begin_file() {
    std::optional<std::size_t> head;
    for (;;) {
        fill();
        if (interrupted_.load(std::memory_order_acquire)) return;
        state_ = CutState();
        head = decoder_->begin_file(rest(), at_end_, state_, name());
        if (head || at_end_) break;
        make_room();
    }
    if (!head && filled_ > 0) throw_left_over(filled_);
    begin_ = byte_ = head.value_or(0);
    if (!after_) return;
    if (after_->name != name()) {
        // What was read before is opened for its header only: the decoder counts the files.
        at_end_ = true;
        begin_ = filled_;
        return;
    }
    go_on_behind(*after_);
    after_.reset();
}

void FilesReader::go_on_behind(const FilePosition& position) {
    while (byte_ < position.byte) {
        const std::size_t passed = std::min<std::uint64_t>(filled_ - begin_, position.byte - byte_);
        begin_ += passed;
        byte_ += passed;
        if (byte_ == position.byte) break;
        if (at_end_) throw Error("E409", std::string(name()) + " is shorter than what was read of it before");
        begin_ = filled_ = 0;
        fill();
    }
    state_.record = position.record;
    state_.line = position.line;
}

/// Reads until the buffer is full or the file ends.
void FilesReader::fill() {
    while (!at_end_ && filled_ < buffer_.capacity()) {
        const std::size_t got = reader_->read(buffer_.data() + filled_, buffer_.capacity() - filled_);
        at_end_ = got == 0;
        filled_ += got;
    }
    // A last line end that is missing is put behind the text, where a copy of whole records may take it.
    if (at_end_ && filled_ > 0) buffer_.data()[filled_] = '\n';
}

/// A buffer with the rest at its begin; a larger one if the rest fills half of it.
void FilesReader::make_room() {
    const std::size_t size = rest().size();
    BufferRef fresh =
        run_->memory.take(2 * size > kBlock_bytes ? 2 * std::max(size, buffer_.capacity()) : kBlock_bytes);
    std::memcpy(fresh.data(), buffer_.data() + begin_, size);
    buffer_ = std::move(fresh);
    begin_ = 0;
    filled_ = size;
}

/// The length of the next block; 0: more bytes are needed, or there are none.
std::size_t FilesReader::cut(CutState& state) {
    const std::uint32_t footer = decoder_->footer_records();
    const std::uint32_t most = run_->batch_rows;
    if (footer == 0) return decoder_->cut(rest(), at_end_, most, state);
    // The records that the end may take away stay behind.
    CutState all = state;
    const std::size_t size = decoder_->cut(rest(), at_end_, 0, all);
    if (size == 0 || all.records <= footer) return 0;
    const std::uint64_t allowed = all.records - footer;
    const auto wanted = static_cast<std::uint32_t>(most == 0 ? allowed : std::min<std::uint64_t>(most, allowed));
    return decoder_->cut(rest(), at_end_, wanted, state);
}

/// At a file's end a decoder takes all that is no footer; what it does not take would be lost without a word.
void FilesReader::check_nothing_left() const {
    if (rest().empty()) return;
    CutState all = state_;
    const std::uint32_t footer = decoder_->footer_records();
    const std::size_t size = footer == 0 ? 0 : decoder_->cut(rest(), true, 0, all);
    if (size < rest().size() || all.records > footer) throw_left_over(rest().size());
}

void FilesReader::throw_left_over(std::size_t size) const {
    throw Error("E512", std::string(name()) + ": the reader of its format left the last " + std::to_string(size) +
                            " bytes unread, from byte " + std::to_string(byte_) +
                            " on; this is a fault of the program, not of the file");
}

void FilesReader::emit(Block& block, std::size_t size, const CutState& before) {
    block = Block();
    block.bytes = buffer_;
    block.begin = static_cast<std::uint32_t>(begin_);
    block.size = static_cast<std::uint32_t>(begin_ + size);
    block.scalar = state_.scalar;
    block.first = is_first_;
    block.origin = {files_.source, static_cast<std::uint32_t>(file_), before.record, before.line, byte_};
    begin_ += size;
    byte_ += size;
    is_first_ = false;
    behind_ = {byte_, state_.record, state_.line, std::string(name())};
}

}  // namespace

std::unique_ptr<Reader> make_files_reader(FilesToRead files, Decoder& decoder, const std::string& after,
                                          RunContext& run) {
    return std::make_unique<FilesReader>(std::move(files), decoder, after, run);
}

}  // namespace etl
