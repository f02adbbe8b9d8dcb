#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "lang/bound_pipeline.hpp"

namespace etl {

/// `--offsets`, `--set-offset`, `--reset-offset`.
struct OffsetCommand {
    bool list = false;
    std::vector<std::string> set;    // SOURCE=VALUE
    std::vector<std::string> reset;  // SOURCE
    bool is_given() const { return list || !set.empty() || !reset.empty(); }
};

/// Changes offsets and says what was before and after, or lists them; json: one object a line. Throws Error: E315 for a
/// command that cannot be understood, and what list_offsets() and change_offsets() throw.
void carry_out(const OffsetCommand& command, const BoundPipeline& pipeline, bool json, std::FILE* out);

}  // namespace etl
