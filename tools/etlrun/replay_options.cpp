#include "tools/etlrun/replay_options.hpp"

namespace etl {

void add_replay_options(CLI::App& app, ReplayRequest& replay) {
    CLI::Option* run = app.add_option("--replay", replay.run,
                                      "sends the rejects of RUN (its name, the beginning of it, or `last`) through the "
                                      "pipeline again, each once, from the stage that refused it");
    run->excludes(app.get_option("--full"))->excludes(app.get_option("--from"));
    app.add_option("--cause", replay.cause, "of these the ones with TEXT in their reason only")->needs(run);
}

std::string replay_line(const RunReport& report) {
    if (report.replayed_run.empty() || !report.error.empty()) return {};
    const std::string of = " rejects of run " + report.replayed_run;
    if (report.replayed == 0) return "0" + of + ": all of them have been replayed\n";
    return std::to_string(report.replayed) + of + " replayed, " + std::to_string(report.rejects) + " refused again\n";
}

}  // namespace etl
