#pragma once

#include <string_view>

namespace etl {

/// "0.1.0"
std::string_view version();

}  // namespace etl
