#pragma once

#include <memory>

#include "component/connector_spec.hpp"

namespace etl {

std::unique_ptr<Encoder> make_csv_encoder(const SinkRequest& request);

}  // namespace etl
