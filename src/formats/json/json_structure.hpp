#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace etl {

/// Follows a JSON text token by token, in constant memory but for its depth.
class JsonStructure {
  public:
    enum class Expected : std::uint8_t { value, value_or_end, name, name_or_end, colon, comma_or_end, nothing };
    struct Token {
        char kind = 0;  // a bracket, comma or colon; " for a string; v for another value; 0: more bytes are needed
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    Expected expected() const { return expected_; }
    std::size_t depth() const { return open_.size(); }
    bool has_ended() const { return expected_ == Expected::nothing; }

    /// The next token, from `at` on; `at` goes behind it, or behind the spaces where more bytes are needed. An `error`
    /// that is not empty says what is wrong at `at`, and nothing was taken.
    Token next(std::string_view text, std::size_t& at, bool at_end, std::string& error);
    /// Instead of next(): a value was passed over, or a list was entered or left, by who calls.
    void pass_value() { behind_value(); }
    void enter_list();
    void leave_list();

  private:
    bool take(const Token& token, std::string_view text, std::string& error);
    bool take_value(const Token& token, std::string_view text, std::string& error);
    void behind_value();
    const char* wanted() const;

    std::string open_;
    Expected expected_ = Expected::value;
};

}  // namespace etl
