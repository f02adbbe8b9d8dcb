#pragma once

#include <atomic>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>

#include "plan/plan.hpp"
#include "runtime/run.hpp"

namespace CLI {
class App;
}

namespace etl {

/// `--preview`, `--trace`: what they are told.
struct SeeingOptions {
    bool is_preview = false;
    std::string stage;  // of --preview: the one to show; empty: all
    bool is_trace = false;
    std::string condition;
    std::uint64_t rows = 10;

    void add_to(CLI::App& app);
    /// Once the command line is read.
    void look_at(const CLI::App& app, std::string& file);
    bool is_set() const { return is_preview || is_trace; }
};

/// What a look into a pipeline needs of its surroundings.
struct SeeingContext {
    /// The plan, made anew each time; nothing after diagnostics, which have been shown.
    std::function<std::optional<Plan>()> make_plan;
    std::function<void(const std::string& code, const std::string& message)> say_error;
    const std::atomic<int>* interrupts = nullptr;
    std::FILE* out = stdout;
    bool json = false;
    bool colour = false;
};

/// Shows what the pipeline does with its rows; nothing is written. An exit status of etlrun.
int show_preview(const SeeingOptions& options, const SeeingContext& context);
int show_trace(const SeeingOptions& options, const SeeingContext& context);

}  // namespace etl
