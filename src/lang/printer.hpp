#pragma once

#include <string>

#include "base/source_text.hpp"
#include "lang/ast.hpp"

namespace etl {

/// The file as it should be written: four spaces a level, one item a line in blocks that are broken, types and `=` of
/// neighbours under each other, comments and single empty lines kept, lines broken in expressions where the author
/// broke them. The text reads as the same tree, and is printed again as it is. The tree is one that parse() made of
/// `texts` without an error.
std::string format(const ast::File& file, const SourceTexts& texts);

}  // namespace etl
