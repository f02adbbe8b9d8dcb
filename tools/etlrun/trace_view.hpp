#pragma once

#include <string>
#include <vector>

#include "runtime/trace.hpp"
#include "tools/etlrun/shown_text.hpp"

namespace etl {

/// What there is to show of a trace, when its run has ended.
struct ShownTrace {
    const std::vector<BoundNode>& nodes;
    const Trace& trace;
    const SourceTexts& texts;
    const std::vector<std::string>& target_names;  // by node
    const std::string& condition;
    std::vector<std::string> sources;  // that were asked
};

/// What became of the row in a stage, and why.
struct TraceEnd {
    std::string word;  // "goes on", "written", "filtered", "rejected", "merged", "cut", "kept", "stopped"
    std::string reason;
};
TraceEnd end_of(const ShownTrace& shown, const TraceVisit& visit);

/// How many rows there are for which the condition is true, and what there is to say about the others.
std::string trace_summary(const ShownTrace& shown);

std::string trace_text(const ShownTrace& shown, std::size_t width, bool colour);
/// JSON Lines.
std::string trace_json(const ShownTrace& shown);

}  // namespace etl
