#include "connectors/files/block_cutter.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "io/encoding.hpp"
#include "io/packing.hpp"

namespace etl {

void BlockCutter::interrupt() noexcept {
    interrupted_.store(true, std::memory_order_release);
    const std::lock_guard lock(mutex_);
    if (reader_) reader_->interrupt();
}

std::uint64_t BlockCutter::bytes_read() const noexcept {
    const std::lock_guard lock(mutex_);
    return finished_bytes_ + (reader_ ? reader_->bytes_read() : 0);
}

bool BlockCutter::next(Block& block) {
    for (;;) {
        if (was_interrupted()) return false;
        const CutState before = state_;
        state_.passed = false;
        const std::size_t size = rest().empty() ? 0 : cut(state_);
        if (size > 0 && state_.passed) {
            begin_ += size;
            byte_ += size;
            continue;
        }
        if (size > 0) {
            emit(block, size, before);
            return true;
        }
        state_ = before;
        if (at_end_) {
            if (!was_interrupted()) check_nothing_left();
            return false;
        }
        make_room();
        fill();
    }
}

void BlockCutter::switch_to(std::unique_ptr<ByteReader> opened) {
    const std::lock_guard lock(mutex_);
    if (reader_) finished_bytes_ += reader_->bytes_read();
    reader_ = std::move(opened);
}

bool BlockCutter::open(const FilePart& part) {
    part_ = &part;
    switch_to(open_input(part.file, text_));
    if (was_interrupted()) return false;
    buffer_ = run_->memory.take(kBlock_bytes);
    begin_ = filled_ = head_bytes_ = 0;
    byte_ = 0;
    at_end_ = false;
    is_first_ = true;
    begin_file();
    return !was_interrupted();
}

void BlockCutter::begin_file() {
    std::optional<std::size_t> head;
    for (;;) {
        fill();
        if (was_interrupted()) return;
        state_ = CutState();
        head = decoder_->begin_file(rest(), at_end_ && part_->end == PartEnd::file, state_, name());
        if (head || at_end_) break;
        make_room();
    }
    if (!head && part_->end != PartEnd::file) {
        // The header is still being written: there is nothing yet.
        filled_ = 0;
        return;
    }
    ++opened_;
    if (!head && filled_ > 0) throw_left_over(filled_);
    begin_ = byte_ = head_bytes_ = head.value_or(0);
    if (part_->from.byte > 0) go_to(part_->from);
}

void BlockCutter::go_to(const FilePlace& place) {
    if (decoder_->is_document()) return cut_again(place);
    const bool plain = is_utf8_name(text_.encoding) && !is_packed_name(part_->file.path.native());
    if (plain && place.byte > byte_ + rest().size() && look_at(part_->file).size_bytes >= place.byte) {
        switch_to(open_file(part_->file, place.byte));
        if (was_interrupted()) return;
        begin_ = filled_ = 0;
        byte_ = place.byte;
        at_end_ = byte_ == part_->until_byte;
    }
    while (byte_ < place.byte) {
        const std::size_t passed = std::min<std::uint64_t>(filled_ - begin_, place.byte - byte_);
        begin_ += passed;
        byte_ += passed;
        if (byte_ == place.byte) break;
        if (at_end_) throw Error("E409", std::string(name()) + " is shorter than what was read of it before");
        begin_ = filled_ = 0;
        fill();
        if (was_interrupted()) return;
    }
    state_.record = place.record;
    state_.line = place.line;
}

void BlockCutter::cut_again(const FilePlace& place) {
    while (byte_ < place.byte && !was_interrupted()) {
        const CutState before = state_;
        const std::size_t size =
            rest().empty() ? 0 : decoder_->cut(rest(), at_end_ && part_->end == PartEnd::file, 1, state_);
        if (size == 0) {
            state_ = before;
            if (at_end_) throw Error("E409", std::string(name()) + " is shorter than what was read of it before");
            make_room();
            fill();
        }
        begin_ += size;
        byte_ += size;
    }
    if (byte_ > place.byte) throw_no_record_end(place.byte);
}

/// Reads until the buffer is full or the part ends.
void BlockCutter::fill() {
    while (!at_end_ && filled_ < buffer_.capacity()) {
        const std::uint64_t left = part_->until_byte - byte_ - rest().size();
        const std::size_t most = std::min<std::uint64_t>(buffer_.capacity() - filled_, left);
        const std::size_t got = most == 0 ? 0 : reader_->read(buffer_.data() + filled_, most);
        at_end_ = got == 0;
        filled_ += got;
    }
    // A last line end that is missing is put behind the text, where a copy of whole records may take it.
    if (at_end_ && filled_ > 0) buffer_.data()[filled_] = '\n';
}

/// A buffer with the rest at its begin; a larger one if the rest fills half of it.
void BlockCutter::make_room() {
    const std::size_t size = rest().size();
    BufferRef fresh =
        run_->memory.take(2 * size > kBlock_bytes ? 2 * std::max(size, buffer_.capacity()) : kBlock_bytes);
    std::memcpy(fresh.data(), buffer_.data() + begin_, size);
    buffer_ = std::move(fresh);
    begin_ = 0;
    filled_ = size;
}

/// The length of the next block; 0: more bytes are needed, or there are none.
std::size_t BlockCutter::cut(CutState& state) {
    const bool at_file_end = at_end_ && part_->end == PartEnd::file;
    // Records that lie before a place that was reached once are no footer.
    const std::uint32_t footer = part_->end == PartEnd::record ? 0 : decoder_->footer_records();
    const std::uint32_t most = run_->batch_rows;
    if (footer == 0) return decoder_->cut(rest(), at_file_end, most, state);
    // The records that the end may take away stay behind.
    CutState all = state;
    const std::size_t size = decoder_->cut(rest(), at_file_end, 0, all);
    if (size == 0 || all.records <= footer) return 0;
    const std::uint64_t allowed = all.records - footer;
    const auto wanted = static_cast<std::uint32_t>(most == 0 ? allowed : std::min<std::uint64_t>(most, allowed));
    return decoder_->cut(rest(), at_file_end, wanted, state);
}

/// At a file's end a decoder takes all that is no footer; what it does not take would be lost without a word.
void BlockCutter::check_nothing_left() const {
    if (part_->end == PartEnd::open) return;
    if (part_->end == PartEnd::record && (byte_ != part_->until_byte || !rest().empty()))
        throw_no_record_end(part_->until_byte);
    if (rest().empty()) return part_->end == PartEnd::file ? decoder_->end_file(state_) : void();
    CutState all = state_;
    const std::uint32_t footer = decoder_->footer_records();
    const std::size_t size = footer == 0 ? 0 : decoder_->cut(rest(), true, 0, all);
    if (size < rest().size() || all.records > footer) throw_left_over(rest().size());
}

void BlockCutter::throw_no_record_end(std::uint64_t byte) const {
    throw Error("E532", std::string(name()) + ": no record ends at byte " + std::to_string(byte) +
                            ", where an earlier run stopped reading: the file or the options of its format have "
                            "changed since; undo that, or load everything again with `--full`");
}

void BlockCutter::throw_left_over(std::size_t size) const {
    throw Error("E512", std::string(name()) + ": the reader of its format left the last " + std::to_string(size) +
                            " bytes unread, from byte " + std::to_string(byte_) +
                            " on; this is a fault of the program, not of the file");
}

void BlockCutter::emit(Block& block, std::size_t size, const CutState& before) {
    block = Block();
    block.bytes = buffer_;
    block.begin = static_cast<std::uint32_t>(begin_);
    block.size = static_cast<std::uint32_t>(begin_ + size);
    block.scalar = state_.scalar;
    block.first = is_first_;
    block.known = part_->known;
    block.origin = {source_, opened_ - 1, before.record, before.line, byte_};
    begin_ += size;
    byte_ += size;
    is_first_ = false;
}

}  // namespace etl
