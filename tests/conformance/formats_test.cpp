// What every registered format must do, whatever it is called.
#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "component/connector_spec.hpp"
#include "data/gather.hpp"
#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "tests/unit/catch.hpp"

using namespace etl;

namespace {

struct TestRun final : RunContext {
    using RunContext::RunContext;
    std::string file_name(std::uint32_t /*source*/, std::uint32_t /*file*/) const override { return "test"; }
};

/// Three rows of every type that all formats hold: limits, nulls, and texts that need quotes or escapes.
struct Rows {
    std::vector<const DataType*> types = {simple_type(TypeKind::integer),
                                          simple_type(TypeKind::text, true),
                                          decimal_type(12, 2, true),
                                          simple_type(TypeKind::floating, true),
                                          simple_type(TypeKind::boolean, true),
                                          simple_type(TypeKind::date, true),
                                          simple_type(TypeKind::timestamp, true),
                                          decimal_type(38, 10, true)};
    std::vector<std::vector<std::string>> texts = {
        {"-9223372036854775808", "a,b \"c\"\nd\\e\tü", "-9999999999.99", "0.1", "true", "0001-01-01",
         "2024-02-29T23:59:59.000001Z", "1234567890123456789012345678.0123456789"},
        {"9223372036854775807", "", "0.00", "1e300", "false", "9999-12-31", "1969-12-31T23:59:59Z", "-0.0000000001"},
        {"0", "null", "null", "null", "null", "null", "null", "null"}};
};

Batch make_batch(const Rows& rows, const Schema& schema, Memory& memory) {
    Batch batch;
    batch.schema = &schema;
    for (std::size_t column = 0; column < rows.types.size(); ++column) {
        ColumnBuilder builder(rows.types[column], memory);
        for (const auto& row : rows.texts) {
            Value value{rows.types[column], {}};
            const ColumnFormat plain;
            if (row[column] != "null" || column == 0)
                REQUIRE(parse_value(row[column], rows.types[column], plain, value) == ParseResult::ok);
            builder.append_value(value);
        }
        batch.columns.push_back(builder.finish(batch.keep));
    }
    batch.rows = static_cast<std::uint32_t>(rows.texts.size());
    batch.selected = {nullptr, batch.rows};
    return batch;
}

std::shared_ptr<Schema> make_schema(const Rows& rows) {
    auto schema = std::make_shared<Schema>();
    for (std::size_t i = 0; i < rows.types.size(); ++i)
        schema->fields.push_back({"c" + std::to_string(i), rows.types[i], "", false});
    return schema;
}

std::string encode(const FormatSpec& format, const Rows& rows, TestRun& run) {
    SinkRequest request;
    request.format = &format;
    fill_defaults(format.options, request.options);
    const auto schema = make_schema(rows);
    request.schema = schema;
    const auto encoder = format.make_encoder(request);
    const auto slot = encoder->make_slot(run);
    Chunk chunk;
    encoder->encode(make_batch(rows, *schema, run.memory), *slot, 0, chunk);
    std::string bytes;
    encoder->prologue(bytes);
    bytes.append(chunk.bytes.data() + chunk.begin, chunk.size);
    encoder->epilogue(bytes);
    return bytes;
}

/// The rows as lines of JSON values; what was refused as "refused"; an Error as "error".
std::vector<std::string> decode(const FormatSpec& format, const Rows& rows, std::string_view bytes,
                                std::uint32_t most_records, TestRun& run) {
    SourceRequest request;
    request.format = &format;
    fill_defaults(format.options, request.options);
    const auto schema = make_schema(rows);
    for (const Field& field : schema->fields) {
        SourceColumn column;
        column.name = column.source_name = field.name;
        column.type = field.type;
        request.columns.push_back(column);
    }
    request.uses.assign(request.columns.size(), ColumnUse::typed);
    std::vector<std::string> lines;
    try {
        const auto decoder = format.make_decoder(request);
        const auto slot = decoder->make_slot(run);
        const auto encoder = [&] {
            SinkRequest sink;
            sink.format = Registry<FormatSpec>::find("jsonl");
            fill_defaults(sink.format->options, sink.options);
            sink.schema = schema;
            return sink.format->make_encoder(sink);
        }();
        const auto writer = encoder->make_slot(run);
        CutState state;
        std::size_t at = decoder->begin_file(bytes, true, state, "test").value_or(bytes.size());
        while (at < bytes.size()) {
            const std::size_t size = decoder->cut({bytes.data() + at, bytes.size() - at}, true, most_records, state);
            if (size == 0) break;
            if (state.passed) {
                at += size;
                state.passed = false;
                continue;
            }
            Block block;
            block.bytes = run.memory.take(size);
            std::memcpy(block.bytes.data(), bytes.data() + at, size);
            block.size = static_cast<std::uint32_t>(size);
            block.scalar = state.scalar;
            Batch batch;
            decoder->decode(std::move(block), batch, *slot, 0);
            const std::size_t refused = batch.rejects.size();
            Chunk chunk;
            encoder->encode(std::move(batch), *writer, 0, chunk);
            std::string_view text(chunk.bytes.data() + chunk.begin, chunk.size);
            for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
                lines.emplace_back(text.substr(0, end));
                text.remove_prefix(end + 1);
            }
            for (std::size_t i = 0; i < refused; ++i) lines.emplace_back("refused");
            at += size;
        }
        decoder->end_file(state);
    } catch (const Error&) {
        lines.emplace_back("error");
    }
    return lines;
}

}  // namespace

TEST_CASE("every format gives back the rows that it wrote") {
    const Rows rows;
    const std::vector<std::string> expected = {
        R"({"c0":-9223372036854775808,"c1":"a,b \"c\"\nd\\e\tü","c2":-9999999999.99,"c3":0.1,"c4":true,"c5":)"
        R"("0001-01-01","c6":"2024-02-29T23:59:59.000001Z","c7":1234567890123456789012345678.0123456789})",
        R"({"c0":9223372036854775807,"c1":"","c2":0.00,"c3":1e300,"c4":false,"c5":"9999-12-31",)"
        R"("c6":"1969-12-31T23:59:59Z","c7":-0.0000000001})",
        R"({"c0":0,"c1":null,"c2":null,"c3":null,"c4":null,"c5":null,"c6":null,"c7":null})"};
    for (const FormatSpec* format : Registry<FormatSpec>::all()) {
        INFO(format->name);
        Memory memory;
        TestRun run(memory);
        const std::string bytes = encode(*format, rows, run);
        CHECK(decode(*format, rows, bytes, 0, run) == expected);
        CHECK(decode(*format, rows, bytes, 1, run) == expected);
    }
}

TEST_CASE("every format, cut at any byte, gives whole rows, a refused one or an error, and no other row") {
    const Rows rows;
    for (const FormatSpec* format : Registry<FormatSpec>::all()) {
        Memory memory;
        TestRun run(memory);
        const std::string bytes = encode(*format, rows, run);
        const std::vector<std::string> whole = decode(*format, rows, bytes, 0, run);
        for (std::size_t size = 0; size <= bytes.size(); ++size) {
            INFO(format->name << " cut at byte " << size);
            // A copy of exactly that size, so that a sanitizer sees a read behind it.
            const std::string cut = bytes.substr(0, size);
            const std::vector<std::string> lines = decode(*format, rows, cut, 0, run);
            REQUIRE(lines.size() <= whole.size() + 1);
            for (std::size_t i = 0; i + 1 < lines.size(); ++i) CHECK(lines[i] == whole[i]);
        }
    }
}
