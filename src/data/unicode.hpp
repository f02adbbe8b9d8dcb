#pragma once

#include <cstdint>
#include <string_view>

#include "data/column.hpp"

namespace etl {

// Texts are valid UTF-8. Results are views of the argument where nothing changes, else new bytes in the arena.
// Unicode's case mappings without locale; the sharp s becomes SS.

Text to_upper(const Text& text, Arena& arena);
Text to_lower(const Text& text, Arena& arena);
/// The first letter of every word upper case, the others lower; words are letters, digits, marks and inner apostrophes.
Text to_title(const Text& text, Arena& arena);
/// The first character upper case, the others as they are.
Text capitalize(const Text& text, Arena& arena);

/// Code points.
std::uint32_t count_characters(std::string_view text);
/// The byte at which code point `number` (from 0) begins; the text's size where it has fewer.
std::size_t character_offset(std::string_view text, std::uint64_t number);
/// Code points from `start` (from 0), at most `count`.
std::string_view substring(std::string_view text, std::uint64_t start, std::uint64_t count);
/// By code points; combining marks stay behind the character that they belong to.
Text reverse(const Text& text, Arena& arena);

/// White space of Unicode (also no-break spaces), off both ends.
std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);
/// The size in bytes of the white space character at `text`'s begin; 0 if there is none.
std::size_t white_space_at(std::string_view text);

}  // namespace etl
