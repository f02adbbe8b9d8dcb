#include "base/options.hpp"

#include <cassert>
#include <charconv>

#include "base/quantity.hpp"

namespace etl {

namespace {

OptionValue parse_default(const OptionSpec& spec) {
    std::string_view text = spec.default_value;
    switch (spec.type) {
        case OptionType::boolean: return text == "true";
        case OptionType::integer: {
            std::int64_t number = 0;
            std::from_chars(text.data(), text.data() + text.size(), number);
            return number;
        }
        case OptionType::number: return std::stod(std::string(text));
        case OptionType::size_bytes: return parse_size_bytes(text).value();
        case OptionType::duration_ms: return parse_duration_ms(text).value();
        case OptionType::text_list: return std::vector<std::string>{};
        case OptionType::text:
        case OptionType::character: break;
    }
    if (text.size() >= 2 && text.front() == '"') text = text.substr(1, text.size() - 2);
    if (text == "\\\"") return std::string("\"");
    return std::string(text);
}

}  // namespace

void OptionValues::set(std::string name, OptionValue value, SourceSpan span, bool given) {
    entries_.insert_or_assign(std::move(name), Entry{std::move(value), span, given});
}

bool OptionValues::has(std::string_view name) const { return entries_.find(name) != entries_.end(); }

bool OptionValues::given(std::string_view name) const { return has(name) && at(name).given; }

SourceSpan OptionValues::span(std::string_view name) const { return at(name).span; }

bool OptionValues::boolean(std::string_view name) const { return std::get<bool>(at(name).value); }

std::int64_t OptionValues::integer(std::string_view name) const { return std::get<std::int64_t>(at(name).value); }

double OptionValues::number(std::string_view name) const { return std::get<double>(at(name).value); }

const std::string& OptionValues::text(std::string_view name) const { return std::get<std::string>(at(name).value); }

const std::vector<std::string>& OptionValues::texts(std::string_view name) const {
    return std::get<std::vector<std::string>>(at(name).value);
}

const OptionValues::Entry& OptionValues::at(std::string_view name) const {
    const auto found = entries_.find(name);
    assert(found != entries_.end());
    return found->second;
}

void fill_defaults(std::span<const OptionSpec> specs, OptionValues& values) {
    for (const OptionSpec& spec : specs)
        if (!spec.default_value.empty() && !values.has(spec.name))
            values.set(std::string(spec.name), parse_default(spec), {}, false);
}

}  // namespace etl
