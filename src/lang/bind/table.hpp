#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "expr/function_spec.hpp"

namespace etl::bind {

/// Reads the tables of lookup_value: CSV files relative to the pipeline's folder, each once.
class Tables final : public PrepareContext {
  public:
    void configure(std::filesystem::path folder, bool offline) {
        folder_ = std::move(folder);
        offline_ = offline;
    }
    void set_timezone(std::string timezone) { timezone_ = std::move(timezone); }

    /// Offline: a table of two columns without rows.
    Table read_table(std::string_view address) override;
    std::string_view timezone() const override { return timezone_; }

  private:
    std::filesystem::path folder_;
    bool offline_ = false;
    std::string timezone_ = "UTC";
    std::map<std::string, Table, std::less<>> read_;
};

}  // namespace etl::bind
