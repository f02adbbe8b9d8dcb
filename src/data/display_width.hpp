#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace etl {

/// Cells of a terminal that the text takes: 2 for a wide character, 0 for a combining mark.
std::size_t display_width(std::string_view text);
/// The text where it takes at most `width` cells, else its beginning and …
std::string cut_to_width(std::string_view text, std::size_t width);

}  // namespace etl
