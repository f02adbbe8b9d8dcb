#pragma once

#include <memory>

#include "component/connector_spec.hpp"

namespace etl {

std::unique_ptr<Decoder> make_csv_decoder(const SourceRequest& request);

}  // namespace etl
