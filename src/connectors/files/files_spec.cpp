#include "base/registry.hpp"
#include "component/connector_spec.hpp"
#include "connectors/files/files_sink.hpp"
#include "connectors/files/files_source.hpp"

namespace etl {

namespace {

constexpr std::string_view kExamples[] = {
    R"(csv("inbox/orders-*.csv.gz"))",
    R"(jsonl("-"))",
};

constexpr std::string_view kModes[] = {"append", "replace", "partition by"};

const ConnectorSpec kFiles = {
    "files",
    "Files of any format: a path, a pattern with *, ?, [a-z] and **, or - for standard input and output; packed "
    "with gzip where the name ends in .gz, with zstd where it ends in .zst.",
    {},
    {},
    {},
    kExamples,
    discover_files,
    make_files_source,
    make_files_sink,
    false,
    kModes};

const Registration<ConnectorSpec> kRegistered(kFiles);

}  // namespace

}  // namespace etl
