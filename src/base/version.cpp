#include "base/version.hpp"

namespace etl {

std::string_view version() { return ETL_VERSION; }

}  // namespace etl
