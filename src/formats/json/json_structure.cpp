#include "formats/json/json_structure.hpp"

#include "formats/json/json_cursor.hpp"
#include "formats/json/json_text.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostDepth = 100'000;

/// kind 0: the text ends before the token does.
JsonStructure::Token read_token(std::string_view text, std::size_t at, bool at_end) {
    const char first = text[at];
    if (std::string_view("{}[],:").find(first) != std::string_view::npos) return {first, at, at + 1};
    JsonBrackets brackets;
    std::size_t end = at;
    const bool whole = brackets.find_end(text, end) == JsonBrackets::End::found;
    if (first == '"') return {whole ? '"' : '\0', at, end};
    return {whole || at_end ? 'v' : '\0', at, end};
}

}  // namespace

JsonStructure::Token JsonStructure::next(std::string_view text, std::size_t& at, bool at_end, std::string& error) {
    while (at < text.size() && is_json_space(text[at])) ++at;
    if (at == text.size()) return {};
    const Token token = read_token(text, at, at_end);
    if (token.kind == 0) {
        if (at_end) error = "a string does not end";
        return {};
    }
    if (!take(token, text, error)) return {};
    at = token.end;
    return token;
}

bool JsonStructure::take(const Token& token, std::string_view text, std::string& error) {
    const bool ends_object = token.kind == '}' && !open_.empty() && open_.back() == '{';
    const bool ends_list = token.kind == ']' && !open_.empty() && open_.back() == '[';
    switch (expected_) {
        case Expected::value_or_end:
            if (ends_list) break;
            return take_value(token, text, error);
        case Expected::value: return take_value(token, text, error);
        case Expected::name_or_end:
            if (ends_object) break;
            [[fallthrough]];
        case Expected::name:
            if (token.kind == '"') {
                expected_ = Expected::colon;
                return true;
            }
            error = wanted();
            return false;
        case Expected::colon:
            if (token.kind == ':') {
                expected_ = Expected::value;
                return true;
            }
            error = wanted();
            return false;
        case Expected::comma_or_end:
            if (token.kind == ',') {
                expected_ = open_.back() == '{' ? Expected::name : Expected::value;
                return true;
            }
            if (ends_object || ends_list) break;
            error = wanted();
            return false;
        case Expected::nothing: error = wanted(); return false;
    }
    open_.pop_back();
    behind_value();
    return true;
}

bool JsonStructure::take_value(const Token& token, std::string_view text, std::string& error) {
    switch (token.kind) {
        case '{':
        case '[':
            if (open_.size() == kMostDepth) {
                error = "objects and lists stand in each other more than " + std::to_string(kMostDepth) + " deep";
                return false;
            }
            open_.push_back(token.kind);
            expected_ = token.kind == '{' ? Expected::name_or_end : Expected::value_or_end;
            return true;
        case '"': behind_value(); return true;
        case 'v': {
            const std::string_view word = text.substr(token.begin, token.end - token.begin);
            if (word != "true" && word != "false" && word != "null" && !is_json_number(word)) {
                error = "neither a number nor true, false or null";
                return false;
            }
            behind_value();
            return true;
        }
        default: error = wanted(); return false;
    }
}

void JsonStructure::enter_list() {
    open_.push_back('[');
    expected_ = Expected::value_or_end;
}

void JsonStructure::leave_list() {
    open_.pop_back();
    behind_value();
}

void JsonStructure::behind_value() { expected_ = open_.empty() ? Expected::nothing : Expected::comma_or_end; }

const char* JsonStructure::wanted() const {
    switch (expected_) {
        case Expected::value: return "a value is expected";
        case Expected::value_or_end: return "a value or `]` is expected";
        case Expected::name: return "a member's name in quotes is expected";
        case Expected::name_or_end: return "a member's name in quotes or `}` is expected";
        case Expected::colon: return "`:` is expected behind a member's name";
        case Expected::comma_or_end: return open_.back() == '{' ? "`,` or `}` is expected" : "`,` or `]` is expected";
        case Expected::nothing: break;
    }
    return "nothing is expected behind the end of the document";
}

}  // namespace etl
