#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace etl {

/// A sign or word of other languages that is nothing here.
struct ForeignSign {
    std::string_view sign;
    const char* message;
    const char* note;
};

/// nullptr if the sign is none of them.
const ForeignSign* find_foreign_sign(std::string_view sign);

/// What a person who wrote `found` may have meant, given what could stand there; nullptr if nothing comes to mind.
const char* find_hint(std::string_view found, const std::function<bool(std::string_view)>& expects);

/// The stage that does what one of this name does elsewhere; empty if there is none.
std::string_view find_stage_elsewhere(std::string_view name);
/// A kind of join of SQL that there is not.
bool is_join_elsewhere(std::string_view word);

/// The text, or its begin and "..." if it is long; ends with its first line.
std::string shortened(std::string_view text);

}  // namespace etl
