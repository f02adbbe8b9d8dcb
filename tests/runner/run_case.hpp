#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/runner/case_file.hpp"

namespace etl::logic {

/// A way to run the corpus: settings over those of the pipeline; no pass where fuse is false; the room of channels;
/// what blocking stages may keep (less than the setting takes); the pipeline as --format writes it.
struct Configuration {
    std::string name;
    std::map<std::string, std::string> settings;
    bool fuse = true;
    unsigned channel_batches = 0;
    std::uint64_t memory_bytes = 0;
    bool formatted = false;
};

/// What a run gave, by section key: "stdout", "output out.csv", "rejects", "error", "plan", "balance".
using Outcome = std::map<std::string, std::string>;

/// Runs the case in a new folder, in this process: an outcome for each of its runs.
std::vector<Outcome> run_case(const Case& test, const Configuration& configuration);

/// The key of an expected section in an Outcome.
std::string outcome_key(const Section& section);
bool is_expectation(const Section& section);

}  // namespace etl::logic
