#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "component/stage.hpp"
#include "data/batch.hpp"
#include "plan/plan.hpp"
#include "runtime/reject_lines.hpp"

namespace etl {

/// Where in the order of a run rows were refused.
struct RejectPlace {
    std::uint32_t driver = 0;
    std::uint64_t key = 0;      // of the ticket in its driver
    bool is_of_source = false;  // the ticket's rows come as a source read them, not as a stage gave them out
};

/// What a run has refused, kept in memory and beyond that in a temporary file. Comes in as tickets settle, goes out in
/// order: driver by driver, ticket by ticket, in it row by row and for a row stage by stage. So the order is that of
/// the source, or of the blocking stage that gave the rows out, however many rows a batch has. Thread-safe.
class RejectLog {
  public:
    RejectLog(const Plan& plan, const RunContext& run) : lines_(plan, run) {}
    ~RejectLog();
    RejectLog(const RejectLog&) = delete;
    RejectLog& operator=(const RejectLog&) = delete;

    void add(RejectPlace place, const std::string& shard, std::vector<Reject>&& rejects);
    std::uint64_t size() const;
    /// How many of a reason: "validate: amount must be positive". The value refused is no part of it.
    std::map<std::string, std::uint64_t> by_reason() const;
    /// The same of the first `most` in order.
    std::map<std::string, std::uint64_t> by_reason_of_first(std::uint64_t most);
    /// In order; `wanted` chooses drivers, `most` ends it.
    void for_each(const std::function<bool(std::uint32_t driver)>& wanted, std::uint64_t most,
                  const std::function<void(const RejectRecord&)>& body);
    /// JSON Lines, durable on return. Throws Error E520. Returns how many.
    std::uint64_t write_json(const std::filesystem::path& path, const std::function<bool(std::uint32_t driver)>& wanted,
                             std::uint64_t most);

    /// Rejects have come in since the last for_each_new.
    bool has_new() const;
    /// What has come in since the last call, in order, as lines of JSON. is_loaded: see
    /// RejectLines.
    void for_each_new(bool is_loaded, const std::function<void(const std::string& line)>& body);

  private:
    struct Entry {
        RejectPlace place;
        std::uint64_t offset;
        std::uint64_t count;
    };
    void append(const RejectRecord& record);
    void move_to_file();
    RejectRecord read(std::uint64_t& offset);
    void read_entries(std::vector<Entry> entries, const std::function<bool(const RejectRecord&)>& body);
    void read_bytes(std::uint64_t offset, char* out, std::size_t size);

    RejectLines lines_;
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
    std::size_t told_ = 0;  // entries that for_each_new has given out
    std::string buffer_;    // records behind file_bytes_
    std::FILE* file_ = nullptr;
    std::uint64_t file_bytes_ = 0;
    std::uint64_t size_ = 0;
    std::map<std::string, std::uint64_t> by_reason_;
};

/// Compares a run's rejects with `max_rejects` on the way, in the order of the rows, so that the outcome does not
/// depend on the workers: a count at any time, a share of what a lane has read after 1,000 rows. Not thread-safe.
class RejectLimit {
  public:
    explicit RejectLimit(const Settings& settings) : count_(settings.max_rejects), share_(settings.max_rejects_share) {}

    bool is_set() const { return count_.has_value() || share_.has_value(); }
    /// Rows and rejects of one ticket. True: too many.
    bool add(std::uint32_t driver, std::uint32_t lane, std::uint64_t number, std::uint64_t rows, std::uint64_t rejects);
    /// At the end, by what the sources have read.
    bool is_passed(std::uint64_t rows, std::uint64_t rejects) const;
    std::string text() const;

  private:
    struct Lane {
        std::uint64_t next = 0;
        std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> waiting;  // rows, rejects by number
        std::uint64_t rows = 0;
        std::uint64_t rejects = 0;
    };
    std::optional<std::uint64_t> count_;
    std::optional<double> share_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Lane> lanes_;
    std::uint64_t rejects_ = 0;
};

}  // namespace etl
