#pragma once

#include <span>
#include <string_view>

#include "expr/function_spec.hpp"

namespace etl {

/// What stands in expressions and is no function: its parts are worked out only where they are needed, or when the
/// pipeline is checked.
struct LanguageWord {
    std::string_view name;
    std::string_view written;
    std::string_view summary;
    std::span<const Example> examples = {};
};

std::span<const LanguageWord> language_words();

}  // namespace etl
