#include "base/registry.hpp"
#include "component/connector_spec.hpp"
#include "connectors/files/files_offset_book.hpp"
#include "connectors/files/files_sink.hpp"
#include "connectors/files/files_source.hpp"

namespace etl {

namespace {

constexpr std::string_view kExamples[] = {
    R"(csv("inbox/orders-*.csv.gz"))",
    R"(jsonl("-"))",
};

constexpr OptionSpec kOptions[] = {
    {"optional", OptionType::boolean, "false", "Reading: whether a pattern that no file matches is no error."},
    {"max_unpacked", OptionType::size_bytes, "1TB",
     "Reading: the most that may come out of one packed file; 0 for no bound.", 0},
    {"max_ratio", OptionType::integer, "1000",
     "Reading: how many times as much as was read of a packed file may come out of it, beyond the first 100 MB; 0 for "
     "no bound.",
     0, 1'000'000'000},
};

constexpr std::string_view kModes[] = {"append", "replace", "partition by"};

const ConnectorSpec kFiles = {
    "files",
    "Files of any format: a path, a pattern with *, ?, [a-z] and **, or - for standard input and output; packed "
    "with gzip where the name ends in .gz, with zstd where it ends in .zst.",
    kOptions,
    {},
    {},
    kExamples,
    discover_files,
    make_files_source,
    make_files_sink,
    false,
    kModes,
    make_files_offset_book,
    summarize_files_position};

const Registration<ConnectorSpec> kRegistered(kFiles);

}  // namespace

}  // namespace etl
