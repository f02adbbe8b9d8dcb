#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/byte_reader.hpp"

namespace etl {

/// Whether the address has a pattern's signs: * ? [.
bool is_pattern(const std::string& address);

/// The files that an address names, relative to the folder: "-", a path, or a pattern with *, ?, [a-z] and ** (any
/// depth of folders). A pattern's files come in the order of their names' bytes, hidden ones only where the pattern
/// says the dot; a file of exactly that name is meant by itself. Empty: nothing matches. A plain path is given back
/// whether it is there or not. Throws Error where a folder cannot be read.
std::vector<InputFile> expand_pattern(const std::filesystem::path& folder, const std::string& address);

}  // namespace etl
