#pragma once

#include <memory>
#include <string>

#include "component/connector_spec.hpp"

namespace etl {

std::unique_ptr<OffsetBook> make_sqlite_offset_book(const SinkRequest& request);
PositionSummary summarize_sqlite_position(const std::string& text, Incremental::Kind kind);
/// Rows without a place in the order stay known.
std::string sqlite_position_from(const std::string& stored, const std::string& value);

}  // namespace etl
