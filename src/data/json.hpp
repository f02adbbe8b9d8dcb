#pragma once

#include <cstddef>

namespace etl {

bool is_valid_utf8(const char* data, std::size_t size);

}  // namespace etl
