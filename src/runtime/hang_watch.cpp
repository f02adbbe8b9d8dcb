#include "runtime/hang_watch.hpp"

#include "base/quantity.hpp"

namespace etl {

namespace {

constexpr std::chrono::milliseconds kEvery{200};

double seconds_of(std::chrono::steady_clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::string HangWatch::describe(const Activity& activity, const Activity::Look& look, Clock::duration time) const {
    std::string text = activity.who() + " has not moved for " + format_seconds(seconds_of(time));
    if (look.node != Activity::kNoNode) text += ", in `" + engine_.plan.nodes[look.node].bound.name + "`";
    if (!look.from) return text;
    const std::string file = engine_.file_name(look.from->source, look.from->file);
    text += ", with rows read at " + (file.empty() ? "record " + std::to_string(look.from->record + 1)
                                                   : file + ":" + std::to_string(look.from->line));
    return text;
}

void HangWatch::sample(Clock::time_point now) {
    if (now - sampled_ < kEvery) return;
    sampled_ = now;
    stuck_.clear();
    Clock::duration longest{};
    for (const Activity* activity : engine_.activities()) {
        const Activity::Look look = activity->look();
        const auto tell = [&](const std::string& line, bool hangs) {
            hangs ? engine_.log.warning(line) : engine_.log.info(line);
            // Somebody may be looking at it while nothing moves.
            engine_.log.flush();
        };
        const auto [at, is_new] = seen_.try_emplace(activity);
        Seen& seen = at->second;
        if (is_new || !look.is_busy || look.steps != seen.steps) {
            if (seen.told)
                tell(activity->who() + " moves again, after " + format_seconds(seconds_of(now - seen.since)), false);
            seen = {look.steps, now, false};
            continue;
        }
        const Clock::duration time = now - seen.since;
        if (time < limit_) continue;
        if (!seen.told) tell(describe(*activity, look, time), true);
        seen.told = true;
        if (time <= longest) continue;
        longest = time;
        stuck_ = describe(*activity, look, time);
    }
}

}  // namespace etl
