#include "data/json.hpp"

#include <simdjson.h>

namespace etl {

bool is_valid_utf8(const char* data, std::size_t size) { return simdjson::validate_utf8(data, size); }

}  // namespace etl
