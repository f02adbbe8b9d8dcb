#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <system_error>

namespace etl {

// A logger of its own, not one of spdlog's registry: two runs in one process do not meet.
struct Log::State {
    spdlog::logger logger{"etl"};

    // A log that cannot be written must not stand among the messages of the run.
    State() {
        logger.set_error_handler([](const std::string&) {});
    }

    void add(spdlog::sink_ptr sink) {
        sink->set_formatter(
            std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
        logger.sinks().push_back(std::move(sink));
    }
};

Log::Log() : state_(std::make_unique<State>()) {}
Log::~Log() { flush(); }

bool Log::add_file(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) return false;
    try {
        state_->add(std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
    } catch (const spdlog::spdlog_ex&) {
        return false;
    }
    return true;
}

void Log::add_stderr() { state_->add(std::make_shared<spdlog::sinks::stderr_sink_mt>()); }

void Log::info(std::string_view line) { state_->logger.info(line); }
void Log::warning(std::string_view line) { state_->logger.warn(line); }
void Log::error(std::string_view line) { state_->logger.error(line); }
void Log::flush() { state_->logger.flush(); }

}  // namespace etl
