#include "connectors/files/files_sink.hpp"

#include "base/error.hpp"
#include "io/file_target.hpp"

namespace etl {

namespace {

/// Writes into the target that its sink holds.
class FilesWriter : public Writer {
  public:
    explicit FilesWriter(FileTarget& target) : target_(&target) {}

    std::uint64_t write(Chunk&& chunk) override {
        if (chunk.size > 0) target_->write(chunk.bytes.data() + chunk.begin, chunk.size);
        return 0;
    }
    void abort() noexcept override {}
    void interrupt() noexcept override {}

  private:
    FileTarget* target_;
};

class FilesSink : public Sink {
  public:
    explicit FilesSink(const SinkRequest& request)
        : request_(request),
          target_(request.address == "-" ? std::filesystem::path("-") : request.base_folder / request.address,
                  request.address == "-" ? std::string("standard output") : request.address) {
        if (request.mode != WriteMode::replace)
            throw Error("E417", target_.name() + ": a file is replaced; there is no append and no upsert");
        ends_ = request.format->make_encoder(request);
    }

    std::unique_ptr<Encoder> make_encoder() override { return request_.format->make_encoder(request_); }

    std::vector<StoredPosition> begin(RunContext&) override {
        target_.begin();
        std::string text;
        ends_->prologue(text);
        target_.write(text.data(), text.size());
        return {};
    }
    std::unique_ptr<Writer> open() override { return std::make_unique<FilesWriter>(target_); }
    void commit(const Checkpoint&) override {
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
    SinkRequest request_;
    FileTarget target_;
    std::unique_ptr<Encoder> ends_;
};

}  // namespace

std::unique_ptr<Sink> make_files_sink(const SinkRequest& request) { return std::make_unique<FilesSink>(request); }

}  // namespace etl
