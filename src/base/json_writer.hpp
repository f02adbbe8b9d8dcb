#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace etl {

/// Bytes of the UTF-8 sequence at the text's start; 0: none that is valid.
std::size_t utf8_sequence_length(std::string_view text);
/// Appends the text as a JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes one JSON value into a string. Commas are put where they belong; the caller keeps begin and end balanced.
class JsonWriter {
  public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(bool flag) { return raw(flag ? "true" : "false"); }
    JsonWriter& value(double number);  // not a number and the infinities: null
    template <std::integral Integer>
        requires(!std::same_as<Integer, bool>)
    JsonWriter& value(Integer number) {
        return raw(std::to_string(number));
    }
    JsonWriter& null() { return raw("null"); }
    /// text is a JSON value already.
    JsonWriter& raw(std::string_view text);
    template <typename Value>
    JsonWriter& field(std::string_view name, const Value& held) {
        return key(name).value(held);
    }
    std::string take() { return std::move(out_); }

  private:
    void separate();
    std::string out_;
    bool comma_ = false;
};

}  // namespace etl
