#include "lang/bind/secret.hpp"

#include <cstdlib>

namespace etl::bind {

std::optional<std::string> Secrets::read(const std::string& variable, std::string shown) {
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr) return std::nullopt;
    if (*value != '\0') known_.push_back({value, std::move(shown)});
    return value;
}

std::optional<std::string> Secrets::environment(const std::string& name) { return read(name, "env(\"" + name + "\")"); }

std::optional<std::string> Secrets::secret(const std::string& name) {
    return read(variable_of_secret(name), "secret(\"" + name + "\")");
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
    for (const Known& known : known_)
        for (std::size_t at = message.find(known.value); at != std::string::npos;
             at = message.find(known.value, at + known.shown.size()))
            message.replace(at, known.value.size(), known.shown);
    return message;
}

}  // namespace etl::bind
