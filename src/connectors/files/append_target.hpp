#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/files/manifest.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_lock.hpp"
#include "io/packing.hpp"

namespace etl {

struct AppendSettings {
    std::filesystem::path path;
    std::string name;      // as a person knows it
    std::string pipeline;  // whose positions are meant
    std::string prologue;  // what the file begins with
    bool full = false;     // starts again from nothing, in the file's place at the first commit
    bool is_utf8 = true;
};

/// A file that grows from commit to commit; a killed run leaves bytes behind the last one, which the next run cuts off.
/// What another program has added is never cut: E533.
/// One run at a time. All but discard() throw Error naming the file.
class AppendTarget {
  public:
    explicit AppendTarget(AppendSettings settings);
    ~AppendTarget();
    AppendTarget(const AppendTarget&) = delete;
    AppendTarget& operator=(const AppendTarget&) = delete;

    /// Takes the target over and puts it into the state of its last commit. E530 to E533 as they are known for targets.
    std::vector<StoredPosition> begin();
    void write(const char* data, std::size_t size);
    /// What was written so far is on the disk.
    void flush();
    /// What was written so far and the positions are durable together. `last`: nothing more is written.
    void commit(std::span<const StoredPosition> positions, bool last);
    /// Behind the last commit.
    void end() noexcept;
    /// Back to the last commit.
    void discard() noexcept;

    const std::string& name() const { return settings_.name; }

  private:
    void take_lock();
    void read_state();
    void finish_swap();
    void cut_to_commit();
    bool lacks_line_end() const;
    void open_staged();
    void start();
    void put(const char* data, std::size_t size);
    void check_epoch() const;
    void undo_first(const Manifest& current) noexcept;
    std::filesystem::path staged_path() const;

    AppendSettings settings_;
    FileLock lock_;
    FileDescriptor file_;
    std::unique_ptr<Packer> packer_;
    Manifest committed_;
    std::uint64_t length_ = 0;   // of the file as it is written
    bool file_exists_ = false;   // before the run
    bool has_manifest_ = false;  // on the disk
    bool was_unknown_ = false;   // there was no manifest before the run, and nothing is committed yet
    bool is_begun_ = false;      // the target is ours
    bool is_started_ = false;    // something was written
    bool is_staged_ = false;     // it is not yet in its place
    unsigned mode_ = 0666;       // of the file that was there
};

}  // namespace etl
