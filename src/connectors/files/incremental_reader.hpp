#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "connectors/files/file_plan.hpp"

namespace etl {

/// Names of files by their numbers, as a reader opens them. Thread-safe.
class OpenedNames {
  public:
    void add(const std::string& name) {
        const std::lock_guard lock(mutex_);
        names_.push_back(name);
    }
    std::string name(std::uint32_t file) const {
        const std::lock_guard lock(mutex_);
        return file < names_.size() ? names_[file] : "";
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
};

struct IncrementalFiles {
    FilePlan plan;
    Incremental clause;
    TextSettings text;
    std::uint32_t source = 0;
    std::shared_ptr<OpenedNames> names;
};

/// Reads what is planned; its position is what was loaded of each file, ever.
std::unique_ptr<Reader> make_incremental_reader(IncrementalFiles files, Decoder& decoder, RunContext& run);

}  // namespace etl
