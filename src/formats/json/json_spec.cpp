#include "formats/json/json_format.hpp"

namespace etl {

namespace {

constexpr OptionSpec kOptions[] = {
    {"rows", OptionType::text, R"("")",
     "Reading: where the rows stand, as names with dots between: \"data.items\". Empty: the document itself."},
    {"encoding", OptionType::text, R"("utf-8")", "Reading: the encoding of the file, as for csv."},
    {"max_record", OptionType::size_bytes, "256MB", "Reading: a longer row is an error.", 1, std::int64_t{1} << 31},
};
constexpr std::string_view kExamples[] = {
    "source orders = json(\"orders.json\", rows = \"data.items\") { id: int, amount: decimal(12, 2) }",
    "from orders | into json(\"out/orders.json\")",
};
constexpr FormatSpec kSpec{
    .name = "json",
    .summary =
        "A JSON document a file: its list of objects is the rows, an object is one row. It is read and written row by "
        "row, whatever its size.",
    .options = kOptions,
    .examples = kExamples,
    .discover = discover_json,
    .make_decoder = make_json_decoder,
    .make_encoder = make_json_encoder};
const Registration<FormatSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
