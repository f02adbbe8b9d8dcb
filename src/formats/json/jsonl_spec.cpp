#include "formats/json/json_format.hpp"

namespace etl {

namespace {

constexpr OptionSpec kOptions[] = {
    {"encoding", OptionType::text, R"("utf-8")", "Reading: the encoding of the file, as for csv."},
    {"max_record", OptionType::size_bytes, "256MB", "Reading: a longer line is an error.", 1, std::int64_t{1} << 31},
};
constexpr std::string_view kExamples[] = {
    "source logs = jsonl(\"logs/*.jsonl\") { time: timestamp, user: record { id: int, name: text? } }",
    "from logs | into jsonl(\"out/logs.jsonl.gz\")",
};
constexpr FormatSpec kSpec{.name = "jsonl",
                           .summary = "JSON Lines: an object a line. Members that no column names are skipped.",
                           .options = kOptions,
                           .examples = kExamples,
                           .discover = discover_jsonl,
                           .make_decoder = make_jsonl_decoder,
                           .make_encoder = make_jsonl_encoder};
const Registration<FormatSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
