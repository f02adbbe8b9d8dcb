#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

/// What refused rows have in common: "validate: amount: must be positive". The value refused is no part of it.
std::string reject_cause(std::string_view stage, std::string_view column, std::string_view value,
                         std::string_view reason);

/// Refused rows of one cause, and the first of them.
struct RejectGroup {
    std::string cause;
    std::uint64_t count = 0;
    std::string column;  // empty: not known, as the others
    std::string value;
    std::string file;
    std::uint64_t line = 0;
};

/// Of a file of rejects (JSON Lines), the largest first. Causes beyond a thousand are counted as "other reasons".
/// Throws Error E540 where it cannot be read, E541 where a line is none of a run's.
std::vector<RejectGroup> group_rejects(const std::filesystem::path& file);

}  // namespace etl
