#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/source_text.hpp"
#include "lang/ast.hpp"

namespace etl {

struct StageSpec;

/// The stages that a parser knows.
struct StageTable {
    const StageSpec* (*find)(std::string_view name);  // nullptr if there is none
    std::vector<std::string> (*names)();
};

/// The stages that are built into the program.
StageTable registered_stages();

/// Reads a file of `texts` into a tree. What is wrong goes to `diagnostics` (E1xx), several a file: reading goes on
/// behind a wrong item of a block, stage or declaration. The tree then holds what could be read, the rest marked
/// broken. A text that is no UTF-8 or holds NUL bytes gives an empty tree.
ast::File parse(std::uint32_t file, const SourceTexts& texts, Diagnostics& diagnostics,
                const StageTable& stages = registered_stages());

/// The words that begin a declaration.
const std::vector<std::string>& declaration_words();
/// Words that cannot be names without backquotes.
bool is_reserved_word(std::string_view word);
/// What to say where one was written in capitals: `NULL`; empty if it is none.
std::string small_letters_hint(std::string_view word);

}  // namespace etl
