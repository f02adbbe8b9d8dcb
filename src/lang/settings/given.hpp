#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/options.hpp"

namespace etl {

struct GivenOption;

/// The value of an option or setting as it was given: in a pipeline, in etl.toml or on a command line.
struct GivenValue {
    enum class Kind : std::uint8_t {
        text,
        word,  // a name without quotes: backoff = exponential
        integer,
        number,
        boolean,
        duration,  // integer: milliseconds
        size,      // integer: bytes
        share,     // number: 0.01 for 1%
        range,     // integer to range_end
        texts,
        environment,  // text: the variable's name; { env = "X" } of etl.toml
        secret,       // text: the secret's name
        record,       // fields: { attempts = 3, delay = 5s }
    };
    Kind kind = Kind::text;
    std::string text;
    std::int64_t integer = 0;  // boolean: 0 or 1
    std::int64_t range_end = 0;
    double number = 0;
    std::vector<std::string> texts;
    std::vector<GivenOption> fields;
    SourceSpan span;
    bool loose = false;  // a text that may stand for a size, a duration, a share or a range: "64MB" of etl.toml
};

struct GivenOption {
    std::string name;
    SourceSpan name_span;
    GivenValue value;
};

/// "a text", "an integer", ...: what was found, for a person; never the value.
std::string describe(const GivenValue& value);

/// Reads a word as a person would write it in a pipeline: 1, 0.75, true, 64MB, 30m, 1%, 1..8; anything else is a text.
GivenValue parse_given(std::string_view text, SourceSpan span);

/// The option's value; nothing after E303. `what` names the option's owner in messages: "csv", "setting".
std::optional<OptionValue> check_option(const OptionSpec& spec, const GivenValue& value, Diagnostics& diagnostics);

/// Checks options against their specs and puts in the defaults. E304 for an unknown one or one given twice, E303 for a
/// wrong value. `owner` names them in messages: "csv".
OptionValues check_options(std::span<const OptionSpec> specs, const std::vector<GivenOption>& given,
                           std::string_view owner, Diagnostics& diagnostics);

/// "a, b, c" of the specs.
std::string list_options(std::span<const OptionSpec> specs);

}  // namespace etl
