#include "connectors/files/files_sink.hpp"

#include "base/error.hpp"
#include "connectors/files/append_target.hpp"
#include "connectors/files/partition_append.hpp"
#include "connectors/files/partition_encoder.hpp"
#include "connectors/files/partition_target.hpp"
#include "io/encoding.hpp"
#include "io/file_error.hpp"
#include "io/file_target.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace {

/// Writes into the target that its sink holds.
template <typename Target>
class FilesWriter : public Writer {
  public:
    FilesWriter(Target& target, std::string_view separator) : target_(&target), separator_(separator) {}

    std::uint64_t write(Chunk&& chunk) override {
        if (chunk.size == 0) return 0;
        if (has_rows_) target_->write(separator_.data(), separator_.size());
        has_rows_ = true;
        target_->write(chunk.bytes.data() + chunk.begin, chunk.size);
        return 0;
    }
    void abort() noexcept override {}
    void interrupt() noexcept override {}

  private:
    Target* target_;
    std::string separator_;
    bool has_rows_ = false;
};

std::filesystem::path path_of(const SinkRequest& request) {
    return request.address == "-" ? std::filesystem::path("-") : request.base_folder / request.address;
}

std::string name_of(const SinkRequest& request) {
    return request.address == "-" ? std::string("standard output") : request.address;
}

/// One level, as people make folders for what they write.
void make_folder(const SinkRequest& request) {
    const std::filesystem::path folder = path_of(request).parent_path();
    std::error_code error;
    if (folder.empty() || std::filesystem::is_directory(folder, error)) return;
    if (!std::filesystem::create_directory(folder, error) && error)
        throw_file_error("write", name_of(request), error.value());
    if (const int reason = sync_folder(folder.parent_path()); reason != 0)
        throw_file_error("write", name_of(request), reason);
}

/// Replaced as a whole at the end of a run.
class FilesSink : public Sink {
  public:
    explicit FilesSink(const SinkRequest& request) : request_(request), target_(path_of(request), name_of(request)) {
        ends_ = request.format->make_encoder(request);
    }

    std::unique_ptr<Encoder> make_encoder() override { return request_.format->make_encoder(request_); }

    std::vector<StoredPosition> begin(RunContext&) override {
        check_is_no_append_target();
        target_.begin();
        std::string text;
        ends_->prologue(text);
        target_.write(text.data(), text.size());
        return {};
    }
    std::unique_ptr<Writer> open() override {
        return std::make_unique<FilesWriter<FileTarget>>(target_, ends_->separator());
    }
    bool commit(const Checkpoint&) override {
        throw Error("E417", target_.name() + ": a file is written whole at the end of a run, never on the way");
    }
    void prepare() override {
        std::string text;
        ends_->epilogue(text);
        target_.write(text.data(), text.size());
        target_.finish();
    }
    void publish(const Checkpoint&) override { target_.publish(); }
    void discard() noexcept override { target_.discard(); }
    std::string name() const override { return target_.name(); }

  private:
    /// The rows of other loads that the manifest tells of would be gone, and never come again.
    void check_is_no_append_target() const {
        std::error_code ignored;
        if (!std::filesystem::exists(manifest_path(path_behind_link(path_of(request_))), ignored)) return;
        throw Error("E417", target_.name() + " holds the rows of incremental loads, as " + target_.name() +
                                ".etl-state says; remove both by hand if it is to be replaced, or write to another "
                                "file");
    }

    SinkRequest request_;
    FileTarget target_;
    std::unique_ptr<Encoder> ends_;
};

/// Tells a target that grows from commit to commit what the run tells.
template <typename Target>
class GrowingSink : public Sink {
  public:
    template <typename... Arguments>
    explicit GrowingSink(const SinkRequest& request, Arguments&&... arguments)
        : request_(request), target_(std::forward<Arguments>(arguments)...) {}

    bool commit(const Checkpoint& checkpoint) override {
        target_.commit(checkpoint.positions, false);
        return true;
    }
    void prepare() override { target_.flush(); }
    void publish(const Checkpoint& checkpoint) override {
        target_.commit(checkpoint.positions, true);
        target_.end();
    }
    void discard() noexcept override { target_.discard(); }
    std::string name() const override { return target_.name(); }

  protected:
    SinkRequest request_;
    Target target_;
};

/// Grows from commit to commit.
class AppendSink : public GrowingSink<AppendTarget> {
  public:
    explicit AppendSink(const SinkRequest& request) : GrowingSink(request, settings_of(request)) {}

    std::unique_ptr<Encoder> make_encoder() override { return request_.format->make_encoder(request_); }
    std::vector<StoredPosition> begin(RunContext&) override { return target_.begin(); }
    std::unique_ptr<Writer> open() override { return std::make_unique<FilesWriter<AppendTarget>>(target_, ""); }

  private:
    static AppendSettings settings_of(const SinkRequest& request) {
        AppendSettings settings{path_of(request), name_of(request), request.pipeline, "", request.full, true};
        const auto ends = request.format->make_encoder(request);
        std::string epilogue;
        ends->prologue(settings.prologue);
        ends->epilogue(epilogue);
        if (!epilogue.empty())
            throw Error("E417", settings.name + ": nothing can be added to a file of the format " +
                                    std::string(request.format->name));
        if (request.options.has("encoding")) settings.is_utf8 = is_utf8_name(request.options.text("encoding"));
        return settings;
    }
};

/// Writes into the partitions of a chunk.
class PartitionWriter : public Writer {
  public:
    explicit PartitionWriter(PartitionTarget& target) : target_(&target) {}

    std::uint64_t write(Chunk&& chunk) override {
        for_each_partition(chunk,
                           [&](std::string_view folders, std::string_view bytes) { target_->write(folders, bytes); });
        return 0;
    }
    void abort() noexcept override {}
    void interrupt() noexcept override {}

  private:
    PartitionTarget* target_;
};

/// A file for each value of the columns of `partition by`, all replaced at the end of a run.
class PartitionSink : public Sink {
  public:
    explicit PartitionSink(const SinkRequest& request) : request_(request), target_(make_target(request)) {}

    std::unique_ptr<Encoder> make_encoder() override { return make_partition_encoder(request_); }
    std::vector<StoredPosition> begin(RunContext&) override {
        if (request_.address != "-") make_folder(request_);
        target_->begin();
        return {};
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<PartitionWriter>(*target_); }
    bool commit(const Checkpoint&) override {
        throw Error("E417", name() + ": a file is written whole at the end of a run, never on the way");
    }
    void prepare() override { target_->finish(); }
    void publish(const Checkpoint&) override { target_->publish(); }
    void discard() noexcept override { target_->discard(); }
    std::string name() const override { return target_->name(); }

  private:
    static std::unique_ptr<PartitionTarget> make_target(const SinkRequest& request) {
        const auto encoder = make_partition_encoder(request);
        std::string prologue;
        std::string epilogue;
        encoder->prologue(prologue);
        encoder->epilogue(epilogue);
        std::vector<std::string> columns;
        for (const std::uint32_t column : request.partitions) {
            const std::string empty;
            columns.push_back(partition_folder(request.schema->fields[column].name, &empty));
        }
        return std::make_unique<PartitionTarget>(
            path_of(request), name_of(request), std::move(columns),
            FileFrame{std::move(prologue), std::string(encoder->separator()), std::move(epilogue)});
    }

    SinkRequest request_;
    std::unique_ptr<PartitionTarget> target_;
};

/// Adds to the partitions of a chunk.
class PartitionAppendWriter : public Writer {
  public:
    explicit PartitionAppendWriter(PartitionAppend& target) : target_(&target) {}

    std::uint64_t write(Chunk&& chunk) override {
        std::vector<std::string> folders;
        for_each_partition(chunk, [&](std::string_view in, std::string_view) { folders.emplace_back(in); });
        if (folders.empty()) return 0;
        target_->expect(folders);
        for_each_partition(chunk, [&](std::string_view in, std::string_view bytes) { target_->write(in, bytes); });
        return 0;
    }
    void abort() noexcept override {}
    void interrupt() noexcept override {}

  private:
    PartitionAppend* target_;
};

/// A file for each value of the columns of `partition by`; they grow from commit to commit.
class PartitionAppendSink : public GrowingSink<PartitionAppend> {
  public:
    explicit PartitionAppendSink(const SinkRequest& request)
        : GrowingSink(request, path_of(request), name_of(request), request.pipeline, prologue_of(request)) {
        if (request.full)
            throw Error("E417", name() + ": `--full` cannot start partitions again; remove the folders and " + name() +
                                    ".etl-state by hand, then load without it");
    }

    std::unique_ptr<Encoder> make_encoder() override { return make_partition_encoder(request_); }
    std::vector<StoredPosition> begin(RunContext&) override {
        if (request_.address != "-") make_folder(request_);
        return target_.begin();
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<PartitionAppendWriter>(target_); }

  private:
    static std::string prologue_of(const SinkRequest& request) {
        std::string prologue;
        make_partition_encoder(request)->prologue(prologue);
        return prologue;
    }
};

/// The address of partitions may be a folder, or one to be made: a name without an ending, or `/` behind it. Each file
/// in it is called by its format.
SinkRequest partitions_of(const SinkRequest& request) {
    SinkRequest made = request;
    const std::filesystem::path path(request.address);
    if (request.address == "-" || path.has_extension()) return made;
    made.address = (path / ("rows." + std::string(request.format->name))).string();
    return made;
}

}  // namespace

std::unique_ptr<Sink> make_files_sink(const SinkRequest& request) {
    for (const std::string_view name : {"optional", "max_unpacked", "max_ratio"})
        if (request.connection.given(name)) throw Error("E415", "`" + std::string(name) + "` is an option of reading");
    if (request.mode == WriteMode::append && !request.partitions.empty())
        return std::make_unique<PartitionAppendSink>(partitions_of(request));
    if (request.mode == WriteMode::append) return std::make_unique<AppendSink>(request);
    if (request.mode != WriteMode::replace || request.commits)
        throw Error("E417", name_of(request) + ": a file is replaced as a whole or added to; write `append`");
    if (!request.partitions.empty()) return std::make_unique<PartitionSink>(partitions_of(request));
    return std::make_unique<FilesSink>(request);
}

}  // namespace etl
