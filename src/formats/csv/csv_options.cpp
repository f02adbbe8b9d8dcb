#include "formats/csv/csv_options.hpp"

#include "base/error.hpp"
#include "io/encoding.hpp"

namespace etl {

namespace {

constexpr OptionSpec kOptions[] = {
    {"delimiter", OptionType::character, R"(",")", "The character between fields."},
    {"quote", OptionType::character, R"("\"")",
     "The character around fields that hold a delimiter, a quote or a line end; empty for none.", 0},
    {"encoding", OptionType::text, R"("utf-8")",
     "The encoding of the file: utf-8, latin1, windows-1252, utf-16 and whatever else ICU knows."},
    {"header", OptionType::integer, "1", "Lines of the header, of which the last has the names; 0 for none.", 0, 1000},
    {"skip", OptionType::integer, "0", "Reading: lines before the header that are passed over.", 0, 1'000'000},
    {"footer", OptionType::integer, "0", "Reading: lines at the file's end that are passed over.", 0, 10'000},
    {"comment", OptionType::character, "", "Reading: lines that begin with this character are passed over."},
    {"null_text", OptionType::text, "", "What stands for null, beside an empty field: NULL, \\N, n/a."},
    {"max_record", OptionType::size_bytes, "256MB",
     "Reading: a quoted field that does not end within this size is an error.", 1024, std::int64_t{1} << 31},
};

char character(const OptionValues& values, std::string_view name) {
    if (!values.has(name)) return 0;
    const std::string& text = values.text(name);
    if (text.empty()) return 0;
    const bool usable = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\n' &&
                        text[0] != '\r' && text[0] != '\0';
    if (!usable) throw Error("E415", "`" + std::string(name) + "` must be one ASCII character, and no line end");
    return text[0];
}

}  // namespace

std::span<const OptionSpec> csv_option_specs() { return kOptions; }

CsvOptions read_csv_options(const OptionValues& values) {
    CsvOptions options;
    options.marks = {character(values, "delimiter"), character(values, "quote"), character(values, "comment")};
    const CsvMarks marks = options.marks;
    if (marks.delimiter == 0) throw Error("E415", "`delimiter` must be a character");
    if (marks.delimiter == marks.quote || marks.delimiter == marks.comment ||
        (marks.quote != 0 && marks.quote == marks.comment))
        throw Error("E415", "`delimiter`, `quote` and `comment` must be different characters");
    if (!is_utf8_name(values.text("encoding"))) options.encoding = values.text("encoding");
    if (!is_known_encoding(options.encoding))
        throw Error("E408", "the `encoding` \"" + options.encoding + "\" is not known");
    if (values.has("null_text")) options.null_text = values.text("null_text");
    options.header = static_cast<std::uint32_t>(values.integer("header"));
    options.skip = static_cast<std::uint32_t>(values.integer("skip"));
    options.footer = static_cast<std::uint32_t>(values.integer("footer"));
    options.max_record_bytes = static_cast<std::uint64_t>(values.integer("max_record"));
    return options;
}

}  // namespace etl
