#include <string>

#include "data/batch.hpp"
#include "data/text_parse.hpp"
#include "data/unicode.hpp"
#include "data/unpack.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/columns.hpp"

using namespace etl;
using namespace etl::columns;

namespace {

struct Unpacked {
    std::string values;
    std::string failures;
    bool canonical;
};

Unpacked unpack_all(Bench& bench, const Block& block, const DataType* type, const ColumnFormat& format = {},
                    std::uint32_t field = 0) {
    Column out;
    std::vector<ParseFailure> failures, checked;
    const Column raw = block.raw(type, field);
    unpack(raw, block.rows(), format, bench.arena, out, failures);
    Unpacked result;
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < block.index.records; ++i) {
        if (i != 0) result.values += '|';
        if (next < failures.size() && failures[next].row == i) {
            result.values += '!';
            result.failures += (next == 0 ? "" : "; ") + parse_reason(failures[next].why, type);
            ++next;
        } else {
            append_json(result.values, out, i);
        }
    }
    result.canonical = check_raw(raw, block.rows(), format, checked);
    REQUIRE(checked.size() == failures.size());
    for (std::size_t i = 0; i < checked.size(); ++i) {
        CHECK(checked[i].row == failures[i].row);
        CHECK(checked[i].why == failures[i].why);
    }
    return result;
}

ColumnFormat format_of(const DataType* type, const std::vector<std::string>& formats, TimeZone zone = {}) {
    std::string error;
    const auto compiled = compile_column_format(type, formats, zone, error);
    INFO(error);
    REQUIRE(compiled.has_value());
    return *compiled;
}

}  // namespace

TEST_CASE("numbers by example") {
    std::string error;
    const auto read = [&error](const char* example, std::string_view value) -> std::string {
        const auto format = NumberFormat::compile(example, error);
        REQUIRE(format.has_value());
        Int128 out = 0;
        const ParseResult result = format->parse_decimal(value, 12, 2, out);
        return result == ParseResult::ok ? to_text(number(out, 12, 2)) : "!" + std::to_string(static_cast<int>(result));
    };
    const auto print = [&error](const char* example, Int128 value, unsigned scale) {
        std::string out;
        NumberFormat::compile(example, error)->append(out, value, scale);
        return out;
    };
    CHECK(read("1.234,56", "1.234,56") == "1234.56");
    CHECK(read("1.234,56", "-5,00") == "-5.00");
    CHECK(read("1.234,56", "1234,5") == "1234.50");
    CHECK(read("1.234,56", "1.234.567") == "1234567.00");
    for (const char* value :
         {"1.23,56", "1.2345,00", ".234", "1234.567", "1,234.56", "1.234,", "", "-", "1 234", "1..234", "1,2,3"})
        CHECK(read("1.234,56", value) == "!1");
    CHECK(read("1 234,56",
               "1\xC2\xA0"
               "234,5") == "1234.50");
    CHECK(read("1 234,56",
               "1\xE2\x80\xAF"
               "234,5") == "1234.50");
    CHECK(read("1'234.50",
               "12\xE2\x80\x99"
               "345.60") == "12345.60");
    CHECK(read("1,234", "12,345") == "12345.00");
    CHECK(read("1,234", "12.5") == "!1");
    CHECK(read("1234,5", "12,5") == "12.50");
    CHECK(read("1234,5", "1.234,5") == "!1");
    CHECK(read("0,123", "0,12") == "0.12");
    CHECK(read("1.234,56", "99999999999") == "!2");
    CHECK(read("1.234,56", "1,239") == "!3");
    CHECK(print("1.234,56", 123456789, 2) == "1.234.567,89");
    CHECK(print("1.234,56", -100000, 3) == "-100,00");
    CHECK(print("1.234,56", 5, 3) == "0,01");
    CHECK(print("1 234", 1234567, 0) == "1 234 567");
    CHECK(print("1,234.5", 999950, 3) == "1,000.0");
    CHECK(print("1234.5", 123456, 1) == "12345.6");
    for (const char* example : {"", "abc", "1.234,", "12.34.56", "1.2345.678", "-", "1,2.3,4", "12345.678,9"}) {
        error.clear();
        CHECK_FALSE(NumberFormat::compile(example, error).has_value());
        CHECK_FALSE(error.empty());
    }
    const auto words = BoolFormat::compile("ja/nein", error);
    bool value = false;
    CHECK(words->parse("ja", value) == ParseResult::ok);
    CHECK(value);
    CHECK(words->parse("nein", value) == ParseResult::ok);
    CHECK_FALSE(value);
    CHECK(words->parse("JA", value) == ParseResult::malformed);
    for (const char* pair : {"ja", "ja/", "/nein", "a/a", "a/b/c"})
        CHECK_FALSE(BoolFormat::compile(pair, error).has_value());
}

TEST_CASE("raw CSV columns are unpacked") {
    Bench bench;
    const Block texts("abc\n\"a\"\"b\"\n\n\"\"\n\"x,y\"\nlonger than a prefix\n\"\"\"\"\nä\n", 1);
    auto result = unpack_all(bench, texts, of(TypeKind::text));
    CHECK(result.values == R"("abc"|"a\"b"|""|""|"x,y"|"longer than a prefix"|"\""|"ä")");
    CHECK_FALSE(result.canonical);
    CHECK(unpack_all(bench, texts, of(TypeKind::text, true)).values ==
          R"("abc"|"a\"b"|null|""|"x,y"|"longer than a prefix"|"\""|"ä")");
    CHECK(unpack_all(bench, texts, of(TypeKind::text, true)).canonical);
    CHECK_FALSE(unpack_all(bench, Block("abc\n\"a\"\n", 1), of(TypeKind::text)).canonical);
    CHECK_FALSE(unpack_all(bench, Block("abc\na\rb\n", 1), of(TypeKind::text)).canonical);
    CHECK(unpack_all(bench, Block("abc\n\"a\nb\"\n\"c\"\"d\"\n", 1), of(TypeKind::text)).canonical);

    const Block ints("1\n\"2\"\n\nx\n99999999999999999999\n+3\n", 1);
    result = unpack_all(bench, ints, of(TypeKind::integer));
    CHECK(result.values == "1|2|!|!|!|3");
    CHECK(result.failures == "not an int; not an int; out of range for int");
    CHECK(unpack_all(bench, ints, of(TypeKind::integer, true)).values == "1|2|null|!|!|3");
    CHECK(unpack_all(bench, Block("1\n\n-20\nx\n", 1), of(TypeKind::integer, true)).canonical);
    CHECK_FALSE(unpack_all(bench, Block("1\n\"\"\n", 1), of(TypeKind::integer, true)).canonical);
    CHECK_FALSE(unpack_all(bench, Block("1\n02\n", 1), of(TypeKind::integer)).canonical);

    result = unpack_all(bench, Block("1.50\n2\n3.505\n\"4.25\"\n", 1), decimal_type(12, 2));
    CHECK(result.values == "1.50|2.00|!|4.25");
    CHECK(result.failures == "more than 2 places");
    CHECK(unpack_all(bench, Block("1.50\n-2.25\n", 1), decimal_type(12, 2)).canonical);
    CHECK(unpack_all(bench, Block("1.50\n-2.25\n", 1), decimal_type(30, 2)).values == "1.50|-2.25");
    CHECK(unpack_all(bench, Block("1.5\n-0.0\n1e300\n", 1), of(TypeKind::floating)).canonical);
    CHECK(unpack_all(bench, Block("1.5\nnan\n", 1), of(TypeKind::floating)).values == "1.5|!");
    CHECK(unpack_all(bench, Block("true\nfalse\nTrue\n", 1), of(TypeKind::boolean)).values == "true|false|!");
    result = unpack_all(bench, Block("2024-02-29\n2023-02-29\n\n", 1), of(TypeKind::date, true));
    CHECK(result.values == R"("2024-02-29"|!|null)");
    CHECK(result.failures == "not a date");
    CHECK(result.canonical);
    const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
    result = unpack_all(bench, Block("2024-02-29 10:00\n2024-03-31 02:30\n", 1), of(TypeKind::timestamp), {{}, berlin});
    CHECK(result.values == R"("2024-02-29T09:00:00Z"|!)");
    CHECK(result.failures == "a local time that does not exist");
    CHECK(unpack_all(bench, Block("1h30m\n5\n", 1), of(TypeKind::duration)).values == R"("1h30m"|!)");
}

TEST_CASE("raw columns with formats, record lists and later fields") {
    Bench bench;
    const Block block("1,\"1.234,56\",ja\n2,\"-5,00\",nein\n3,x,ja\n4,,\n", 3);
    const auto* amount = decimal_type(12, 2, true);
    CHECK(unpack_all(bench, block, amount, format_of(amount, {"1.234,56"}), 1).values == "1234.56|-5.00|!|null");
    const auto* yes = of(TypeKind::boolean, true);
    CHECK(unpack_all(bench, block, yes, format_of(yes, {"ja/nein"}), 2).values == "true|false|true|null");
    const auto* date = of(TypeKind::date);
    const Block dates("31.01.2024\n2024-02-01\n01/02/2024\n", 1);
    CHECK(unpack_all(bench, dates, date, format_of(date, {"%d.%m.%Y", "%Y-%m-%d"})).values ==
          R"("2024-01-31"|"2024-02-01"|!)");

    const std::uint32_t record_of[] = {3, 1, 0};
    const std::uint32_t selected[] = {1, 2};
    const RawRows rows{&block.index, record_of, 3, {selected, 2}};
    Column out;
    std::vector<ParseFailure> failures;
    unpack(block.raw(of(TypeKind::integer), 0), rows, {}, bench.arena, out, failures);
    CHECK(out.data<std::int64_t>()[1] == 2);
    CHECK(out.data<std::int64_t>()[2] == 1);
}

TEST_CASE("one value of a text") {
    Value value;
    CHECK(parse_value("12.5", decimal_type(12, 2), {}, value) == ParseResult::ok);
    CHECK(to_literal(value) == "12.50");
    CHECK(parse_value("a\"b\n\x01", of(TypeKind::text), {}, value) == ParseResult::ok);
    CHECK(to_literal(value) == R"("a\"b\n\u{1}")");
    CHECK(parse_value("2024-01-31", of(TypeKind::date), {}, value) == ParseResult::ok);
    CHECK(to_literal(value) == "\"2024-01-31\"");
    CHECK(to_text(value) == "2024-01-31");
    CHECK(parse_value("1h", of(TypeKind::duration), {}, value) == ParseResult::ok);
    CHECK(to_literal(value) == "1h");
    CHECK(parse_value("[1]", list_type(of(TypeKind::integer)), {}, value) == ParseResult::malformed);
    CHECK(parse_reason(ParseResult::malformed, decimal_type(12, 2, true)) == "not a decimal(12, 2)");
    CHECK(parse_reason(ParseResult::too_many_places, decimal_type(12, 1)) == "more than 1 place");
}

TEST_CASE("letters") {
    Bench bench;
    const auto upper = [&](const char* from) { return std::string(to_upper(bench.make(from), bench.arena).view()); };
    const auto lower = [&](const char* from) { return std::string(to_lower(bench.make(from), bench.arena).view()); };
    const auto title = [&](const char* from) { return std::string(to_title(bench.make(from), bench.arena).view()); };
    const auto first = [&](const char* from) { return std::string(capitalize(bench.make(from), bench.arena).view()); };
    const auto reversed = [&](const char* from) { return std::string(reverse(bench.make(from), bench.arena).view()); };
    CHECK(upper("az@[`{ AZ09 quite a long text") == "AZ@[`{ AZ09 QUITE A LONG TEXT");
    CHECK(lower("AZ@[`{ az09 QUITE A LONG TEXT") == "az@[`{ az09 quite a long text");
    CHECK(upper("straße äöü ÿ ığ") == "STRASSE ÄÖÜ Ÿ IĞ");
    CHECK(lower("ÄÖÜ ΑΒΓ ДЖ") == "äöü αβγ дж");
    CHECK(lower("\xC8\xBA") == "\xE2\xB1\xA5");  // Ⱥ grows to three bytes
    const Text same = bench.make("UPPER");
    CHECK(to_upper(same, bench.arena).data == same.data);
    CHECK(title("o'neill and DON’T, the élan of mcdonald-smith 3rd") ==
          "O'neill And Don’t, The Élan Of Mcdonald-Smith 3rd");
    CHECK(first("élan VITAL") == "Élan VITAL");
    CHECK(first("") == "");
    CHECK(count_characters("aä€\xF0\x9F\x98\x80 and more ascii text") == 24);
    CHECK(count_characters("") == 0);
    CHECK(substring("aä€x", 1, 2) == "ä€");
    CHECK(substring("aä€x", 3, 99) == "x");
    CHECK(substring("aä€x", 4, 1) == "");
    CHECK(substring("0123456789abcdefä", 10, 7) == "abcdefä");
    CHECK(substring("abc", 0, 0) == "");
    CHECK(reversed("aä€") == "€äa");
    CHECK(reversed("ne\xCC\x81x") == "xe\xCC\x81n");
    CHECK(trim_left(" \t\xC2\xA0\xE3\x80\x80 a ") == "a ");
    CHECK(trim_right(" a \xE2\x80\x83\r\n") == " a");
    CHECK(trim_right(" \xC2\xA0") == "");
    CHECK(trim_right("ä") == "ä");
}

TEST_CASE("a batch knows where its rows were read") {
    Bench bench;
    const Block block("1,a@x\n2,\"two\nlines\"\n3,c@x\n", 2);
    Schema schema;
    schema.fields = {{"id", of(TypeKind::integer), "", false}, {"mail", of(TypeKind::text), "", true}};
    Batch batch;
    batch.schema = &schema;
    batch.rows = 3;
    batch.records = &block.index;
    batch.origin = {2, 5, 100, 11, 0};
    batch.columns = {block.raw(schema.fields[0].type, 0), block.raw(schema.fields[1].type, 1)};
    CHECK(batch.origin_of(0).line == 11);
    CHECK(batch.origin_of(2).line == 14);
    CHECK(batch.origin_of(1).line == 12);
    CHECK(batch.origin_of(2).line == 14);
    CHECK(batch.origin_of(2).file == 5);
    batch.origin.line = 21;
    CHECK(batch.origin_of(2).line == 24);
    batch.origin.line = 11;
    CHECK(batch.row_text(1) == "2,\"two\nlines\"");
    const std::uint8_t masked[] = {0, 1};
    Block hidden = block;
    hidden.index = block.index;
    hidden.index.masked = masked;
    batch.records = &hidden.index;
    CHECK(batch.row_text(1) == "2,***");
    const std::uint32_t record_of[] = {2};
    batch.record_of = record_of;
    CHECK(batch.origin_of(0).line == 14);
    CHECK(batch.row_text(0) == "3,***");

    Batch behind;
    behind.schema = &schema;
    behind.columns = {bench.column(schema.fields[0].type, {whole(7)}),
                      bench.column(schema.fields[1].type, {text("m")})};
    const std::uint64_t origins[] = {pack_origin({3, 9, 1234567})};
    behind.row_origins = origins;
    CHECK(behind.origin_of(0).line == 1234567);
    CHECK(behind.origin_of(0).file == 9);
    CHECK(behind.origin_of(0).source == 3);
    CHECK(behind.row_text(0) == R"({"id":7,"mail":"***"})");
}
