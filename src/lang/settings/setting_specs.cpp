#include "lang/settings/setting_specs.hpp"

namespace etl {

namespace {

constexpr OptionSpec kSettings[] = {
    {"batch", OptionType::integer, "", "Rows of a batch at most; by size alone unless set.", 1, 1 << 20},
    {"commit_every", OptionType::integer, "100_000",
     "How often a load that keeps its place commits on the way: a number of rows read, or a duration (30s).", 1},
    {"growth", OptionType::number, "1.5", "The factor by which a congested stage's workers grow."},
    {"hard_terminate", OptionType::duration_ms, "30m", "How long a run that was asked to end may take to do so.", 0},
    {"max_rejects", OptionType::integer, "", "Rejects over which the run fails: a count, or a share (1%).", 0},
    {"memory", OptionType::size_bytes, "",
     "What stages that see everything may keep before they write to disk; half of the machine's or container's unless "
     "set.",
     1 << 20},
    {"rejects", OptionType::text, "", "The target of refused rows: a name or an address."},
    {"threshold", OptionType::number, "0.75", "The fill (0 to 1) at which a channel is congested."},
    {"timezone", OptionType::text, "\"UTC\"", "The zone of local times."},
    {"workers", OptionType::integer, "", "Workers of a stage: a count, or a range (1..8); one a core unless set.", 1,
     1024},
};

}  // namespace

std::span<const OptionSpec> setting_specs() { return kSettings; }

}  // namespace etl
