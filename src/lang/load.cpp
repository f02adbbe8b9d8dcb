#include "lang/load.hpp"

#include <chrono>
#include <random>

#include "data/time.hpp"
#include "io/byte_reader.hpp"
#include "lang/binder.hpp"
#include "lang/parser.hpp"
#include "lang/stdlib.hpp"

namespace etl {

namespace {

std::int64_t clock_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

/// 20240131T100000Z-5f3a9c: sorts by time.
std::string make_run_id(std::int64_t start_us) {
    const CivilTime time = civil_from_us(start_us);
    char text[48];
    std::snprintf(text, sizeof text, "%04d%02u%02uT%02u%02u%02uZ-%06x", time.date.year, time.date.month, time.date.day,
                  time.hour, time.minute, time.second, std::random_device()() & 0xFFFFFFU);
    return text;
}

std::vector<ast::File> parse_standard_library(SourceTexts& texts, Diagnostics& diagnostics) {
    std::vector<ast::File> files;
    for (const StdlibFile& file : stdlib_files())
        files.push_back(parse(texts.add(std::string(file.name), std::string(file.text)), texts, diagnostics));
    return files;
}

Diagnostics without_secrets(const Diagnostics& diagnostics, const bind::Secrets& secrets) {
    Diagnostics result;
    for (Diagnostic diagnostic : diagnostics.sorted()) {
        diagnostic.message = secrets.redact(std::move(diagnostic.message));
        diagnostic.label = secrets.redact(std::move(diagnostic.label));
        for (std::string& note : diagnostic.notes) note = secrets.redact(std::move(note));
        result.add(std::move(diagnostic));
    }
    return result;
}

}  // namespace

std::optional<BoundPipeline> load_pipeline(const std::filesystem::path& path, const LoadOptions& options,
                                           const std::shared_ptr<SourceTexts>& texts, Diagnostics& diagnostics,
                                           Settings* settings) {
    const std::uint32_t number = texts->add(path.string(), read_file({path, path.string()}));
    bind::Context context(options, *texts, diagnostics);
    context.folder = std::filesystem::absolute(path).lexically_normal().parent_path();
    context.pipeline = path.stem().string();
    context.start_us = options.start_us != 0 ? options.start_us : clock_us();
    const ast::File file = parse(number, *texts, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.sorted())
        if (diagnostic.severity == Severity::error) context.syntax_errors.push_back(diagnostic.span);
    const std::vector<ast::File> library = parse_standard_library(*texts, diagnostics);
    context.config = load_config(options.config, context.folder, options.profile, *texts, diagnostics);
    context.tables.configure(context.folder, options.offline);
    std::optional<BoundPipeline> bound = bind_pipeline(file, library, context);
    diagnostics = without_secrets(diagnostics, context.secrets);
    if (settings != nullptr) *settings = context.settings;
    if (!bound) return std::nullopt;
    bound->file = std::filesystem::absolute(path).lexically_normal();
    bound->state_folder = state_folder(context.config, context.folder);
    bound->retention = context.config.retention;
    bound->profile = options.profile;
    bound->run_id = options.run_id.empty() ? make_run_id(bound->start_us) : options.run_id;
    bound->texts = texts;
    return bound;
}

}  // namespace etl
