#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace etl::bind {

/// Values of the environment that a pipeline names. They never stand in a message.
class Secrets {
  public:
    /// The variable's value; nothing if it is not set.
    std::optional<std::string> environment(const std::string& name);
    /// secret("x"): the variable ETL_SECRET_X, upper case, what is no letter or digit as `_`.
    std::optional<std::string> secret(const std::string& name);
    static std::string variable_of_secret(std::string_view name);
    /// The message with every value replaced by what the pipeline says for it: env("X").
    std::string redact(std::string message) const;
    /// The same of a row's data: values of secret() only, since one of env() may be a plain word.
    std::string redact_data(std::string data) const;

  private:
    struct Known {
        std::string value;
        std::string shown;
        bool is_secret;
    };
    std::optional<std::string> read(const std::string& variable, std::string shown, bool is_secret);
    std::vector<Known> known_;  // longest first: one may stand in another
};

}  // namespace etl::bind
