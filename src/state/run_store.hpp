#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "state/run_report.hpp"
#include "state/state_file.hpp"

namespace etl {

/// The runs in a state file. Each carries a checksum over all that is told of it: a number that was changed is not
/// read. Throws Error as StateFile does.
class RunStore {
  public:
    explicit RunStore(StateFile& file) : file_(file), database_(file.database()) {}

    /// Returns its id.
    std::int64_t begin(const RunStart& start);
    void end(std::int64_t id, const RunStart& start, const RunReport& report);

    /// All, or those of a pipeline's name or of a .etl file's path, in the order in which they began. `is_alive` is not
    /// known here.
    std::vector<PastRun> runs(const std::string& pipeline_or_file = {});
    /// Those whose run ids begin so.
    std::vector<PastRun> runs_called(const std::string& prefix);

    struct Entry {
        std::int64_t id = 0;
        std::string run_id;
        bool has_ended = false;
    };
    /// Of the pipeline, all but the last `keep`.
    std::vector<Entry> surplus_runs(const std::string& pipeline, std::uint64_t keep);
    /// Those at the beginning of the history that began before that time.
    std::vector<Entry> runs_before(std::int64_t time_us);
    void remove(const std::vector<std::int64_t>& ids);

  private:
    void in_transaction(const std::function<void()>& body);
    template <typename Body>
    auto guarded(const Body& body);
    void write_parts(std::int64_t id, const RunReport& report);
    std::vector<PastRun> read(const std::string& condition, const std::vector<std::string>& values);
    PastRun read_run(const SqliteStatement& row);
    void read_parts(std::int64_t id, RunReport& report);

    StateFile& file_;
    SqliteDatabase& database_;
};

}  // namespace etl
