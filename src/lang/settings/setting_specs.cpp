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
    {"retry", OptionType::text, "",
     "What fails for a reason that may pass is tried again from what is committed: { attempts = 3, delay = 5s, backoff "
     "= exponential, max_delay = 15m }; it is not unless set."},
    {"threshold", OptionType::number, "0.75", "The fill (0 to 1) at which a channel is congested."},
    {"timeout", OptionType::duration_ms, "",
     "How long a run may take with all its attempts; over it, it ends as if interrupted, and has failed.", 1},
    {"timezone", OptionType::text, "\"UTC\"", "The zone of local times."},
    {"workers", OptionType::integer, "", "Workers of a stage: a count, or a range (1..8); one a core unless set.", 1,
     1024},
};

constexpr std::string_view kBackoffs[] = {"exponential", "constant"};
constexpr OptionSpec kRetry[] = {
    {"attempts", OptionType::integer, "3", "How often a run is tried in all.", 1, 1000},
    {"delay", OptionType::duration_ms, "5s", "The wait before the second attempt.", 0},
    {"backoff", OptionType::text, "\"exponential\"", "Whether each further wait is twice the one before.", INT64_MIN,
     INT64_MAX, kBackoffs},
    {"max_delay", OptionType::duration_ms, "15m", "The longest wait.", 0},
};

}  // namespace

std::span<const OptionSpec> setting_specs() { return kSettings; }

std::span<const OptionSpec> retry_specs() { return kRetry; }

}  // namespace etl
