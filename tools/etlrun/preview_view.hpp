#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/dry_run.hpp"
#include "runtime/preview.hpp"
#include "runtime/run.hpp"
#include "tools/etlrun/shown_text.hpp"

namespace etl {

/// What there is to show of a preview, when its run has ended.
struct ShownPreview {
    const std::vector<BoundNode>& nodes;
    const Preview& preview;
    const RunReport& report;
    const std::vector<std::shared_ptr<DrySource>>& sources;
    const SourceTexts& texts;
    const std::vector<std::uint32_t>& stages;  // those to show

    /// Rows that come to the node are the first ones only, and it or one before it has to see all of them.
    bool is_partial(std::uint32_t node) const;
    /// Some source before it has more rows than were read.
    bool has_more(std::uint32_t node) const;
};

std::string preview_text(const ShownPreview& shown, std::size_t width, bool colour);
/// JSON Lines.
std::string preview_json(const ShownPreview& shown);

}  // namespace etl
