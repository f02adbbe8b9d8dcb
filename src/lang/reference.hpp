#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace etl {

/// What the registries know of a name (function, aggregate, stage, format, connector), as Markdown that reads well on a
/// terminal too; several entries where several kinds have the name. Empty: nothing is called so.
std::string reference_text(std::string_view name);
/// What to do about a name that is not there: did-you-mean, or the list of kinds.
std::string reference_hint(std::string_view name);

/// All reference pages: file name ("functions.md") and text, made from the registries.
std::vector<std::pair<std::string, std::string>> reference_pages();

}  // namespace etl
