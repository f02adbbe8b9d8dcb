#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace etl {

/// "64KB", "2GB", "100B" (powers of 1024). Nothing for another text or an overflow.
std::optional<std::int64_t> parse_size_bytes(std::string_view text);
/// "500ms", "1h30m", "2d". Nothing for another text or an overflow.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);
/// "1.5 MiB", "312 B".
std::string format_bytes(std::uint64_t bytes);
/// "1,234,567".
std::string format_count(std::uint64_t count);
/// "0.31 s", "2 min 5 s", "1 h 3 min".
std::string format_seconds(double seconds);

}  // namespace etl
