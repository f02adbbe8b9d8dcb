#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json_writer.hpp"
#include "component/stage.hpp"
#include "plan/plan.hpp"

namespace etl {

/// A refused row, as people are shown it.
struct RejectRecord {
    std::string stage;
    std::string place;  // "orders.etl:24": what refused it; empty: not known
    std::string column;
    std::string value;
    std::string reason;
    std::string file;
    std::uint64_t line = 0;  // 0: not known
    std::string shard;
    std::string row;
    std::uint32_t node = 0;    // of the plan: what refused it
    std::uint32_t source = 0;  // as in its origin
    std::uint32_t file_number = 0;
    RowForm form = RowForm::incomplete;
};

/// Puts refused rows into words, and into lines of JSON with all that `--replay` takes to send them through again.
class RejectLines {
  public:
    RejectLines(const Plan& plan, const RunContext& run) : plan_(plan), run_(run) {}

    RejectRecord record_of(const Reject& reject, const std::string& shard) const;
    /// With its line end. The lines of a file of rejects are asked for in order: the first of all tells whether what
    /// was not refused is in the targets whatever becomes of the run, the first of each file that was read tells its
    /// head.
    std::string line(const RejectRecord& record, bool is_loaded);

  private:
    std::pair<std::uint32_t, std::uint32_t> place_in_flow(std::uint32_t node) const;
    void add_way(JsonWriter& json, const RejectRecord& record, bool is_loaded);

    const Plan& plan_;
    const RunContext& run_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> headed_;  // source and file: a line has told their head
    bool is_first_ = true;
};

/// The run whose rejects these are has published what it loaded: its rejects may be sent through again. Durable on
/// return, as is the next. False: the file cannot be written, so they may not.
bool mark_rejects_loaded(const std::filesystem::path& path);
/// A run of the pipeline reads again what runs before have read: their rejects are to come by it. Throws Error E520.
void mark_rejects_outdated(const std::filesystem::path& folder, const std::string& pipeline);

}  // namespace etl
