#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "lang/bound_pipeline.hpp"
#include "lang/settings/given.hpp"

namespace etl {

/// `[connection.NAME]`
struct ConfigConnection {
    std::string name;
    SourceSpan span;  // of the name
    std::string kind;
    SourceSpan kind_span;
    std::vector<GivenOption> options;
    bool from_profile = false;  // of the chosen profile: stands over the pipeline's own
};

/// What etl.toml says, the chosen profile laid over the rest.
struct Config {
    std::filesystem::path path;  // empty: there is no file
    std::string state;           // the state folder as written; empty: not said
    Retention retention;         // `[state]` keep_runs, keep_days
    std::vector<ConfigConnection> connections;
    std::vector<GivenOption> settings;
    std::vector<GivenOption> params;
};

/// Finds (`named`, else etl.toml in `folder` or above it) and reads the file. What is wrong in it is in `diagnostics`,
/// with its place. Throws Error where a named file cannot be read.
Config load_config(const std::filesystem::path& named, const std::filesystem::path& folder, const std::string& profile,
                   SourceTexts& texts, Diagnostics& diagnostics);

/// Where runs of the folder's pipelines keep what they leave.
std::filesystem::path state_folder(const Config& config, const std::filesystem::path& folder);

}  // namespace etl
