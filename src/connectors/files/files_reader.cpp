#include "connectors/files/files_reader.hpp"

#include <charconv>

#include "base/error.hpp"
#include "connectors/files/block_cutter.hpp"

namespace etl {

namespace {

/// "BYTE RECORD LINE NAME"
struct FilePosition {
    FilePlace place;
    std::string name;
};

std::string to_text(const FilePosition& position) {
    const FilePlace& place = position.place;
    return std::to_string(place.byte) + " " + std::to_string(place.record) + " " + std::to_string(place.line) + " " +
           position.name;
}

FilePosition parse_position(const std::string& text) {
    FilePosition position;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::uint64_t* number : {&position.place.byte, &position.place.record, &position.place.line}) {
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
    FilesReader(FilesToRead files, Decoder& decoder, const std::string& after, RunContext& run)
        : files_(std::move(files.files)), cutter_(decoder, run, files.text, files.source) {
        if (!after.empty()) after_ = std::make_unique<FilePosition>(parse_position(after));
    }

    bool next(Block& block) override {
        for (;;) {
            if (cutter_.was_interrupted()) return false;
            if (!is_open_ && !open_next()) return false;
            if (cutter_.next(block)) {
                behind_ = {cutter_.behind(), part_.file.name};
                return true;
            }
            if (cutter_.was_interrupted()) return false;
            is_open_ = false;
        }
    }
    void interrupt() noexcept override { cutter_.interrupt(); }
    std::uint64_t bytes_read() const noexcept override { return cutter_.bytes_read(); }
    std::string position() const override { return to_text(behind_); }

  private:
    bool open_next();

    std::vector<InputFile> files_;
    std::size_t file_ = 0;  // the next one
    bool is_open_ = false;
    FilePart part_;
    BlockCutter cutter_;
    std::unique_ptr<FilePosition> after_;
    FilePosition behind_;
};

bool FilesReader::open_next() {
    while (file_ < files_.size()) {
        part_ = {files_[file_++]};
        const bool is_behind = after_ == nullptr;
        if (!is_behind && after_->name == part_.file.name) {
            part_.from = after_->place;
            after_.reset();
        }
        if (!cutter_.open(part_)) return false;
        // What was read before is opened for its header only: the decoder counts the files.
        is_open_ = is_behind || after_ == nullptr;
        if (is_open_) return true;
    }
    if (after_) throw Error("E409", "the file " + after_->name + ", which was read before, is gone");
    return false;
}

}  // namespace

std::unique_ptr<Reader> make_files_reader(FilesToRead files, Decoder& decoder, const std::string& after,
                                          RunContext& run) {
    return std::make_unique<FilesReader>(std::move(files), decoder, after, run);
}

}  // namespace etl
