#include "tests/unit/catch.hpp"
#include "tests/unit/expression_text.hpp"

using namespace etl;
using namespace etl::columns;
using namespace etl::expression_text;

TEST_CASE("numbers have the precision and the places of the language") {
    Schema schema;
    schema.fields = {{"i", of(TypeKind::integer), {}, false},
                     {"d", decimal_type(12, 2), {}, false},
                     {"n", decimal_type(12, 2, true), {}, false},
                     {"f", of(TypeKind::floating), {}, false},
                     {"t", of(TypeKind::text), {}, false}};
    const auto type = [&](const std::string& text) { return type_of(text, schema); };
    CHECK(type("i + 1") == "int");
    CHECK(type("d + 1.125") == "decimal(14, 3)");
    CHECK(type("d + 1") == "decimal(13, 2)");
    CHECK(type("d + i") == "decimal(22, 2)");
    CHECK(type("d * 1.2") == "decimal(14, 3)");
    CHECK(type("round(d * 1.2, 2)") == "decimal(14, 2)");
    CHECK(type("n * d") == "decimal(24, 4)?");
    CHECK(type("d / 3") == "decimal(38, 6)");
    CHECK(type("d * d / d") == "decimal(38, 6)");
    CHECK(type("i / i") == "decimal(38, 6)");
    CHECK(type("d * 0.0000000000000001 * d") == "E205: the product would have 20 places, at most 18 are kept");
    CHECK(type("i * f") == "float");
    CHECK(type("d * f") == "E205: `*` does not take decimal(12, 2) and float");
    CHECK(type("t + 1") == "E205: `+` does not take text and int");
    CHECK(type("n ?? 0") == "decimal(12, 2)");
    CHECK(type("n ?? n") == "decimal(12, 2)?");
    CHECK(type("if i > 0 then d else 0") == "decimal(12, 2)");
    CHECK(type("if i > 0 then d else null") == "decimal(12, 2)?");
    CHECK(type("if i > 0 then t else 0") == "E205: the branches differ in type: text and int");
    CHECK(type("t == null") == "E208: a comparison with null is never true");
    CHECK(type("trimm(t)") == "E204: unknown function `trimm`");
    CHECK(type("starts_with(t)") == "E207: `starts_with` lacks `beginning`");
    CHECK(type("starts_with(t, 1)") == "E205: `starts_with` does not take text and int");
    CHECK(type("starts_with(t, begin = \"a\")") == "E207: `starts_with` has no parameter `begin`");
    CHECK(type("t.starts_with(beginning = \"a\")") == "bool");
    CHECK(type("matches(t, t)") == "E207: `pattern` of `matches` must be known when the pipeline is checked");
    CHECK(type("matches(t, \"(\")") == "E206: not a regular expression: missing ): (");
    CHECK(type("d > 250") == "bool");
    CHECK(type("sum(d)") == "E204: unknown function `sum`");
}

TEST_CASE("operators over rows: widening, nulls, overflow and division by zero") {
    Rows rows;
    rows.add("a", of(TypeKind::integer, true),
             {whole(7), whole(-7), null_of(of(TypeKind::integer, true)), whole(INT64_MAX), whole(0)});
    rows.add("d", decimal_type(12, 2),
             {number(150, 12, 2), number(-5, 12, 2), number(0, 12, 2), number(1, 12, 2), number(99999, 12, 2)});
    rows.add("f", of(TypeKind::floating), {real(0.5), real(-1), real(1e308), real(2), real(0)});
    CHECK(rows.evaluate("a + 1") == "8|-6|null|!overflow (9223372036854775807)|1");
    CHECK(rows.evaluate("a * d") == "10.50|0.35|null|92233720368547758.07|0.00");
    CHECK(rows.evaluate("d - a") == "-5.50|6.95|null|-9223372036854775806.99|999.99");
    CHECK(rows.evaluate("d / a") == "0.214286|0.007143|null|0.000000|!division by zero (999.99, 0)");
    CHECK(rows.evaluate("a % 4") == "3|-3|null|3|0");
    CHECK(rows.evaluate("f * 10") == "5.0|-10.0|!overflow (1e308)|20.0|0.0");
    CHECK(rows.evaluate("a * f") == "3.5|7.0|null|1.8446744073709552e19|0.0");
    CHECK(rows.evaluate("round(d * 1.25, 2)") == "1.88|-0.06|0.00|0.01|1249.99");
    CHECK(rows.evaluate("-d") == "-1.50|0.05|0.00|-0.01|-999.99");
    CHECK(rows.evaluate("d > 0.005") == "true|false|false|true|true");
    CHECK(rows.evaluate("a in [7, 0]") == "true|false|null|false|true");
    CHECK(rows.evaluate("d not in [1.5, 0]") == "false|true|false|true|true");
    CHECK(rows.evaluate("try(a + 1) ?? 0") == "8|-6|0|0|1");
    CHECK(rows.evaluator.failures().empty());
    CHECK(rows.evaluate("if a > 0 then 10 / a else d") == "1.428571|-0.050000|0.000000|0.000000|999.990000");
    CHECK(rows.evaluate("min_of(a, 1)") == "1|-7|null|1|0");
    CHECK(rows.select("a > 0") == "0 3");
    CHECK(rows.select("a is null or 10 / a < 0") == "1 2");
    CHECK(rows.evaluator.failures().size() == 1);
    CHECK(rows.select("d > 1 and (a == 7 or f == 0)") == "0 4");
}

TEST_CASE("and and or follow SQL") {
    Rows rows;
    const Value yes = flag(true), no = flag(false), none = null_of(of(TypeKind::boolean, true));
    rows.add("a", of(TypeKind::boolean, true), {yes, yes, yes, no, no, no, none, none, none});
    rows.add("b", of(TypeKind::boolean, true), {yes, no, none, yes, no, none, yes, no, none});
    CHECK(rows.evaluate("a and b") == "true|false|null|false|false|false|null|false|null");
    CHECK(rows.evaluate("a or b") == "true|true|true|true|false|null|true|null|null");
    CHECK(rows.evaluate("not a") == "false|false|false|true|true|true|null|null|null");
    CHECK(rows.select("a or b") == "0 1 2 3 6");
    CHECK(rows.select("not (a and b)") == "1 3 4 5 7");
    CHECK(rows.evaluate("if a then 1 else 0") == "1|1|1|0|0|0|0|0|0");
}

TEST_CASE("conversions refuse what loses something") {
    Rows rows;
    rows.add("t", of(TypeKind::text, true),
             {text("12.5"), text("abc"), null_of(of(TypeKind::text, true)), text("7"), text("-1e3"), text("")});
    CHECK(rows.evaluate("decimal(t, 12, 2)") ==
          "12.50|!not a decimal(12, 2) (abc)|null|7.00|!not a decimal(12, 2) (-1e3)|!not a decimal(12, 2) ()");
    CHECK(rows.evaluate("try(decimal(t, 12, 2))") == "12.50|null|null|7.00|null|null");
    CHECK(rows.evaluate("float(t)") == "12.5|!not a float (abc)|null|7.0|-1000.0|!not a float ()");
    CHECK(rows.evaluate("try(int(t))") == "null|null|null|7|null|null");
    CHECK(rows.evaluate("text(try(int(t)))") == "null|null|null|\"7\"|null|null");
    CHECK(value_of("int(1.5)") == "error: not a whole number");
    CHECK(value_of("int(1e19)") == "error: out of range for int");
    CHECK(value_of("decimal(12345, 4, 2)") == "error: out of range for decimal(4, 2)");
    CHECK(value_of("date(\"2024-01-31\") < \"2024-02-30\"") == "error: not a date");
    CHECK(value_of("int(date(\"2024-01-31\"))") == "E205: date does not become int");
}

TEST_CASE("dates are instants of the pipeline's time zone") {
    TestContext berlin;
    berlin.zone = "Europe/Berlin";
    CHECK(value_of("text(timestamp(date(\"2024-07-01\")))", berlin) == "\"2024-06-30T22:00:00Z\"");
    CHECK(value_of("date(timestamp(\"2024-06-30T22:00:00Z\")) == \"2024-07-01\"", berlin) == "true");
    CHECK(value_of("timestamp(\"2024-06-30T22:00:00Z\") == date(\"2024-07-01\")", berlin) == "true");
    CHECK(value_of("timestamp(\"2024-03-31 02:30\")", berlin) == "error: a local time that does not exist");
    CHECK(value_of("text(floor(timestamp(\"2024-07-01T10:00:00Z\"), 1d))", berlin) == "\"2024-06-30T22:00:00Z\"");
    CHECK(value_of("date(\"2024-01-31\") + 5h") == "error: not a whole number of days");
}

TEST_CASE("a mapping file is read once, at the check") {
    TestContext context;
    context.tables["c.csv"] = {{"from", "to"}, {{"DE", "Germany"}, {"FR", "France"}}};
    context.tables["d.csv"] = {{"from", "to"}, {{"DE", "1"}, {"DE", "2"}}};
    CHECK(value_of("lookup_value(\"DE\", \"c.csv\")", context) == "\"Germany\"");
    CHECK(value_of("lookup_value(\"XX\", \"c.csv\")", context) == "null");
    CHECK(value_of("lookup_value(\"DE\", \"d.csv\")", context) == "E404: d.csv holds the key \"DE\" twice");
    CHECK(value_of("lookup_value(\"DE\", \"e.csv\")", context) == "E401: e.csv does not exist");
}

TEST_CASE("conditions prove columns not null") {
    Rows rows;
    for (const char* name : {"a", "b", "c"}) rows.add(name, of(TypeKind::integer, true), {whole(1)});
    const auto proven = [&](const std::string& text, Outcome outcome = Outcome::is_true) {
        std::string out;
        for (const std::uint32_t column : proven_not_null(*rows.bind(text), outcome))
            out += rows.schema.fields[column].name;
        return out;
    };
    CHECK(proven("a is not null and b > 1") == "ab");
    CHECK(proven("a is not null or b > 1") == "");
    CHECK(proven("a > 1 or a + b < 1") == "a");
    CHECK(proven("not (a is null or b is null)") == "ab");
    CHECK(proven("a is null or b > 1", Outcome::not_true) == "a");
    CHECK(proven("a > 1", Outcome::not_true) == "");
    CHECK(proven("a in [1, 2] and try(b + c) == 3") == "abc");
    CHECK(proven("(a ?? b) > 1") == "");
}

TEST_CASE("rows that fail leave the batch with what refused them") {
    Rows rows;
    rows.add("a", of(TypeKind::integer), {whole(1), whole(0), whole(2), whole(0)});
    rows.add("b", of(TypeKind::integer), {whole(5), whole(6), whole(0), whole(8)});
    const ExprPtr expr = rows.bind("10 / a + 10 / b");
    rows.evaluator.evaluate(*expr, rows.batch, rows.batch.selected);
    rows.evaluator.reject_failures(rows.batch, 3);
    REQUIRE(rows.batch.rejects.size() == 3);
    CHECK(rows.batch.rejects[0].reason == "division by zero");
    CHECK(rows.batch.rejects[0].column == "a");
    CHECK(rows.batch.rejects[0].value == "0");
    CHECK(rows.batch.rejects[1].column == "b");
    CHECK(rows.batch.rejects[1].stage == 3);
    CHECK(rows.batch.selected.size == 1);
    CHECK(rows.batch.selected[0] == 0);
}

TEST_CASE("raw columns are unpacked where they are read") {
    Rows rows;
    const Block block("1,paid\n2,\"sh\"\"ipped\"\nx,open\n4,paid\n", 2);
    rows.schema.fields = {{"n", of(TypeKind::integer), {}, false}, {"s", of(TypeKind::text), {}, false}};
    rows.batch.columns = {block.raw(of(TypeKind::integer)), block.raw(of(TypeKind::text), 1)};
    rows.batch.rows = 4;
    rows.batch.selected = {nullptr, 4};
    rows.batch.schema = &rows.schema;
    rows.batch.records = &block.index;
    CHECK(rows.select("s == \"paid\"") == "0 3");
    CHECK(rows.batch.columns[1].encoding == Encoding::flat);
    CHECK(rows.evaluate("s") == R"("paid"|"sh\"ipped"|"open"|"paid")");
    CHECK(rows.evaluate("n + 1") == "2|3|!not an int (x)|5");
    CHECK(rows.evaluate("try(n) ?? 0") == "1|2|!not an int (x)|4");
    const std::uint32_t few[] = {0, 3};
    rows.batch.selected = {few, 2};
    CHECK(rows.evaluate("n * 2") == "2|8");
    CHECK(rows.batch.columns[0].encoding == Encoding::flat);
    CHECK(rows.evaluate("text(now())") == R"("2024-01-01T00:00:00Z"|"2024-01-01T00:00:00Z")");
}

TEST_CASE("lists, records and branches of them") {
    Rows rows;
    rows.add("a", of(TypeKind::integer), {whole(1), whole(2), whole(3)});
    CHECK(rows.evaluate("[a, 10]") == "[1,10]|[2,10]|[3,10]");
    CHECK(rows.evaluate("{ x = a, y = \"t\" }") == R"({"x":1,"y":"t"}|{"x":2,"y":"t"}|{"x":3,"y":"t"})");
    CHECK(rows.evaluate("if a == 2 then [a] else [0, a]") == "[0,1]|[2]|[0,3]");
    CHECK(rows.evaluate("a in [a, 5]") == "true|true|true");
    CHECK(rows.evaluate("[a, 1] == [2, 1]") == "false|true|false");
}

TEST_CASE("a pattern replaces every match, also empty ones") {
    CHECK(value_of(R"(regex_replace("äb", "", "-"))") == R"("-ä-b-")");
    CHECK(value_of(R"(regex_replace("aaa", "a*", "x"))") == R"("x")");
    CHECK(value_of(R"(regex_replace("a1b22", r"\d+", r"<\0>"))") == R"("a<1>b<22>")");
    CHECK(value_of(R"(regex_replace("a", "a", r"\1"))").rfind("error: not a replacement", 0) == 0);
}
