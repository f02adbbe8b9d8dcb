#include "lang/printer.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lang/parser.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/stage_snippets.hpp"
#include "tests/unit/stage_table.hpp"
#include "tests/unit/syntax_snippets.hpp"

using namespace etl;

namespace {

struct Tree {
    ast::File file;
    std::string text;  // what it means
    std::vector<std::string> comments;
};

/// Nothing if the text is wrong.
std::optional<Tree> tree_of(SourceTexts& texts, std::string text) {
    Diagnostics diagnostics;
    const auto number = texts.add("x.etl", std::move(text));
    Tree tree{parse(number, texts, diagnostics, stage_table::all_stages()), {}, {}};
    if (diagnostics.has_errors()) return std::nullopt;
    for (ast::Declaration& decl : tree.file.declarations) decl.doc.clear();  // a comment that was put in may part it
    tree.text = ast::dump(tree.file);
    for (const ast::Comment& comment : tree.file.comments) tree.comments.emplace_back(texts.text(comment.span));
    std::sort(tree.comments.begin(), tree.comments.end());
    return tree;
}

/// What is wrong with the printed form of a text; "" if nothing is or the text itself is wrong.
std::string fault_of(const std::string& text) {
    SourceTexts texts;
    const auto tree = tree_of(texts, text);
    if (!tree) return {};
    const std::string printed = format(tree->file, texts);
    const auto again = tree_of(texts, printed);
    const std::string both = "\n--- of\n" + text + "\n--- printed\n" + printed;
    if (!again) return "it cannot be read" + both;
    if (again->text != tree->text) return "it means something else" + both;
    if (again->comments != tree->comments) return "its comments are not the same" + both;
    const std::string twice = format(again->file, texts);
    return twice == printed ? std::string() : "it is printed otherwise again" + both + "\n--- again\n" + twice;
}

std::string printed(const std::string& text) {
    SourceTexts texts;
    const auto tree = tree_of(texts, text);
    return tree ? format(tree->file, texts) : "wrong";
}

std::vector<std::string> all_texts() {
    std::vector<std::string> texts;
    for (const auto& snippet : snippets::kRightStages) texts.push_back("from a\n| " + std::string(snippet.text) + "\n");
    for (const auto& snippet : snippets::kLaterStages) texts.push_back("from a\n| " + std::string(snippet.text) + "\n");
    for (const auto text : snippets::kRightFiles) texts.emplace_back(text);
    return texts;
}

}  // namespace

TEST_CASE("what is printed means the same, keeps its comments and is printed the same again") {
    for (const std::string& text : all_texts()) {
        SourceTexts texts;
        INFO(text);
        CHECK(tree_of(texts, text));
        CHECK(fault_of(text) == "");
    }
    for (const char* folder : {"pipelines", "stdlib", "tests"}) {
        if (!std::filesystem::exists(folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() != ".etl") continue;
            std::ostringstream held;
            held << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            INFO(entry.path());
            CHECK(fault_of(held.str()) == "");
        }
    }
}

TEST_CASE("comments and line ends anywhere are kept or do no harm") {
    std::size_t faults = 0;
    for (const std::string& text : all_texts())
        for (std::size_t at = 0; at <= text.size() && faults < 5; ++at)
            for (const char* added : {" # c\n", "\n# c\n", "  # c\n\n# d\n", "\n", "\n\n\n", "  "}) {
                const std::string fault = fault_of(text.substr(0, at) + added + text.substr(at));
                if (fault.empty()) continue;
                ++faults;
                UNSCOPED_INFO(fault);
            }
    CHECK(faults == 0);
}

TEST_CASE("blocks: a line for each item or one for all, as the author began; columns are aligned") {
    CHECK(printed("source a=csv( \"a\" ){ id:int from \"Beleg Nr\" key,x:text? private\n"
                  "amount:decimal( 12,2 ) from \"Betrag\" \"1.234,56\"\n day:date [ \"%d\" ,\"%Y\" ], note : text}key "
                  "id strict") ==
          "source a = csv(\"a\") {\n"
          "    id:     int             from \"Beleg Nr\"  key\n"
          "    x:      text?           private\n"
          "    amount: decimal(12, 2)  from \"Betrag\"    \"1.234,56\"\n"
          "    day:    date            [\"%d\", \"%Y\"]\n"
          "    note:   text\n"
          "}\n"
          "key id\n"
          "strict\n");
    CHECK(printed("from a|map{\nid,x=1\nlonger=f( x,y )\n\nother = 2 # why\n, z=3}|limit  1") == "wrong");
    CHECK(printed("from a|map{\nid,x=1\nlonger=f( x,y )\n\nother = 2 # why\n z=3}|limit  1") ==
          "from a\n"
          "| map {\n"
          "    id\n"
          "    x      = 1\n"
          "    longer = f(x, y)\n"
          "\n"
          "    other = 2  # why\n"
          "    z     = 3\n"
          "}\n"
          "| limit 1\n");
    CHECK(printed("from a|validate{a>0 else \"x\"\nlonger is null or a else \"y\" warn}") ==
          "from a\n"
          "| validate {\n"
          "    a > 0                else \"x\"\n"
          "    longer is null or a  else \"y\" warn\n"
          "}\n");
}

TEST_CASE("a chain and a block stay on their line while they fit") {
    CHECK(printed("from a|filter b|into c") == "from a | filter b | into c\n");
    CHECK(printed("from a|filter b\n|into c") == "from a\n| filter b\n| into c\n");
    const std::string longer(60, 'x');
    CHECK(printed("from a | set { " + longer + " = 1, b = 2 } | into c") ==
          "from a | set { " + longer + " = 1, b = 2 } | into c\n");
    CHECK(printed("from a | set { " + longer + " = 1, b = 2 } | filter cccccccccc") ==
          "from a\n| set { " + longer + " = 1, b = 2 }\n| filter cccccccccc\n");
    CHECK(printed("from a | set { " + longer + " = 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbb = 22222222 }") ==
          "from a\n| set {\n    " + longer + " = 1\n    bbbbbbbbbbbbbbbbbbbbbbbbbbbb" + std::string(32, ' ') +
              " = 22222222\n}\n");
}

TEST_CASE("declarations of several lines stand apart, neighbours of one kind are aligned") {
    CHECK(printed("etl 1\nparam a:int=5\nparam bcd:text\nconnection x=f()\nconnection yz=f()\nflow p=from a|limit 1\n"
                  "from p\n|into q\nfrom p|into r # end") ==
          "etl 1\n"
          "\n"
          "param a:   int = 5\n"
          "param bcd: text\n"
          "connection x  = f()\n"
          "connection yz = f()\n"
          "flow p = from a | limit 1\n"
          "\n"
          "from p\n"
          "| into q\n"
          "\n"
          "from p | into r  # end\n");
}

TEST_CASE("lines of expressions break where the author broke them") {
    CHECK(printed("from a|filter b and\nc or\nd+\ne") == "from a\n| filter b\n    and c\n    or d +\n    e\n");
    CHECK(printed("from a|set{x=f(\na=1,\nbcd=2,c)\n.trim()}") ==
          "from a\n| set { x = f(\n    a   = 1,\n    bcd = 2, c)\n    .trim() }\n");
    CHECK(printed("from a|set{x=if b\nthen c else\nd,y=1}") ==
          "from a\n| set {\n    x = if b\n        then c\n        else d\n    y = 1\n}\n");
}

TEST_CASE("the examples of the reference are right and laid out as it says") {
    std::ifstream reference("grammar/README.md");
    std::string line;
    std::string example;
    bool within = false;
    std::size_t examples = 0;
    while (std::getline(reference, line)) {
        if (within && line == "```") {
            CHECK(printed(example) == example);
            ++examples;
        }
        if (line.starts_with("```")) {
            within = line == "```etl";
            example.clear();
        } else if (within) {
            example += line + "\n";
        }
    }
    CHECK(examples > 3);
}
