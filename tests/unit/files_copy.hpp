#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "component/connector_spec.hpp"

namespace etl {

struct TestRun : RunContext {
    using RunContext::RunContext;
    std::string file_name(std::uint32_t, std::uint32_t) const override { return ""; }
};

/// A folder of its own, removed at the end.
class TestFolder {
  public:
    TestFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "etl-test-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TestFolder() { std::filesystem::remove_all(path_); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    void put(const std::string& name, std::string_view text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    std::string get(const std::string& name) const {
        std::ifstream file(path_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        return found;
    }

  private:
    std::filesystem::path path_;
};

/// Copies files of a format through its decoder and encoder, in one thread.
struct FilesCopy {
    const TestFolder& folder;
    std::string input = "in.csv";
    std::string output = "out.csv";
    std::string format = "csv";
    OptionValues reading;
    OptionValues writing;
    OptionValues of_files;
    std::vector<SourceColumn> columns;  // empty: discovered
    ColumnUse use = ColumnUse::passed;
    bool strict = false;
    std::uint32_t batch_rows = 0;
    std::vector<Reject> rejects = {};
    std::uint64_t rows = 0;

    explicit FilesCopy(const TestFolder& in) : folder(in) {}
    FilesCopy& option(std::string name, OptionValue value) {
        reading.set(std::move(name), std::move(value), {}, true);
        return *this;
    }
    FilesCopy& file_option(std::string name, OptionValue value) {
        of_files.set(std::move(name), std::move(value), {}, true);
        return *this;
    }
    FilesCopy& out_option(std::string name, OptionValue value) {
        writing.set(std::move(name), std::move(value), {}, true);
        return *this;
    }
    FilesCopy& column(const std::string& name, const DataType* type, std::vector<std::string> formats = {}) {
        SourceColumn added;
        added.name = added.source_name = name;
        added.type = type;
        added.formats = std::move(formats);
        columns.push_back(added);
        return *this;
    }

    /// Throws Error as a run would end; the target is then as before.
    void run() {
        const ConnectorSpec& files = *Registry<ConnectorSpec>::find("files");
        SourceRequest request;
        request.format = Registry<FormatSpec>::find(format);
        request.options = reading;
        fill_defaults(request.format->options, request.options);
        request.connection = of_files;
        fill_defaults(files.options, request.connection);
        request.address = input;
        request.base_folder = folder.path();
        request.strict = strict;
        request.columns = columns.empty() ? files.discover(request) : columns;
        request.uses.assign(request.columns.size(), use);
        auto schema = std::make_shared<Schema>();
        for (const SourceColumn& made : request.columns)
            schema->fields.push_back({made.name, made.type, "", made.is_private});
        SinkRequest target;
        target.format = request.format;
        target.options = writing;
        fill_defaults(target.format->options, target.options);
        target.address = output;
        target.base_folder = folder.path();
        target.schema = schema;
        copy(*files.make_source(request), *files.make_sink(target), *schema);
    }

    void copy(Source& source, Sink& sink, const Schema& schema) {
        Memory memory;
        TestRun context(memory);
        context.batch_rows = batch_rows;
        rejects.clear();
        rows = 0;
        sink.begin(context);
        try {
            const auto encoder = sink.make_encoder();
            const auto writer = sink.open();
            const auto reader = source.open(source.lanes().at(0), {}, context);
            const auto slot = source.make_slot(context);
            const auto encoder_slot = encoder->make_slot(context);
            for (Block block; reader->next(block);) {
                Batch batch;
                batch.schema = &schema;
                batch.origin = block.origin;
                source.decode(std::move(block), batch, *slot, 0);
                Chunk chunk;
                encoder->encode(std::move(batch), *encoder_slot, 1, chunk);
                rows += chunk.rows;
                for (Reject& reject : chunk.batch.rejects) rejects.push_back(std::move(reject));
                writer->write(std::move(chunk));
            }
            sink.prepare();
            sink.publish({});
        } catch (...) {
            sink.discard();
            throw;
        }
    }

    /// "LINE REASON" or "LINE COLUMN=VALUE REASON".
    std::vector<std::string> reasons() const {
        std::vector<std::string> all;
        for (const Reject& reject : rejects)
            all.push_back(std::to_string(reject.origin.line) + " " +
                          (reject.column.empty() ? "" : reject.column + "=" + reject.value + " ") + reject.reason);
        return all;
    }
};

/// The message of the Error that the copy ends with; "" if it is good.
inline std::string error_of(FilesCopy& copy) {
    try {
        copy.run();
        return "";
    } catch (const Error& error) {
        return error.code() + " " + error.what();
    }
}

}  // namespace etl
