#pragma once

#include "base/diagnostic.hpp"
#include "data/data_type.hpp"
#include "lang/ast.hpp"

namespace etl::bind {

/// Where a type stands: `path` is a type of params only.
enum class TypePlace : std::uint8_t { column, param };

/// The type that is written; nullptr after E225.
const DataType* bind_type(const ast::Type& type, Diagnostics& diagnostics, TypePlace place = TypePlace::column);
/// The kind of a type's word ("int", "text"); for selectors. Nothing for another word.
std::optional<TypeKind> kind_of_word(std::string_view word);
/// "did you mean `text`?" for a word that is no type, also of SQL; none where nothing is near.
std::vector<std::string> nearest_type(const std::string& word);
/// "bool, int, ..." for messages.
std::string list_types(TypePlace place = TypePlace::column);

}  // namespace etl::bind
