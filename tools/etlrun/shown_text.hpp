#pragma once

#include <string>
#include <vector>

#include "runtime/row_cells.hpp"

namespace etl {

/// "orders.etl:24".
std::string place_of(const SourceTexts& texts, SourceSpan span);
/// What stands there, in one line.
std::string text_in_line(const SourceTexts& texts, SourceSpan span);
/// The node's title: the stage as it is written, a block over several lines as { … }.
std::string title_of(const SourceTexts& texts, const BoundNode& node);
/// A row's place as the views write it: "orders.csv:12", or "12" without the file.
std::string place_text(const RowPlace& place, bool with_file);
/// A value as the views write it: null, and texts in quotes where one could not see them else.
std::string value_text(const Cell& cell);

/// The stages that `wanted` names: a name of the closing table, a number, a line ("orders.etl:24", ":24"). Empty: none.
std::vector<std::uint32_t> find_stages(const std::vector<BoundNode>& nodes, const SourceTexts& texts,
                                       const std::string& wanted);
/// "1 orders, 2 filter (orders.etl:24)": what there is.
std::string list_stages(const std::vector<BoundNode>& nodes, const SourceTexts& texts);

}  // namespace etl
