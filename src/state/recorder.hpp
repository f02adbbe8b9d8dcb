#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "state/run_mark.hpp"
#include "state/run_store.hpp"

namespace etl {

/// Puts a run into the history of its state folder, and old ones out of it. It never throws: a load must not fail for
/// its record.
class Recorder {
  public:
    Recorder(std::filesystem::path state_folder, Retention retention)
        : folder_(std::move(state_folder)), retention_(retention) {}

    void begin(const RunStart& start) noexcept;
    void end(const RunReport& report) noexcept;
    /// Why the run is not in the history, or not as it should be; empty: it is.
    const std::string& trouble() const { return trouble_; }

  private:
    void give_up(const std::string& why);

    std::filesystem::path folder_;
    Retention retention_;
    RunStart start_;
    std::int64_t id_ = 0;
    std::unique_ptr<StateFile> file_;
    std::optional<RunMark> mark_;
    std::string trouble_;
};

}  // namespace etl
