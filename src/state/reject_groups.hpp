#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

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
