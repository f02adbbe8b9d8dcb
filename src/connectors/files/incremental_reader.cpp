#include "connectors/files/incremental_reader.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "io/packing.hpp"

namespace etl {

namespace {

/// What is to be read, as it lies on the disk. Nobody knows how much of a packed file the rest of its text is: all of
/// it is read.
std::uint64_t count_bytes(const FilePlan& plan) {
    std::uint64_t bytes = 0;
    for (const PlannedPart& planned : plan.parts) {
        const std::uint64_t size = planned.entry.size_bytes;
        const std::uint64_t from = is_packed_name(planned.part.file.path.native()) ? 0 : planned.part.from.byte;
        const std::uint64_t until = from == planned.part.from.byte ? std::min(size, planned.part.until_byte) : size;
        bytes += until > from ? until - from : 0;
    }
    return bytes;
}

class IncrementalReader : public Reader {
  public:
    IncrementalReader(IncrementalFiles files, Decoder& decoder, RunContext& run)
        : files_(std::move(files)),
          bytes_total_(count_bytes(files_.plan)),
          cutter_(decoder, run, files_.text, files_.source) {}

    bool next(Block& block) override;
    void interrupt() noexcept override { cutter_.interrupt(); }
    std::uint64_t bytes_read() const noexcept override { return cutter_.bytes_read(); }
    std::uint64_t bytes_total() const noexcept override { return bytes_total_; }
    std::string position() const override { return to_text(files_.plan.held); }

  private:
    bool open_next();
    void take_down(std::span<const char> read);
    void finish_part();
    void check_unchanged() const;
    PlannedPart& planned() { return files_.plan.parts[part_]; }
    const PlannedPart& planned() const { return files_.plan.parts[part_]; }

    IncrementalFiles files_;
    std::uint64_t bytes_total_;
    std::size_t part_ = 0;
    bool is_open_ = false;
    BlockCutter cutter_;
};

bool IncrementalReader::next(Block& block) {
    for (;;) {
        if (cutter_.was_interrupted()) return false;
        if (!is_open_ && !open_next()) return false;
        if (cutter_.next(block)) {
            take_down({block.bytes.data() + block.begin, block.size - block.begin});
            return true;
        }
        if (cutter_.was_interrupted()) return false;
        finish_part();
    }
}

bool IncrementalReader::open_next() {
    if (part_ == files_.plan.parts.size()) return false;
    const std::uint32_t opened = cutter_.opened();
    if (!cutter_.open(planned().part)) return false;
    if (cutter_.opened() > opened) files_.names->add(planned().part.file.name);
    if (planned().part.from.byte == 0) planned().fingerprint.add(cutter_.head());
    return is_open_ = true;
}

/// What was read so far of the file, a block just now.
void IncrementalReader::take_down(std::span<const char> read) {
    PlannedPart& now = planned();
    now.entry.place = cutter_.behind();
    if (files_.clause.kind == Incremental::Kind::offset) {
        now.fingerprint.add(read);
        now.entry.fingerprint = now.fingerprint.text();
    } else if (now.part.end == PartEnd::file && cutter_.has_ended()) {
        check_unchanged();
        now.entry.state = FileEntry::State::done;
    }
    files_.plan.held[now.part.file.name] = now.entry;
}

void IncrementalReader::finish_part() {
    const PlannedPart& now = planned();
    if (now.part.end == PartEnd::file && now.entry.state != FileEntry::State::done) {
        check_unchanged();
        planned().entry.state = FileEntry::State::done;
        planned().entry.place = cutter_.behind();
        files_.plan.held[now.part.file.name] = now.entry;
    }
    is_open_ = false;
    ++part_;
}

/// A file that is still being written would be loaded in part, and count as loaded.
void IncrementalReader::check_unchanged() const {
    if (files_.clause.changed != Incremental::Changed::fail) return;
    const PlannedPart& now = planned();
    const InputFileState state = look_at(now.part.file);
    if (state.size_bytes != now.entry.size_bytes || state.modified_ns != now.entry.modified_ns)
        throw Error("E532", now.part.file.name +
                                " changed while it was read; write files under another name or "
                                "elsewhere, rename them to their place when they are whole, and start "
                                "the load again");
}

}  // namespace

std::unique_ptr<Reader> make_incremental_reader(IncrementalFiles files, Decoder& decoder, RunContext& run) {
    return std::make_unique<IncrementalReader>(std::move(files), decoder, run);
}

}  // namespace etl
