#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "lang/ast.hpp"
#include "lang/bind/connection.hpp"
#include "lang/bind/function.hpp"
#include "lang/bind/parameter.hpp"
#include "lang/bind/secret.hpp"
#include "lang/bind/table.hpp"
#include "lang/bound_pipeline.hpp"
#include "lang/load.hpp"
#include "lang/settings/config.hpp"

namespace etl::bind {

/// What the parts of the binder share while one pipeline is bound.
struct Context {
    Context(const LoadOptions& load_options, SourceTexts& source_texts, Diagnostics& all_diagnostics)
        : options(load_options), texts(source_texts), diagnostics(all_diagnostics) {}

    const LoadOptions& options;
    SourceTexts& texts;
    Diagnostics& diagnostics;
    Config config;
    std::string pipeline;          // its name
    std::filesystem::path folder;  // of the .etl file
    std::int64_t start_us = 0;
    Settings settings;
    std::optional<SourceSpan> commit_every;  // where the pipeline sets it
    Secrets secrets;
    Tables tables;
    Connections connections;
    Functions functions;
    Parameters parameters;
    std::vector<SourceSpan> syntax_errors;  // what the parser said of the file

    /// Something within the span could not be read: what it declares is not known in full.
    bool has_syntax_error(SourceSpan span) const {
        return std::any_of(syntax_errors.begin(), syntax_errors.end(), [&](const SourceSpan& at) {
            return at.file == span.file && at.begin >= span.begin && at.begin <= span.end;
        });
    }
};

}  // namespace etl::bind
