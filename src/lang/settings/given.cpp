#include "lang/settings/given.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/quantity.hpp"

namespace etl {

namespace {

std::vector<std::string> option_names(std::span<const OptionSpec> specs) {
    std::vector<std::string> names;
    for (const OptionSpec& spec : specs) names.emplace_back(spec.name);
    return names;
}

template <typename Number>
bool read_whole(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// What to write for the option: "write a size: 64MB".
std::string wanted(const OptionSpec& spec) {
    switch (spec.type) {
        case OptionType::boolean: return "write true or false";
        case OptionType::integer: return "write a whole number";
        case OptionType::number: return "write a number";
        case OptionType::character: return "write one character: \";\"";
        case OptionType::size_bytes: return "write a size: 64MB";
        case OptionType::duration_ms: return "write a duration: 30s";
        case OptionType::text_list: return "write a list of texts: [\"a\", \"b\"]";
        case OptionType::text: break;
    }
    if (spec.choices.empty()) return "write a text: \"...\"";
    std::vector<std::string> choices;
    for (const std::string_view choice : spec.choices) choices.push_back("\"" + std::string(choice) + "\"");
    return "write one of " + list_names(choices);
}

/// As a pipeline writes it: 64MB.
std::string written_size(std::int64_t bytes) {
    constexpr std::string_view kUnits[] = {"B", "KB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; bytes != 0 && bytes % 1024 == 0 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
    return std::to_string(bytes) + std::string(kUnits[unit]);
}

std::string amount(const OptionSpec& spec, std::int64_t value) {
    if (spec.type == OptionType::size_bytes) return written_size(value);
    if (spec.type == OptionType::duration_ms) return std::to_string(value) + "ms";
    return std::to_string(value);
}

bool in_bounds(const OptionSpec& spec, std::int64_t value, SourceSpan span, Diagnostics& diagnostics) {
    if (value >= spec.least && value <= spec.most) return true;
    std::string bounds = spec.least != INT64_MIN ? "at least " + amount(spec, spec.least) : "";
    if (spec.most != INT64_MAX) bounds += (bounds.empty() ? "" : " and ") + ("at most " + amount(spec, spec.most));
    diagnostics.error("E303", span, "`" + std::string(spec.name) + "` is out of bounds", "must be " + bounds);
    return false;
}

bool is_choice(const OptionSpec& spec, const std::string& text) {
    return spec.choices.empty() || std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end();
}

/// The value if it is of the option's type, whatever its bounds.
std::optional<OptionValue> typed_value(const OptionSpec& spec, const GivenValue& value) {
    using Kind = GivenValue::Kind;
    switch (spec.type) {
        case OptionType::boolean:
            if (value.kind == Kind::boolean) return OptionValue(value.integer != 0);
            break;
        case OptionType::integer:
            if (value.kind == Kind::integer) return OptionValue(value.integer);
            break;
        case OptionType::number:
            if (value.kind == Kind::number || value.kind == Kind::share) return OptionValue(value.number);
            if (value.kind == Kind::integer) return OptionValue(static_cast<double>(value.integer));
            break;
        case OptionType::size_bytes:
            if (value.kind == Kind::size) return OptionValue(value.integer);
            break;
        case OptionType::duration_ms:
            if (value.kind == Kind::duration) return OptionValue(value.integer);
            break;
        case OptionType::text_list:
            if (value.kind == Kind::texts) return OptionValue(value.texts);
            if (value.kind == Kind::text) return OptionValue(std::vector<std::string>{value.text});
            break;
        case OptionType::character:
            if (value.kind == Kind::text && value.text.empty() && spec.least == 0) return OptionValue(value.text);
            if (value.kind == Kind::text && value.text.size() == 1 && static_cast<unsigned char>(value.text[0]) < 0x80)
                return OptionValue(value.text);
            break;
        case OptionType::text:
            if ((value.kind == Kind::text || (value.kind == Kind::word && !spec.choices.empty())) &&
                is_choice(spec, value.text))
                return OptionValue(value.text);
            break;
    }
    return std::nullopt;
}

bool keeps_text(OptionType type) {
    return type == OptionType::text || type == OptionType::character || type == OptionType::text_list;
}

}  // namespace

std::string describe(const GivenValue& value) {
    switch (value.kind) {
        case GivenValue::Kind::text:
        case GivenValue::Kind::environment:
        case GivenValue::Kind::secret: return "a text";
        case GivenValue::Kind::word: return "a name";
        case GivenValue::Kind::integer: return "a whole number";
        case GivenValue::Kind::number: return "a number";
        case GivenValue::Kind::boolean: return value.integer != 0 ? "true" : "false";
        case GivenValue::Kind::duration: return "a duration";
        case GivenValue::Kind::size: return "a size";
        case GivenValue::Kind::share: return "a share";
        case GivenValue::Kind::range: return "a range";
        case GivenValue::Kind::record: return "a record";
        case GivenValue::Kind::texts: break;
    }
    return "a list";
}

GivenValue parse_given(std::string_view text, SourceSpan span) {
    GivenValue value;
    value.span = span;
    value.text = std::string(text);
    if (text == "true" || text == "false") {
        value.kind = GivenValue::Kind::boolean;
        value.integer = text == "true" ? 1 : 0;
    } else if (read_whole(text, value.integer)) {
        value.kind = GivenValue::Kind::integer;
    } else if (const auto dots = text.find(".."); dots != std::string_view::npos &&
                                                  read_whole(text.substr(0, dots), value.integer) &&
                                                  read_whole(text.substr(dots + 2), value.range_end)) {
        value.kind = GivenValue::Kind::range;
    } else if (read_whole(text, value.number)) {
        value.kind = GivenValue::Kind::number;
    } else if (text.ends_with('%') && read_whole(text.substr(0, text.size() - 1), value.number)) {
        value.kind = GivenValue::Kind::share;
        value.number /= 100;
    } else if (const auto duration = parse_duration_ms(text); duration) {
        value.kind = GivenValue::Kind::duration;
        value.integer = *duration;
    } else if (const auto size = parse_size_bytes(text); size) {
        value.kind = GivenValue::Kind::size;
        value.integer = *size;
    }
    return value;
}

std::optional<OptionValue> check_option(const OptionSpec& spec, const GivenValue& value, Diagnostics& diagnostics) {
    if (value.loose && value.kind == GivenValue::Kind::text && !keeps_text(spec.type)) {
        GivenValue strict = parse_given(value.text, value.span);
        return check_option(spec, strict, diagnostics);
    }
    std::optional<OptionValue> typed = typed_value(spec, value);
    if (!typed) {
        const bool text = value.kind == GivenValue::Kind::text || value.kind == GivenValue::Kind::word;
        diagnostics.error("E303", value.span, "wrong value for `" + std::string(spec.name) + "`",
                          text && keeps_text(spec.type) ? "not a value that it takes" : "this is " + describe(value),
                          {wanted(spec)});
        return std::nullopt;
    }
    if (const auto* whole = std::get_if<std::int64_t>(&*typed);
        whole != nullptr && !in_bounds(spec, *whole, value.span, diagnostics))
        return std::nullopt;
    return typed;
}

OptionValues check_options(std::span<const OptionSpec> specs, const std::vector<GivenOption>& given,
                           std::string_view owner, Diagnostics& diagnostics) {
    OptionValues values;
    for (const GivenOption& option : given) {
        const auto spec =
            std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& each) { return each.name == option.name; });
        if (spec == specs.end()) {
            std::vector<std::string> notes;
            if (std::string near = did_you_mean(option.name, option_names(specs)); !near.empty()) notes.push_back(near);
            diagnostics.error("E304", option.name_span, "unknown option `" + option.name + "`",
                              std::string(owner) + " has " + list_options(specs), std::move(notes));
            continue;
        }
        if (values.has(option.name)) {
            diagnostics.error("E304", option.name_span, "`" + option.name + "` is given twice", "given before");
            continue;
        }
        if (auto value = check_option(*spec, option.value, diagnostics); value)
            values.set(option.name, std::move(*value), option.value.span, true);
    }
    fill_defaults(specs, values);
    return values;
}

std::string list_options(std::span<const OptionSpec> specs) { return list_names(option_names(specs), 24); }

}  // namespace etl
