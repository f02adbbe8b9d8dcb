#include "connectors/files/files_source.hpp"

#include <cstring>

#include "base/error.hpp"
#include "connectors/files/files_reader.hpp"
#include "connectors/files/incremental_reader.hpp"
#include "io/encoding.hpp"
#include "io/glob.hpp"
#include "io/packing.hpp"

namespace etl {

namespace {

constexpr std::size_t kHead_bytes = 1 << 20;
constexpr std::size_t kMostHead_bytes = 64 << 20;  // of a header or an object of very many columns

/// 0 where it is not set.
std::uint64_t bound_of(const SourceRequest& request, std::string_view name) {
    return request.connection.has(name) ? static_cast<std::uint64_t>(request.connection.integer(name)) : 0;
}

TextSettings text_of(const SourceRequest& request) {
    TextSettings text;
    if (request.options.has("encoding")) text.encoding = request.options.text("encoding");
    text.bounds = {bound_of(request, "max_unpacked"), bound_of(request, "max_ratio")};
    return text;
}

std::vector<InputFile> find_files(const SourceRequest& request) {
    auto files = expand_pattern(request.base_folder, request.address);
    const bool optional = request.connection.has("optional") && request.connection.boolean("optional");
    if (files.empty() && !optional && !request.incremental.is_set())
        throw Error("E406", "no file matches " + request.address);
    for (const InputFile& file : files) look_at(file);
    return files;
}

class FilesSource : public Source {
  public:
    explicit FilesSource(const SourceRequest& request)
        : files_(find_files(request)),
          text_(text_of(request)),
          source_(request.source),
          decoder_(request.format->make_decoder(request)) {}

    std::vector<Lane> lanes() override {
        Lane lane;
        for (const InputFile& file : files_) {
            const InputFileState state = look_at(file);
            if (!state.is_regular) return {Lane()};
            lane.size_bytes += state.size_bytes;
        }
        return {lane};
    }
    std::unique_ptr<Reader> open(const Lane&, const std::vector<std::string>& positions, RunContext& run) override {
        return make_files_reader({files_, text_, source_}, *decoder_,
                                 positions.empty() ? std::string() : positions.front(), run);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return decoder_->make_slot(run); }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        decoder_->decode(std::move(block), batch, slot, stage);
    }
    std::string file_name(std::uint32_t file) const override { return file < files_.size() ? files_[file].name : ""; }
    std::string head(std::uint32_t file) const override { return decoder_->head(file); }

  private:
    std::vector<InputFile> files_;
    TextSettings text_;
    std::uint32_t source_;
    std::unique_ptr<Decoder> decoder_;
};

/// Loads what the runs before it have not loaded.
class IncrementalSource : public Source {
  public:
    explicit IncrementalSource(const SourceRequest& request)
        : files_(find_files(request)),
          clause_(request.incremental),
          text_(text_of(request)),
          source_(request.source),
          decoder_(request.format->make_decoder(request)) {
        check(request.address);
    }

    std::vector<Lane> lanes() override { return {Lane()}; }
    std::unique_ptr<Reader> open(const Lane&, const std::vector<std::string>& positions, RunContext& run) override {
        return make_incremental_reader({plan_files(files_, positions, clause_), clause_, text_, source_, names_},
                                       *decoder_, run);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return decoder_->make_slot(run); }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        decoder_->decode(std::move(block), batch, slot, stage);
    }
    std::string file_name(std::uint32_t file) const override { return names_->name(file); }
    std::string head(std::uint32_t file) const override { return decoder_->head(file); }

  private:
    void check(const std::string& address) const {
        if (clause_.kind == Incremental::Kind::column)
            throw Error("E417", address + ": files are loaded `incremental by file` or `by offset`, not by a column");
        if (!clause_.from.empty())
            throw Error("E417", address +
                                    ": `--from` is for sources that are loaded by a column; `--full` loads all "
                                    "files again");
        if (clause_.kind != Incremental::Kind::offset) return;
        if (decoder_->is_document())
            throw Error("E417", address +
                                    ": a document has no tail to read; use `incremental by file`, or a format "
                                    "of lines");
        if (!is_utf8_name(text_.encoding))
            throw Error("E417", address +
                                    ": `incremental by offset` reads files in UTF-8 only; use `incremental by "
                                    "file`");
        for (const InputFile& file : files_)
            if (is_packed_name(file.path.native()))
                throw Error("E417", file.name +
                                        " is packed, and `incremental by offset` reads plain files only; use "
                                        "`incremental by file`");
    }

    std::vector<InputFile> files_;
    Incremental clause_;
    TextSettings text_;
    std::uint32_t source_;
    std::unique_ptr<Decoder> decoder_;
    std::shared_ptr<OpenedNames> names_ = std::make_shared<OpenedNames>();
};

}  // namespace

namespace {

/// The beginning of a file.
struct Head {
    BufferRef buffer;
    std::size_t size = 0;
    bool at_end = false;

    std::span<const char> bytes() const { return {buffer.data(), size}; }
    /// Up to that many bytes.
    void read(ByteReader& reader, Memory& memory, std::size_t most) {
        BufferRef larger = memory.take(most);
        if (size > 0) std::memcpy(larger.data(), buffer.data(), size);
        buffer = std::move(larger);
        while (!at_end && size < buffer.capacity()) {
            const std::size_t got = reader.read(buffer.data() + size, buffer.capacity() - size);
            at_end = got == 0;
            size += got;
        }
    }
};

}  // namespace

std::vector<SourceColumn> discover_files(const SourceRequest& request) {
    const auto files = find_files(request);
    const bool declared = !request.columns.empty();
    if (files.empty() && declared) return {};
    if (files.empty()) throw Error("E406", "no file matches " + request.address + ", so its columns must be declared");
    // What can be read once only is left for the run.
    if (!look_at(files.front()).is_regular) {
        if (declared) return {};
        throw Error("E410", "the columns of " + files.front().name + " cannot be looked up; declare them");
    }
    Memory memory;
    const auto reader = open_input(files.front(), text_of(request));
    Head head;
    head.read(*reader, memory, kHead_bytes);
    if (declared) {
        // Files that grow may just have been begun.
        if (request.incremental.is_set() && head.size == 0) return {};
        const bool grows = request.incremental.kind == Incremental::Kind::offset;
        CutState state;
        request.format->make_decoder(request)->begin_file(head.bytes(), head.at_end && !grows, state,
                                                          files.front().name);
        return {};
    }
    for (std::size_t most = kHead_bytes;; head.read(*reader, memory, most)) {
        try {
            return request.format->discover(head.bytes(), head.at_end, request.options);
        } catch (const Error& error) {
            most *= 4;
            if (head.at_end || most > kMostHead_bytes)
                throw Error(error.code(), files.front().name + ": " + error.what());
        }
    }
}

std::unique_ptr<Source> make_files_source(const SourceRequest& request) {
    if (request.incremental.is_set()) return std::make_unique<IncrementalSource>(request);
    return std::make_unique<FilesSource>(request);
}

}  // namespace etl
