#pragma once

#include <memory>
#include <vector>

#include "component/connector_spec.hpp"

namespace etl {

/// Looks at the first file's beginning. Declared columns are checked against it, and nothing is returned then.
std::vector<SourceColumn> discover_files(const SourceRequest& request);
std::unique_ptr<Source> make_files_source(const SourceRequest& request);

}  // namespace etl
