// Copies a CSV file, all columns as text, through a plan that is put together by hand: no text of a pipeline is read.
// usage: csv_copy_bench INPUT OUTPUT [WORKERS [RUNS]]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "plan/plan.hpp"
#include "runtime/run.hpp"

using namespace etl;

namespace {

BoundNode make_source(const std::string& input) {
    BoundNode node;
    node.kind = NodeKind::source;
    node.name = "input";
    node.connector = Registry<ConnectorSpec>::find("files");
    node.source.format = Registry<FormatSpec>::find("csv");
    fill_defaults(node.source.format->options, node.source.options);
    node.source.address = input;
    node.source.columns = node.connector->discover(node.source);
    auto schema = std::make_shared<Schema>();
    for (const SourceColumn& column : node.source.columns)
        schema->fields.push_back({column.name, column.type, "", false});
    node.outputs = {std::move(schema)};
    return node;
}

BoundNode make_target(const std::string& output, const BoundNode& source) {
    BoundNode node;
    node.kind = NodeKind::target;
    node.name = "output";
    node.connector = source.connector;
    node.inputs = {{0, 0}};
    node.sink.format = source.source.format;
    fill_defaults(node.sink.format->options, node.sink.options);
    node.sink.address = output;
    node.sink.schema = source.outputs.front();
    return node;
}

BoundPipeline make_pipeline(const std::string& input, const std::string& output, std::uint32_t workers) {
    BoundPipeline pipeline;
    pipeline.name = "csv_copy";
    pipeline.state_folder = std::filesystem::temp_directory_path() / "csv_copy_bench";
    pipeline.settings.workers = {workers == 0 ? 1 : workers, workers};
    pipeline.run_id = "bench";
    pipeline.texts = std::make_shared<SourceTexts>();
    pipeline.nodes.push_back(make_source(input));
    pipeline.nodes.push_back(make_target(output, pipeline.nodes.front()));
    return pipeline;
}

double processor_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// False where the run failed.
bool copy_once(const std::string& input, const std::string& output, std::uint32_t workers) {
    std::filesystem::remove(output);
    const auto start = std::chrono::steady_clock::now();
    const double processor_before = processor_seconds();
    const RunReport report = run(make_plan(make_pipeline(input, output, workers)), {});
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!report.error.empty()) std::fprintf(stderr, "%s %s\n", report.error_code.c_str(), report.error.c_str());
    const auto megabytes = static_cast<double>(std::filesystem::file_size(input)) / 1e6;
    const std::uint64_t rows = report.nodes.empty() ? 0 : report.nodes.front().out;
    std::printf("%.3f s, %.3f s of processors, %.0f MB/s, %llu rows, %llu rejects, %.1f MiB at most\n", wall,
                processor_seconds() - processor_before, megabytes / wall, static_cast<unsigned long long>(rows),
                static_cast<unsigned long long>(report.rejects),
                static_cast<double>(report.peak_memory_bytes) / (1 << 20));
    return report.error.empty();
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("usage: csv_copy_bench INPUT OUTPUT [WORKERS [RUNS]]\n", stderr);
        return 2;
    }
    const int workers = count > 3 ? std::atoi(arguments[3]) : 0;
    const int runs = count > 4 ? std::atoi(arguments[4]) : 1;
    try {
        for (int i = 0; i < runs; ++i)
            if (!copy_once(arguments[1], arguments[2], static_cast<std::uint32_t>(workers))) return 1;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s %s\n", error.code().c_str(), error.what());
        return 1;
    }
    return 0;
}
