#include "lang/parser.hpp"

#include <algorithm>

#include "tests/unit/catch.hpp"
#include "tests/unit/stage_snippets.hpp"
#include "tests/unit/stage_table.hpp"
#include "tests/unit/syntax_snippets.hpp"

using namespace etl;

namespace {

struct Parsed {
    SourceTexts texts;
    Diagnostics diagnostics;
    ast::File file;

    explicit Parsed(std::string_view text) {
        const auto number = texts.add("x.etl", std::string(text));
        file = parse(number, texts, diagnostics, stage_table::all_stages());
    }
    /// "E101 2:5 expected a name", a line each.
    std::string errors() const {
        std::string out;
        for (const Diagnostic& wrong : diagnostics.sorted()) {
            const LineColumn at = texts.locate(0, wrong.span.begin);
            out += wrong.code + " " + std::to_string(at.line) + ":" + std::to_string(at.column) + " " + wrong.message +
                   "\n";
        }
        return out;
    }
    std::string rendered() const {
        std::string out;
        for (const Diagnostic& wrong : diagnostics.sorted()) out += render_text(wrong, texts, false);
        return out;
    }
};

/// The tree of `from a | filter TEXT`.
std::string tree_of(std::string_view text) {
    const Parsed parsed("from a | filter " + std::string(text));
    INFO(parsed.rendered());
    REQUIRE(!parsed.diagnostics.has_errors());
    const auto* chain = parsed.file.declarations.at(0).as<ast::ChainDecl>();
    return ast::dump(*std::get<ast::ExprPtr>(chain->chain.stages.at(0).parts.at(0).value));
}

const ast::Literal literal_of(std::string_view text) {
    const Parsed parsed("param p: int = " + std::string(text));
    INFO(parsed.rendered());
    REQUIRE(!parsed.diagnostics.has_errors());
    return *parsed.file.declarations.at(0).as<ast::ParamDecl>()->default_value->as<ast::Literal>();
}

std::string errors_of(std::string_view text) { return Parsed(text).errors(); }

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace

TEST_CASE("every right snippet is read, every wrong one refused") {
    const auto read = [](const snippets::StageSnippet& snippet) {
        const Parsed parsed("from a\n| " + std::string(snippet.text) + "\n");
        INFO(snippet.text << "\n" << parsed.rendered());
        CHECK(!parsed.diagnostics.has_errors());
        CHECK(parsed.file.declarations.at(0).as<ast::ChainDecl>()->chain.stages.at(0).word.text == snippet.stage);
    };
    for (const auto& snippet : snippets::kRightStages) read(snippet);
    for (const auto& snippet : snippets::kLaterStages) read(snippet);
    for (const auto& snippet : snippets::kWrongStages) {
        INFO(snippet.text);
        CHECK(Parsed("from a\n| " + std::string(snippet.text) + "\n").diagnostics.has_errors());
    }
    for (const auto text : snippets::kRightFiles) {
        const Parsed parsed(text);
        INFO(text << "\n" << parsed.rendered());
        CHECK(!parsed.diagnostics.has_errors());
    }
    for (const auto text : snippets::kWrongFiles) {
        INFO(text);
        CHECK(Parsed(text).diagnostics.has_errors());
    }
}

TEST_CASE("operators bind as documented") {
    CHECK(tree_of("a or b and not c == d") == "(or a (and b (not (== c d))))");
    CHECK(tree_of("a - b - c * d % e") == "(- (- a b) (% (* c d) e))");
    CHECK(tree_of("a ?? b + c > d") == "(> (?? a (+ b c)) d)");
    CHECK(tree_of("-a.b[c].d(e)") == "(neg (method (index (member a b) c) d (args e)))");
    CHECK(tree_of("(a or b) and c") == "(and (group (or a b)) c)");
    CHECK(tree_of("a is not null and b not in c") == "(and (is not null a) (not in b c))");
    CHECK(tree_of("if a then b else if c then d else e") == "(if a b (if c d e))");
    CHECK(tree_of("match a { b, c -> d, else -> e }") == "(match a (arm b c -> d) (arm -> e))");
    CHECK(tree_of("a.map(i -> i.x, n = $p)") == "(method a map (args (lambda i (member i x)) n= $p))");
    CHECK(tree_of("a\n    or b") == "(or a b)");
}

TEST_CASE("literals are decoded and keep their spelling") {
    CHECK(literal_of(R"("a\n\"\u00e9\u{1F600}")").text == "a\n\"\xC3\xA9\xF0\x9F\x98\x80");
    CHECK(literal_of(R"(r"\d\n")").text == "\\d\\n");
    CHECK(literal_of("\"\"\"a\\n\n\"b\" \"\"\"").text == "a\\n\n\"b\" ");
    CHECK(literal_of("1_000").text == "1000");
    CHECK(literal_of("1_000").spelling == "1_000");
    CHECK(literal_of("1.50").kind == ast::LiteralKind::decimal);
    CHECK(literal_of("1e6").kind == ast::LiteralKind::floating);
    CHECK(literal_of("1h30m").value == 5'400'000);
    CHECK(literal_of("1.5KB").value == 1536);
    CHECK(literal_of("2..8").range_end == 8);
    CHECK(literal_of("0.5%").text == "0.5");
    CHECK(tree_of(R"(f"a{{b}} {c: "%Y"}\u{7D}\u{7D}")") == "(format 5:a{b} c (text 2:%Y) 2:}})");
}

TEST_CASE("what a declaration holds") {
    const Parsed parsed(
        "## The orders\n## of a shop.\nsource o = csv(\"a\") {\n    id: decimal(12, 2)? from \"N\" [\"x\", \"y\"] key "
        "private\n}\n"
        "key a, b\nincremental by t since $x lag 10m null include\n");
    REQUIRE(!parsed.diagnostics.has_errors());
    CHECK(ast::dump(parsed.file) ==
          "(declare doc:The orders\nof a shop. source o (call csv (args (text 1:a))) (block (column id (type decimal "
          "(int 12/0/0) "
          "(int 2/0/0) ?) from (text 1:N) (text 1:x) (text 1:y) listed key private)) (key (names a b)) (incremental "
          "(names t) "
          "(since $x) (lag (duration /600000/0)) (null - include)))\n");
    CHECK(parsed.texts.text(parsed.file.declarations[0].as<ast::SourceDecl>()->columns->items[0].key_span) == "key");
}

TEST_CASE("the parts of a stage stand in the order of its spec") {
    const Parsed parsed("from a | join left b as c on d == c.e | join b on x | into t upsert by k { create = true }");
    REQUIRE(!parsed.diagnostics.has_errors());
    CHECK(ast::dump(parsed.file) ==
          "(declare (from a\n  (| join left b c (== d (member c e)))\n  (| join - b - x)\n"
          "  (| into t (upsert (names k) - -) - (block (= create (bool /1/0))))))\n");
    const auto& join = parsed.file.declarations[0].as<ast::ChainDecl>()->chain.stages[0];
    CHECK(parsed.texts.text(join.parts[3].word_span) == "on");
    CHECK(parsed.texts.text(join.parts[3].span) == "on d == c.e");
}

TEST_CASE("a diagnostic shows the place, what was expected and what to write") {
    CHECK(Parsed("from a\n| filter amount = 0\n").rendered() ==
          "error[E108]: `=` gives a value, it does not compare\n"
          " --> x.etl:2:17\n"
          "  |\n"
          "2 | | filter amount = 0\n"
          "  |                 ^\n"
          "  = to compare, write `==`\n");
    CHECK(Parsed("from a\n| fliter b\n| limit 1").rendered().find("error[E105]: unknown stage `fliter`") == 0);
    CHECK(Parsed("from a\n| fliter b").rendered().find("= did you mean `filter`?\n  = stages are: map, set,") !=
          std::string::npos);
    CHECK(Parsed("from a\n| set {\n    x = b\n        + c\n}\n").rendered() ==
          "error[E101]: expected `name = value` or `}`\n"
          " --> x.etl:4:9\n"
          "  |\n"
          "4 |         + c\n"
          "  |         ^ found `+`\n"
          "  = a line that begins with `+` starts something new: put `+` at the end of the line before\n");
    CHECK(Parsed("from a\n| map {\n    x = f(a,\n        b\n}\n| limit 1\n").rendered() ==
          "error[E102]: this `(` is not closed\n"
          " --> x.etl:3:10\n"
          "  |\n"
          "3 |     x = f(a,\n"
          "  |          ^ opened here\n"
          "  = expected `)` before `}` in line 5\n");
    CHECK(Parsed("sorce a = csv(\"a\")\n").rendered() ==
          "error[E106]: expected a declaration\n"
          " --> x.etl:1:1\n"
          "  |\n"
          "1 | sorce a = csv(\"a\")\n"
          "  | ^^^^^ found `sorce`\n"
          "  = did you mean `source`?\n"
          "  = declarations begin with pipeline, import, param, connection, fn, stage, source, target, flow, from, "
          "test\n");
}

TEST_CASE("each mistake has its message and place") {
    const auto set = [](std::string_view value) {
        return errors_of("from a | set { x = " + std::string(value) + ", y = 1 }");
    };
    CHECK(set("\"abc") == "E103 1:20 this text is not closed\n");
    CHECK(set("\"\"\"abc") == "E103 1:20 this text is not closed\n");
    CHECK(set("`abc") == "E103 1:20 this name in backquotes is not closed\n");
    CHECK(set("f\"a {b\"") == "E103 1:20 this text is not closed\n");
    CHECK(set("\"a\\qb\"") == "E104 1:22 this escape is unknown\n");
    CHECK(set("\"\\u{D800}\"") == "E104 1:21 this escape is no character\n");
    CHECK(set("f\"a } b\"") == "E104 1:24 a brace of its own in an f-string\n");
    CHECK(set("12abc") == "E112 1:20 `12abc` is neither a number nor a name\n");
    CHECK(set("1h2KB") == "E112 1:20 a size and a duration in one\n");
    CHECK(set("8..1") == "E112 1:20 this range ends before it begins\n");
    CHECK(set("a && b") == "E108 1:22 `&&` is no operator\n");
    CHECK(set("a || b") == "E108 1:22 `||` is no operator\n");
    CHECK(set("!a") == "E108 1:20 `!` is no operator\n");
    CHECK(set("a <> b") == "E108 1:22 `<>` is no operator\n");
    CHECK(set("'b'") == "E108 1:20 a text stands in double quotes\n");
    CHECK(set("a == b == c") == "E101 1:27 expected an operator, `,`, a line end or `}`\n");
    CHECK(set("(b") == "E101 1:22 expected an operator or `)`\n");
    CHECK(set("in") == "E101 1:20 expected an expression\n");
    CHECK(errors_of("from a | filter a)") == "E116 1:18 this `)` closes nothing\n");
    CHECK(errors_of("from a\nfilter b") == "E106 2:1 expected a declaration\n");
    CHECK(errors_of("| filter b") == "E106 1:1 this `|` continues nothing\n");
    CHECK(errors_of("from a | into") == "E101 1:14 expected an expression\n");
    CHECK(errors_of("pipeline p {\n    a =\n    b = 2\n}") == "E101 2:8 expected an expression\n");
    CHECK(errors_of("source a = csv(\"a\") { x: int key key }") == "E114 1:34 `key` is given twice\n");
    CHECK(errors_of("source a = csv(\"a\") { x: date [\"%d\", 5] }") == "E101 1:38 expected a text in quotes\n");
    CHECK(errors_of("etl 7") == "E115 1:5 unknown edition of the language\n");
    CHECK(errors_of("from a | tidy(b)") == "E105 1:10 unknown stage `tidy`\n");
    CHECK(errors_of("stage tidy() = | limit 1\nfrom a | tidy()").empty());
}

TEST_CASE("what other languages write gets a note that says how it is written here") {
    const auto has_note = [](std::string_view text, std::string_view note) {
        const std::string rendered = Parsed(text).rendered();
        INFO(rendered);
        CHECK(rendered.find("  = " + std::string(note)) != std::string::npos);
    };
    has_note("from a | select b", "it is called `map` here");
    has_note("from a\nfilter b", "a stage stands behind a `|`: | filter");
    has_note("from a | filter b like \"c%\"", "write matches(");
    has_note("from a | filter b in (1, 2)", "a list stands in `[ ]`");
    has_note("from a | filter b < c < d", "comparisons do not chain");
    has_note("from a | map { sum(b) }", "a new column has a name");
    has_note("from a | set { x = case when b then c end }", "write `if a then b else c`");
    has_note("from a | set { x = match b { 1: 2 } }", "write `->`");
    has_note("from a | set { if = 1 }", "`if` is a word of the language; as a name it stands in backquotes: `if`");
    has_note("from a | set { x = b. c }", "the name follows its `.` at once");
    has_note("from a | join left on b == c", "`on` was read as a name: one is missing before it");
    has_note("source a = csv(\"a\") { x: text not null }", "a type that may be null ends with `?`");
    has_note("source a = csv(\"a\", delimiter: \";\")", "`=` stands before a value");
    has_note(
        "from a | set { gr\xC3\xB6\xC3\x9F"
        "e = 1 }",
        "write `gr\xC3\xB6\xC3\x9F"
        "e`");
    has_note("from a | set { x = \xE2\x80\x9Cy\xE2\x80\x9D }", "write \"...\"");
}

TEST_CASE("reading goes on behind a mistake: ten in a file are ten diagnostics") {
    CHECK(errors_of("pipeline p {\n    timezone =\n    memory = 2GB\n}\n"                          // 2
                    "parm x: int\n"                                                                // 5
                    "source a = csv(\"a\") {\n    id int\n    n: decimal(12, 2\n    t: text\n}\n"  // 7, 8
                    "from a\n| fliter b\n| filter b = 1\n"                                         // 12, 13
                    "| map {\n    x = f(1\n    y = ]\n    z\n}\n"                                  // 15, 16
                    "| set { p = \"a\\q\", q = 5x }\n"                                             // 19 twice
                    "| sort b\n| into c\n") ==                                                     // 20
          "E101 2:15 expected an expression\n"
          "E106 5:1 expected a declaration\n"
          "E101 7:8 expected `:`\n"
          "E102 8:15 this `(` is not closed\n"
          "E105 12:3 unknown stage `fliter`\n"
          "E108 13:12 `=` gives a value, it does not compare\n"
          "E102 15:10 this `(` is not closed\n"
          "E101 16:9 expected an expression\n"
          "E104 19:15 this escape is unknown\n"
          "E112 19:24 `5x` is neither a number nor a name\n"
          "E101 20:8 expected `by`\n");
}

TEST_CASE("what is broken keeps its name, so that nothing else is wrong for it") {
    const Parsed parsed("source a = csv(\nsource b = csv(\"b\")\nfrom a | fliter x | limit 1\n");
    CHECK(parsed.errors() ==
          "E102 1:15 this `(` is not closed\n"
          "E105 3:10 unknown stage `fliter`\n");
    REQUIRE(parsed.file.declarations.size() == 3);
    CHECK(parsed.file.declarations[0].is_broken);
    CHECK(parsed.file.declarations[0].as<ast::SourceDecl>()->name.text == "a");
    CHECK(!parsed.file.declarations[1].is_broken);
    const auto& stages = parsed.file.declarations[2].as<ast::ChainDecl>()->chain.stages;
    REQUIRE(stages.size() == 2);
    CHECK(stages[0].is_broken);
    CHECK(stages[1].word.text == "limit");
}

TEST_CASE("deep nesting and endless chains are diagnostics") {
    const std::pair<const char*, const char*> pairs[] = {{"(", ")"},
                                                         {"[", "]"},
                                                         {"{ a = ", " }"},
                                                         {"f(", ")"},
                                                         {"f(i -> ", ")"},
                                                         {"match { a -> ", " }"},
                                                         {"f\"{", "}\""},
                                                         {"-", ""},
                                                         {"not ", ""},
                                                         {"if a then b else ", ""},
                                                         {"f([{ a = -(not match { x -> ", " }) }])"}};
    for (const auto& [open, close] : pairs) {
        INFO(open);
        const auto nested = [&](std::size_t times) {
            return "from a | set { x = " + repeated(open, times) + "1" + repeated(close, times) + " }";
        };
        CHECK(errors_of(nested(20)).empty());
        CHECK(errors_of(nested(20'000)).find("E109") == 0);
        CHECK(!errors_of("from a | set { x = " + repeated(open, 20'000)).empty());
    }
    for (const auto* link : {" + b", " or b", ".b", "[1]", " ?? b"}) {
        INFO(link);
        CHECK(errors_of("from a | set { x = a" + repeated(link, 900) + " }").empty());
        CHECK(errors_of("from a | set { x = a" + repeated(link, 50'000) + " }").find("E109") == 0);
    }
    CHECK(errors_of("param p: " + repeated("list<", 20'000) + "int" + repeated(">", 20'000)).find("E109") == 0);
    CHECK(errors_of("param p: " + repeated("record { a: ", 20'000) + "int" + repeated(" }", 20'000)).find("E109") == 0);
}

TEST_CASE("bytes that are no text") {
    CHECK(errors_of("from a\n# \xFF\xFE\n| filter \xC3(\n") ==
          "E110 2:3 this is no UTF-8\nE110 3:10 this is no UTF-8\n");
    CHECK(errors_of(std::string_view("from a\n| filter \0\0b\n", 19)) == "E111 2:10 a NUL byte in the file\n");
    CHECK(errors_of("from \xED\xA0\x80") == "E110 1:6 this is no UTF-8\n");
    CHECK(errors_of("\xEF\xBB\xBFparam a: text = \"\xC3\xA4\xF0\x9F\x98\x80\"").empty());
}

TEST_CASE("comments keep their places, each once") {
    const Parsed parsed("# a\nfrom b # c\n  # d\n| map {\n    x # e\n    = 1\n}");
    std::string shown;
    for (const ast::Comment& comment : parsed.file.comments)
        shown += std::string(parsed.texts.text(comment.span)) + (comment.own_line ? "|" : "<");
    CHECK(shown == "# a|# c<# d|# e<");
}

TEST_CASE("the stages that are built read what the language says of them") {
    const auto is_read = [](const snippets::StageSnippet& snippet) {
        SourceTexts texts;
        Diagnostics diagnostics;
        parse(texts.add("x.etl", "from a\n| " + std::string(snippet.text) + "\n"), texts, diagnostics);
        return !diagnostics.has_errors();
    };
    const StageTable built = registered_stages();
    for (const auto& snippet : snippets::kRightStages) {
        INFO(snippet.text);
        CHECK((built.find(snippet.stage) == nullptr || is_read(snippet)));
    }
    for (const auto& snippet : snippets::kWrongStages) {
        INFO(snippet.text);
        CHECK(!is_read(snippet));
    }
    for (const std::string& name : built.names()) CHECK(built.find(name)->name == name);
}
