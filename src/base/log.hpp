#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace etl {

/// Lines about what happens, a step a line, with the time in UTC. Thread-safe. Without a place to go to they vanish.
class Log {
  public:
    Log();
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Also into that file, at whose end they are put; makes its folders. False: it cannot be written.
    bool add_file(const std::filesystem::path& path);
    /// Also onto standard error.
    void add_stderr();

    void info(std::string_view line);
    void warning(std::string_view line);
    void error(std::string_view line);
    void flush();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace etl
