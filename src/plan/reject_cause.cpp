#include "plan/reject_cause.hpp"

namespace etl {

std::string reject_cause(std::string_view stage, std::string_view column, std::string_view value,
                         std::string_view reason) {
    std::string cause(reason);
    const std::string quoted = "`" + std::string(value) + "`";
    for (std::size_t at = cause.find(quoted); at != std::string::npos; at = cause.find(quoted, at + 1))
        cause.replace(at, quoted.size(), "…");
    return std::string(stage) + ": " + (column.empty() ? "" : std::string(column) + ": ") + cause;
}

}  // namespace etl
