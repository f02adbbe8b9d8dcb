#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "lang/bound_pipeline.hpp"

namespace etl {

/// How a pipeline is read and checked.
struct LoadOptions {
    std::map<std::string, std::string> params;    // -p NAME=VALUE
    std::string config;                           // etl.toml to take; empty: beside the pipeline or upwards
    std::string profile;                          // [profile.NAME]
    bool offline = false;                         // opens no source, target or server
    std::map<std::string, std::string> settings;  // over those of the file, as they are written there: {"workers", "1"}
    std::int64_t start_us = 0;                    // now() and meta.time; 0: the clock's
    std::string run_id;                           // empty: made of the time and a random part
    bool replay = false;                          // rejects are sent through again: sources may be gone by now
    bool full = false;                            // incremental loads start again from nothing
    std::string follow;                           // a condition over the columns of sources, as `--trace` takes it
    std::vector<std::string> from;                // VALUE or SOURCE=VALUE: where incremental sources begin this time
};

/// Reads, parses and binds a .etl file. Nothing if there are errors (they are in `diagnostics`).
/// Throws Error where the file itself cannot be read. settings: filled as far as they are right, also where the rest is
/// not.
std::optional<BoundPipeline> load_pipeline(const std::filesystem::path& path, const LoadOptions& options,
                                           const std::shared_ptr<SourceTexts>& texts, Diagnostics& diagnostics,
                                           Settings* settings = nullptr);

}  // namespace etl
