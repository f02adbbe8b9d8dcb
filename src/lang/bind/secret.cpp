#include "lang/bind/secret.hpp"

#include <algorithm>
#include <cstdlib>

namespace etl::bind {

namespace {

void replace_all(std::string& text, const std::string& value, const std::string& shown) {
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + shown.size()))
        text.replace(at, value.size(), shown);
}

}  // namespace

std::optional<std::string> Secrets::read(const std::string& variable, std::string shown, bool is_secret) {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) return std::nullopt;
    if (*value == '\0') return value;
    known_.push_back({value, std::move(shown), is_secret});
    std::stable_sort(known_.begin(), known_.end(),
                     [](const Known& a, const Known& b) { return a.value.size() > b.value.size(); });
    return value;
}

std::optional<std::string> Secrets::environment(const std::string& name) {
    return read(name, "env(\"" + name + "\")", false);
}

std::optional<std::string> Secrets::secret(const std::string& name) {
    return read(variable_of_secret(name), "secret(\"" + name + "\")", true);
}

std::string Secrets::variable_of_secret(std::string_view name) {
    std::string variable = "ETL_SECRET_";
    for (const char c : name) {
        const bool lower = c >= 'a' && c <= 'z';
        const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        variable += lower ? static_cast<char>(c - 'a' + 'A') : (kept ? c : '_');
    }
    return variable;
}

std::string Secrets::redact(std::string message) const {
    for (const Known& known : known_) replace_all(message, known.value, known.shown);
    return message;
}

std::string Secrets::redact_data(std::string data) const {
    for (const Known& known : known_)
        if (known.is_secret) replace_all(data, known.value, known.shown);
    return data;
}

}  // namespace etl::bind
