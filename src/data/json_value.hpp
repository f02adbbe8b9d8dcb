#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

/// A small JSON document, as the program itself wrote it: state, not data.
struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, integer, number, text, array, object };

    Kind kind = Kind::null;
    bool boolean = false;
    std::uint64_t integer = 0;  // not negative
    double number = 0;          // also of other numbers
    std::string text;
    std::vector<JsonValue> items;    // of an array; of an object its values, and
    std::vector<std::string> names;  // their names

    /// nullptr: there is none of that name and kind.
    const JsonValue* find(std::string_view name, Kind wanted) const;
};

/// Nothing where the text is no JSON.
std::optional<JsonValue> parse_json(std::string_view text);

}  // namespace etl
