#include "base/registry.hpp"
#include "data/print.hpp"
#include "expr/resolve.hpp"
#include "lang/bind/expression.hpp"
#include "lang/language_words.hpp"
#include "lang/parser.hpp"
#include "tests/unit/catch.hpp"

using namespace etl;

namespace {

/// Expressions of constants as a pipeline would have them: parsed, bound and evaluated.
class Examples {
  public:
    /// The value as it would be written, "error: " and the reason where it has none, or what is wrong with the text.
    std::string value_of(std::string_view expression) {
        SourceTexts texts;
        Diagnostics diagnostics;
        const std::uint32_t file = texts.add("example.etl", "param p: int = " + std::string(expression) + "\n");
        const ast::File tree = parse(file, texts, diagnostics);
        if (diagnostics.has_errors()) return shown(diagnostics);
        const LoadOptions options;
        bind::Context context(options, texts, diagnostics);
        const auto& param = std::get<ast::ParamDecl>(tree.declarations.at(0).node);
        const auto value = bind::constant_value(*param.default_value, "an example", context);
        return diagnostics.has_errors() ? shown(diagnostics) : to_literal(*value);
    }

  private:
    static std::string shown(const Diagnostics& diagnostics) {
        const Diagnostic first = diagnostics.sorted().front();
        return (first.code == "E206" ? "error: " : first.code + ": ") + first.message;
    }
};

}  // namespace

TEST_CASE("every example of every function gives what it says") {
    Examples examples;
    std::size_t count = 0;
    const auto check = [&](std::string_view name, const Example& example) {
        INFO(name << ": " << example.call);
        const bool fails = example.result.starts_with("error: ");
        CHECK(examples.value_of(example.call) ==
              (fails ? std::string(example.result) : examples.value_of(example.result)));
        ++count;
    };
    for (const FunctionSpec* spec : Registry<FunctionSpec>::all())
        for (const Example& example : spec->examples) check(spec->name, example);
    for (const LanguageWord& word : language_words())
        for (const Example& example : word.examples) check(word.name, example);
    CHECK(count > 100);
}

TEST_CASE("the functions that are built first are there") {
    for (const char* name :
         {"trim",       "ltrim",         "rtrim",         "squeeze",  "lower",       "upper",        "title_case",
          "capitalize", "replace",       "regex_replace", "matches",  "starts_with", "ends_with",    "contains",
          "split",      "join_text",     "substring",     "left",     "right",       "pad_left",     "length",
          "reverse",    "blank_to_null", "null_if",       "default",  "coalesce",    "lookup_value", "is_email",
          "is_int",     "is_number",     "int",           "float",    "decimal",     "bool",         "text",
          "date",       "timestamp",     "parse_number",  "format",   "year",        "month",        "day",
          "hour",       "weekday",       "floor",         "add_days", "add_months",  "now",          "abs",
          "round",      "round_even",    "ceil",          "div",      "min_of",      "max_of",       "sha256"}) {
        INFO(name);
        CHECK(Registry<FunctionSpec>::find(name) != nullptr);
    }
    for (const char* name : {"count", "count_if", "count_distinct", "sum", "avg", "min", "max", "first", "last"}) {
        INFO(name);
        CHECK(is_aggregate(name));
    }
}
