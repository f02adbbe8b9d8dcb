#pragma once

#include <memory>

#include "component/connector_spec.hpp"

namespace etl {

/// Makes of each column what SQLite binds: int64, bool, double or Text. A row outside of `replace where` is refused.
/// With `delete when` one column more, a bool, tells where it is true.
std::unique_ptr<Encoder> make_sqlite_encoder(const SinkRequest& request);

}  // namespace etl
