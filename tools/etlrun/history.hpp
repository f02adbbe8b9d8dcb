#pragma once

#include <cstdint>
#include <string>

namespace etl {

/// What a person asks of the runs that have been: `--history`, `--report RUN`, `--rejects [RUN]`.
struct HistoryQuestion {
    enum class Kind : std::uint8_t { history, report, rejects };
    Kind kind = Kind::history;
    std::string run;   // its id's beginning, or `last`; empty: the last that has what is asked for
    std::string file;  // of a pipeline, or its name; empty: all in the state folder of the working directory
    std::string config;
    std::string profile;
    bool json = false;
    bool colour = false;
};

/// Answers on standard output. Returns the exit status. Throws Error.
int answer(const HistoryQuestion& question);

}  // namespace etl
