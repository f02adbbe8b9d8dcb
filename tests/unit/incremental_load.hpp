#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"

namespace etl {

using Strings = std::vector<std::string>;
using Kind = Incremental::Kind;
using Changed = Incremental::Changed;

inline const ConnectorSpec& files_connector() { return *Registry<ConnectorSpec>::find("files"); }

/// One pipeline that reads `input` and adds to `output`, a column `a`.
struct IncrementalLoad {
    const TestFolder& folder;
    Kind kind = Kind::file;
    std::string input = "in-*.csv";
    std::string output = "out.csv";
    Changed changed = Changed::fail;
    bool full = false;
    std::uint32_t batch_rows = 1;
    std::uint32_t commit_blocks = 1;
    std::uint32_t most_blocks = UINT32_MAX;  // then it fails
    std::string pipeline = "p";
    std::string column = "a";
    Strings read = {};  // by the last run, block by block

    explicit IncrementalLoad(const TestFolder& in, Kind by = Kind::file) : folder(in), kind(by) {}

    SourceRequest source_request() const {
        SourceRequest request;
        request.format = Registry<FormatSpec>::find(input.ends_with(".json") ? "json" : "csv");
        fill_defaults(request.format->options, request.options);
        request.address = input;
        request.base_folder = folder.path();
        SourceColumn made;
        made.name = made.source_name = column;
        made.type = simple_type(TypeKind::text);
        request.columns = {made};
        request.uses = {ColumnUse::passed};
        request.name = "s";
        request.incremental.kind = kind;
        request.incremental.changed = changed;
        return request;
    }
    SchemaPtr schema() const {
        auto made = std::make_shared<Schema>();
        made->fields.push_back({column, simple_type(TypeKind::text), "", false});
        return made;
    }
    SinkRequest sink_request() const {
        SinkRequest request;
        request.format = Registry<FormatSpec>::find("csv");
        fill_defaults(request.format->options, request.options);
        request.address = output;
        request.base_folder = folder.path();
        request.schema = schema();
        request.mode = WriteMode::append;
        request.commits = true;
        request.full = full;
        request.pipeline = pipeline;
        return request;
    }

    /// Throws Error as a run would end.
    void run() {
        const auto source = files_connector().make_source(source_request());
        const auto sink = files_connector().make_sink(sink_request());
        try {
            pump(*source, *sink);
        } catch (...) {
            sink->discard();
            throw;
        }
    }

    void pump(Source& source, Sink& sink) {
        read.clear();
        Memory memory;
        TestRun context(memory);
        context.batch_rows = batch_rows;
        const auto held = sink.begin(context);
        const auto encoder = sink.make_encoder();
        const auto writer = sink.open();
        const auto reader = source.open(source.lanes().at(0), {held.empty() ? "" : held.front().text}, context);
        const auto slot = source.make_slot(context);
        const auto encoder_slot = encoder->make_slot(context);
        const SchemaPtr columns = schema();
        const auto stored = [&] { return std::vector<StoredPosition>{{"s", "", reader->position(), "run", 7}}; };
        for (Block block; reader->next(block);) {
            if (read.size() == most_blocks) throw Error("E500", "enough");
            read.emplace_back(block.bytes.data() + block.begin, block.size - block.begin);
            Batch batch;
            batch.schema = columns.get();
            batch.origin = block.origin;
            source.decode(std::move(block), batch, *slot, 0);
            Chunk chunk;
            encoder->encode(std::move(batch), *encoder_slot, 1, chunk);
            writer->write(std::move(chunk));
            const auto positions = stored();
            if (read.size() % commit_blocks == 0) sink.commit({positions, false});
        }
        sink.prepare();
        const auto positions = stored();
        sink.publish({positions, true});
    }

    std::string error() {
        try {
            run();
            return "";
        } catch (const Error& error) {
            return error.code() + " " + error.what();
        }
    }

    /// In a process of its own that ends without a word behind so many blocks.
    void run_killed(std::uint32_t blocks) {
        const pid_t child = ::fork();
        if (child == 0) {
            most_blocks = blocks;
            const auto source = files_connector().make_source(source_request());
            const auto sink = files_connector().make_sink(sink_request());
            try {
                pump(*source, *sink);
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFEXITED(status));
    }
};

}  // namespace etl
