#pragma once

#include <memory>

#include "component/connector_spec.hpp"

namespace etl {

std::unique_ptr<Sink> make_files_sink(const SinkRequest& request);

}  // namespace etl
