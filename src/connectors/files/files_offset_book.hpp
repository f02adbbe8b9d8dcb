#pragma once

#include <memory>
#include <string>

#include "component/connector_spec.hpp"

namespace etl {

std::unique_ptr<OffsetBook> make_files_offset_book(const SinkRequest& request);
PositionSummary summarize_files_position(const std::string& text, Incremental::Kind kind);

}  // namespace etl
