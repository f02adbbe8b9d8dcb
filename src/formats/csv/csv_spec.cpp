#include <unordered_set>

#include "base/error.hpp"
#include "component/connector_spec.hpp"
#include "formats/csv/csv_decoder.hpp"
#include "formats/csv/csv_encoder.hpp"
#include "formats/csv/csv_layout.hpp"
#include "formats/csv/csv_options.hpp"

namespace etl {

namespace {

std::vector<SourceColumn> discover_csv(std::span<const char> head, bool at_end, const OptionValues& values) {
    const CsvOptions options = read_csv_options(values);
    const auto found = read_csv_head(head, at_end, options, "");
    if (!found) throw Error("E413", "the header is longer than what is looked at; declare the columns");
    std::vector<SourceColumn> columns;
    std::unordered_set<std::string> names;
    for (std::uint32_t i = 0; i < found->columns; ++i) {
        SourceColumn column;
        column.name = found->names.empty() ? "column" + std::to_string(i + 1) : found->names[i];
        column.source_name = column.name;
        column.type = simple_type(TypeKind::text);
        if (!names.insert(column.name).second)
            throw Error("E411", "the header has `" + column.name + "` more than once; declare the columns");
        columns.push_back(std::move(column));
    }
    return columns;
}

constexpr std::string_view kExamples[] = {
    R"(csv("inbox/orders-*.csv.gz"))",
    R"(csv("prices.csv", delimiter = ";", encoding = "latin1", null_text = "n/a"))",
    R"(csv("-", header = 0, delimiter = "\t"))",
};

const FormatSpec kCsv = {"csv",
                         "Comma-separated values, also with other delimiters, quotes and encodings.",
                         csv_option_specs(),
                         kExamples,
                         discover_csv,
                         make_csv_decoder,
                         make_csv_encoder};

const Registration<FormatSpec> kRegistered(kCsv);

}  // namespace

}  // namespace etl
