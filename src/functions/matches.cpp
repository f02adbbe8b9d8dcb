#include "expr/lift.hpp"
#include "expr/regex.hpp"

// matches and regex_replace.

namespace etl {
namespace {

std::string_view constant_text(const Argument& argument) {
    const auto* text = std::get_if<std::string>(&argument.constant->data);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

std::optional<Regex> compile(const Argument& pattern, Diagnostics& diagnostics) {
    std::string error;
    std::optional<Regex> regex = Regex::compile(constant_text(pattern), error);
    if (!regex.has_value())
        diagnostics.error("E206", pattern.span, "not a regular expression: " + error, {},
                          {R"(in r"…" a backslash stands for itself: r"\d+")"});
    return regex;
}

std::shared_ptr<const void> prepare_pattern(std::span<const Argument> arguments, const DataType* /*result*/,
                                            PrepareContext& /*context*/, Diagnostics& diagnostics) {
    std::optional<Regex> regex = compile(arguments[1], diagnostics);
    return regex.has_value() ? std::make_shared<Regex>(std::move(*regex)) : nullptr;
}

bool matches(std::string_view text, std::string_view /*pattern*/, const Regex& regex) { return regex.found_in(text); }

struct Replacement {
    Regex regex;
    std::string text;
};

std::shared_ptr<const void> prepare_replacement(std::span<const Argument> arguments, const DataType* /*result*/,
                                                PrepareContext& /*context*/, Diagnostics& diagnostics) {
    std::optional<Regex> regex = compile(arguments[1], diagnostics);
    if (!regex.has_value()) return nullptr;
    std::string error;
    if (!regex->check_replacement(constant_text(arguments[2]), error)) {
        diagnostics.error("E206", arguments[2].span, "not a replacement for this pattern: " + error);
        return nullptr;
    }
    return std::make_shared<Replacement>(Replacement{std::move(*regex), std::string(constant_text(arguments[2]))});
}

void replace_kernel(const Call& call, Column& out) {
    const auto& prepared = *static_cast<const Replacement*>(call.prepared);
    const auto* texts = call.in[0]->data<Text>();
    const std::uint32_t mask = call.in[0]->encoding == Encoding::constant ? 0 : UINT32_MAX;
    auto* replaced = call.arena.array<Text>(call.row_count);
    out.values = replaced;
    std::string scratch;
    for_each_row(call.rows, [&](std::uint32_t row) {
        const Text& text = texts[row & mask];
        scratch.clear();
        if (!prepared.regex.replace(text.view(), prepared.text, scratch)) {
            replaced[row] = text;
            return;
        }
        TextWriter writer(call.arena, scratch.size());
        writer.append(scratch);
        replaced[row] = writer.finish();
    });
}

constexpr Parameter kPatternParameter{.name = "pattern",
                                      .pattern = TypePattern::text,
                                      .summary = "A regular expression of RE2, best written as r\"…\".",
                                      .constant = true};
constexpr Parameter kMatchesParameters[] = {{"value", TypePattern::text}, kPatternParameter};
constexpr Overload kMatchesOverloads[] = {lift<matches>(kMatchesParameters, prepare_pattern)};
constexpr Example kMatchesExamples[] = {
    {R"(matches("order-17", r"-\d+$"))", "true"},
    {R"(matches("order-17", r"^\d+$"))", "false"},
};
constexpr FunctionSpec kMatches{
    .name = "matches",
    .category = "text",
    .summary = "Whether a regular expression matches somewhere in a text; ^ and $ bind it to the ends.",
    .overloads = kMatchesOverloads,
    .examples = kMatchesExamples};
const Registration<FunctionSpec> kMatchesRegistration{kMatches};

constexpr Parameter kReplaceParameters[] = {
    {"value", TypePattern::text},
    kPatternParameter,
    {.name = "replacement",
     .pattern = TypePattern::text,
     .summary = R"(\1 to \9 are the groups of the pattern, \0 is all that matched.)",
     .constant = true},
};
constexpr Overload kReplaceOverloads[] = {
    {kReplaceParameters, gives<TypeKind::text>, replace_kernel, prepare_replacement}};
constexpr Example kReplaceExamples[] = {
    {R"~(regex_replace("+49 (30) 12-34", r"[^0-9+]", ""))~", R"("+49301234")"},
    {R"~(regex_replace("Doe, Jane", r"(\w+), (\w+)", r"\2 \1"))~", R"("Jane Doe")"},
    {R"~(regex_replace("abc", r"\d", "x"))~", R"("abc")"},
};
constexpr FunctionSpec kReplace{.name = "regex_replace",
                                .category = "text",
                                .summary = "Replaces every match of a regular expression.",
                                .overloads = kReplaceOverloads,
                                .examples = kReplaceExamples};
const Registration<FunctionSpec> kReplaceRegistration{kReplace};

}  // namespace
}  // namespace etl
