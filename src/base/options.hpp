#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/source_text.hpp"

namespace etl {

enum class OptionType : std::uint8_t { boolean, integer, number, text, character, size_bytes, duration_ms, text_list };

/// An option of a connector, format, stage or setting: checked, defaulted and documented from this one table.
struct OptionSpec {
    std::string_view name;
    OptionType type;
    std::string_view default_value;  // as it is written in a pipeline: `","`, `256MB`, `true`; empty: none
    std::string_view summary;
    std::int64_t least = INT64_MIN;  // of integer, size_bytes, duration_ms (milliseconds); character: 0 allows none
    std::int64_t most = INT64_MAX;
    std::span<const std::string_view> choices = {};  // of text: the allowed values; empty: any
};

using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// Checked options: every option that the spec gives a default is there.
class OptionValues {
  public:
    struct Entry {
        OptionValue value;
        SourceSpan span;     // of the value; {0,0,0} for a default
        bool given = false;  // false: the default
    };
    void set(std::string name, OptionValue value, SourceSpan span, bool given);
    bool has(std::string_view name) const;
    bool given(std::string_view name) const;
    SourceSpan span(std::string_view name) const;
    bool boolean(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;  // also size_bytes and duration_ms
    double number(std::string_view name) const;
    const std::string& text(std::string_view name) const;  // also character
    const std::vector<std::string>& texts(std::string_view name) const;

  private:
    const Entry& at(std::string_view name) const;
    std::map<std::string, Entry, std::less<>> entries_;
};

/// Puts in the defaults of what was not given.
void fill_defaults(std::span<const OptionSpec> specs, OptionValues& values);

}  // namespace etl
