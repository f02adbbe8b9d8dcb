#include "lang/reference.hpp"

#include <algorithm>
#include <map>

#include "base/diagnostic.hpp"
#include "component/connector_spec.hpp"
#include "component/stage_spec.hpp"
#include "expr/function_spec.hpp"
#include "expr/match.hpp"
#include "lang/language_words.hpp"
#include "lang/parser.hpp"
#include "lang/reference_stage.hpp"
#include "lang/settings/setting_specs.hpp"
#include "lang/stdlib.hpp"

namespace etl {

namespace {

bool is_operator(std::string_view name) {
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") != std::string_view::npos;
}

std::string reference_signature(std::string_view name, std::span<const Parameter> parameters) {
    std::string out = std::string(name) + "(";
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        out += (i == 0 ? "" : ", ") + std::string(parameter.name) + ": " + std::string(pattern_name(parameter.pattern));
        if (parameter.repeated) out += " …";
        if (parameter.optional) out += " (optional)";
        if (parameter.constant) out += " (constant)";
    }
    return out + ")";
}

std::string examples_text(std::span<const Example> examples) {
    if (examples.empty()) return {};
    std::string out = "\n```etl\n";
    for (const Example& example : examples)
        out += std::string(example.call) + "   # " + std::string(example.result) + "\n";
    return out + "```\n";
}

template <typename Overloads>
std::string callable_entry(std::string_view name, std::string_view summary, const Overloads& overloads,
                           std::span<const Example> examples) {
    std::string out = "## " + std::string(name) + "\n\n" + std::string(summary) + "\n";
    std::string signatures;
    std::map<std::string_view, std::string_view> summaries;
    std::vector<std::string_view> order;
    for (const auto& overload : overloads) {
        const std::string line = "- `" + reference_signature(name, overload.parameters) + "`\n";
        if (signatures.find(line) == std::string::npos) signatures += line;
        for (const Parameter& parameter : overload.parameters)
            if (!parameter.summary.empty() && summaries.emplace(parameter.name, parameter.summary).second)
                order.push_back(parameter.name);
    }
    if (!is_operator(name)) out += "\n" + signatures;
    if (!order.empty()) out += "\n";
    for (const std::string_view parameter : order)
        out += "- `" + std::string(parameter) + "`: " + std::string(summaries[parameter]) + "\n";
    return out + examples_text(examples);
}

std::string entry(const FunctionSpec& spec) {
    return callable_entry(spec.name, spec.summary, spec.overloads, spec.examples);
}

std::string entry(const AggregateSpec& spec) {
    return callable_entry(spec.name, spec.summary, spec.overloads, spec.examples);
}

std::string entry(const StageSpec& spec) {
    std::string out =
        "## " + std::string(spec.name) + "\n\n" + std::string(spec.summary) + "\n\n" + stage_syntax(spec) + "\n";
    if (spec.examples.empty()) return out;
    out += "\n```etl\n";
    for (const StageExample& example : spec.examples)
        out += "| " + std::string(example.text) + "   # " + std::string(example.summary) + "\n";
    return out + "```\n";
}

std::string entry(const LanguageWord& word) {
    return "## " + std::string(word.name) + "\n\n" + std::string(word.summary) + "\n\n- `" + std::string(word.written) +
           "`\n" + examples_text(word.examples);
}

struct LibraryFunction {
    std::string name;
    std::string entry;
};

/// What the standard library says of its functions.
const std::vector<LibraryFunction>& library_functions() {
    static const std::vector<LibraryFunction> functions = [] {
        std::vector<LibraryFunction> found;
        SourceTexts texts;
        Diagnostics diagnostics;
        for (const StdlibFile& file : stdlib_files()) {
            const std::uint32_t number = texts.add(std::string(file.name), std::string(file.text));
            const ast::File tree = parse(number, texts, diagnostics);
            for (const ast::Declaration& declaration : tree.declarations) {
                const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node);
                if (function == nullptr) continue;
                const std::string signature = function->name.text + std::string(texts.text(function->parameters_span));
                found.push_back({function->name.text, "## " + function->name.text + "\n\n" + declaration.doc +
                                                          "\n\n- `" + signature + "`\n"});
            }
        }
        return found;
    }();
    return functions;
}

std::string_view option_type(OptionType type) {
    switch (type) {
        case OptionType::boolean: return "true or false";
        case OptionType::integer: return "a whole number";
        case OptionType::number: return "a number";
        case OptionType::text: return "a text";
        case OptionType::character: return "one character";
        case OptionType::size_bytes: return "a size";
        case OptionType::duration_ms: return "a duration";
        case OptionType::text_list: return "a list of texts";
    }
    return {};
}

std::string options_text(std::string_view head, std::span<const OptionSpec> options) {
    if (options.empty()) return {};
    std::string out = "\n" + std::string(head) + "\n\n";
    for (const OptionSpec& option : options) {
        out += "- `" + std::string(option.name) + "`, " + std::string(option_type(option.type));
        if (!option.default_value.empty()) out += ", `" + std::string(option.default_value) + "` unless set";
        out += ": " + std::string(option.summary) + "\n";
    }
    return out;
}

std::string code_text(std::span<const std::string_view> examples) {
    if (examples.empty()) return {};
    std::string out = "\n```etl\n";
    for (const std::string_view example : examples) out += std::string(example) + "\n";
    return out + "```\n";
}

std::string entry(const FormatSpec& spec) {
    return "## " + std::string(spec.name) + "\n\n" + std::string(spec.summary) + "\n" +
           options_text("Options:", spec.options) + code_text(spec.examples);
}

std::string entry(const ConnectorSpec& spec) {
    std::string out = "## " + std::string(spec.name) + "\n\n" + std::string(spec.summary) + "\n";
    if (!spec.members.empty()) {
        out += "\nMembers:";
        for (const std::string_view member : spec.members) out += " `." + std::string(member) + "(…)`";
        out += "\n";
    }
    if (!spec.modes.empty()) {
        out += "\nHow targets are loaded:";
        for (const std::string_view mode : spec.modes)
            out += (mode == spec.modes.front() ? " `" : ", `") + std::string(mode) + "`";
        out += "\n";
    }
    const std::string_view head = spec.members.empty() ? "Options of every format:" : "Options of the connection:";
    return out + options_text(head, spec.options) + options_text("Options of `into`:", spec.target_options) +
           code_text(spec.examples);
}

template <typename Spec>
void add_entries(std::string_view name, std::string& out) {
    if (const Spec* spec = Registry<Spec>::find(name); spec != nullptr) out += (out.empty() ? "" : "\n") + entry(*spec);
}

template <typename Spec>
std::string page(std::string_view title) {
    std::string out = "# " + std::string(title) + "\n";
    for (const Spec* spec : Registry<Spec>::all()) out += "\n" + entry(*spec);
    return out;
}

std::string function_page() {
    std::map<std::string_view, std::string> by_category;
    for (const FunctionSpec* spec : Registry<FunctionSpec>::all()) by_category[spec->category] += "\n" + entry(*spec);
    for (const LanguageWord& word : language_words()) by_category["operator"] += "\n" + entry(word);
    std::string out = "# Functions\n";
    for (const auto& [category, text] : by_category) out += "\n# " + std::string(category) + "\n" + text;
    out += "\n# written in the language itself\n";
    for (const LibraryFunction& function : library_functions()) out += "\n" + function.entry;
    return out;
}

template <typename Spec>
void add_names(std::vector<std::string>& names) {
    for (const Spec* spec : Registry<Spec>::all()) names.emplace_back(spec->name);
}

std::string entry(const OptionSpec& setting) {
    std::string out = "## " + std::string(setting.name) + "\n\n" + std::string(setting.summary) + "\n";
    if (!setting.default_value.empty()) out += "\nUnless set: `" + std::string(setting.default_value) + "`\n";
    return out;
}

std::string settings_page() {
    std::string out = "# Settings\n";
    for (const OptionSpec& setting : setting_specs()) out += "\n" + entry(setting);
    return out;
}

}  // namespace

std::string reference_text(std::string_view name) {
    std::string out;
    add_entries<StageSpec>(name, out);
    add_entries<FunctionSpec>(name, out);
    add_entries<AggregateSpec>(name, out);
    for (const LanguageWord& word : language_words())
        if (word.name == name) out += (out.empty() ? "" : "\n") + entry(word);
    for (const LibraryFunction& function : library_functions())
        if (function.name == name) out += (out.empty() ? "" : "\n") + function.entry;
    add_entries<FormatSpec>(name, out);
    add_entries<ConnectorSpec>(name, out);
    for (const OptionSpec& setting : setting_specs())
        if (setting.name == name) out += (out.empty() ? "" : "\n") + entry(setting);
    return out;
}

std::string reference_hint(std::string_view name) {
    std::vector<std::string> names;
    add_names<StageSpec>(names);
    add_names<FunctionSpec>(names);
    add_names<AggregateSpec>(names);
    for (const LanguageWord& word : language_words()) names.emplace_back(word.name);
    for (const LibraryFunction& function : library_functions()) names.push_back(function.name);
    add_names<FormatSpec>(names);
    add_names<ConnectorSpec>(names);
    for (const OptionSpec& setting : setting_specs()) names.emplace_back(setting.name);
    const std::string near = did_you_mean(name, names);
    return near.empty() ? "there are: " + list_names(names, names.size()) : near;
}

std::vector<std::pair<std::string, std::string>> reference_pages() {
    return {{"stages.md", page<StageSpec>("Stages")},
            {"functions.md", function_page()},
            {"aggregates.md", page<AggregateSpec>("Aggregates")},
            {"formats.md", page<FormatSpec>("Formats")},
            {"connectors.md", page<ConnectorSpec>("Connectors")},
            {"settings.md", settings_page()}};
}

}  // namespace etl
