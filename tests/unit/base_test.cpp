#include "base/diagnostic.hpp"
#include "base/json_writer.hpp"
#include "base/quantity.hpp"
#include "tests/unit/catch.hpp"

using namespace etl;

TEST_CASE("a diagnostic shows its line, a caret under the place and its notes") {
    SourceTexts texts;
    const auto file = texts.add("orders.etl", "from a\n| map {\n    kunde_ü = custmer\n}\n");
    const std::uint32_t begin = static_cast<std::uint32_t>(texts.text(file).find("custmer"));
    const Diagnostic wrong{Severity::error,
                           "E203",
                           {file, begin, begin + 7},
                           "unknown column `custmer`",
                           "the stage before has id, customer",
                           {"did you mean `customer`?"}};
    CHECK(render_text(wrong, texts, false) ==
          "error[E203]: unknown column `custmer`\n"
          " --> orders.etl:3:15\n"
          "  |\n"
          "3 |     kunde_ü = custmer\n"
          "  |               ^^^^^^^ the stage before has id, customer\n"
          "  = did you mean `customer`?\n");
}

TEST_CASE("the nearest name is proposed, a far one is not") {
    CHECK(did_you_mean("custmer", {"id", "customer", "amount"}) == "did you mean `customer`?");
    CHECK(did_you_mean("xyz", {"id", "customer"}).empty());
}

TEST_CASE("JSON strings are escaped and always valid UTF-8") {
    std::string out;
    append_json_string(out, "a\"\\\n\x01\xff\xc3\xa4");
    CHECK(out == "\"a\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xc3\xa4\"");
}

TEST_CASE("sizes and durations") {
    CHECK(parse_size_bytes("64KB") == 65536);
    CHECK(parse_duration_ms("1h30m") == 5'400'000);
    CHECK(!parse_duration_ms("5x"));
    CHECK(format_count(1234567) == "1,234,567");
}
