#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace etl {

/// The run cannot go on. Thrown anywhere, caught where a stage's worker or a tool's main begins.
/// The message names the file, server or limit concerned and never holds a secret.
class Error : public std::runtime_error {
  public:
    /// code: "E4xx" files, sources and targets, "E5xx" the run itself (memory, disk, balance, cancellation).
    Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}

    const std::string& code() const noexcept { return code_; }

  private:
    std::string code_;
};

}  // namespace etl
