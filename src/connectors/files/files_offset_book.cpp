#include "connectors/files/files_offset_book.hpp"

#include "base/error.hpp"
#include "connectors/files/file_entries.hpp"
#include "connectors/files/manifest.hpp"
#include "io/file_lock.hpp"
#include "io/file_target.hpp"

namespace etl {

namespace {

class FilesOffsetBook final : public OffsetBook {
  public:
    explicit FilesOffsetBook(const SinkRequest& request)
        : path_(request.base_folder / request.address), name_(request.address), pipeline_(request.pipeline) {
        // Partitions lie beside the path itself, whatever it is.
        if (request.partitions.empty()) path_ = path_behind_link(path_);
    }

    std::vector<StoredPosition> read() override {
        const auto manifest = read_manifest(path_, name_);
        return manifest ? manifest->positions_of(pipeline_) : std::vector<StoredPosition>();
    }

    std::vector<StoredPosition> take_over(const std::string& /*run*/) override {
        if (!read_manifest(path_, name_)) return {};
        if (!lock_.take(path_.parent_path() / ("." + path_.filename().string() + ".etl-lock"), name_))
            throw Error("E531", "another run is writing " + name_ + "; wait until it has ended");
        auto manifest = read_manifest(path_, name_);
        if (!manifest) return {};
        committed_ = std::move(*manifest);
        ++committed_.epoch;
        write_manifest(path_, committed_, name_);
        return committed_.positions_of(pipeline_);
    }

    void store(std::span<const StoredPosition> positions) override {
        const auto current = read_manifest(path_, name_);
        if (!current || current->epoch != committed_.epoch)
            throw Error("E530", "another run has taken " + name_ + " over; nothing was changed in it");
        Manifest next = committed_;
        next.store(pipeline_, positions);
        write_manifest(path_, next, name_);
        committed_ = std::move(next);
    }

    std::string name() const override { return name_; }

  private:
    std::filesystem::path path_;
    std::string name_;
    std::string pipeline_;
    FileLock lock_;
    Manifest committed_;
};

}  // namespace

std::unique_ptr<OffsetBook> make_files_offset_book(const SinkRequest& request) {
    return std::make_unique<FilesOffsetBook>(request);
}

PositionSummary summarize_files_position(const std::string& text, Incremental::Kind kind) {
    PositionSummary summary;
    for (const auto& [name, entry] : parse_entries(text, kind)) {
        ++summary.files;
        summary.last_file = name;
        summary.bytes += entry.state == FileEntry::State::done ? entry.size_bytes : entry.place.byte;
    }
    return summary;
}

}  // namespace etl
