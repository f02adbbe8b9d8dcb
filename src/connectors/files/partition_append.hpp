#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/manifest.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_lock.hpp"
#include "io/packing.hpp"

namespace etl {

/// Files of one name in folders beside a path, which grow together from commit to commit; one manifest, beside the
/// path, tells how far. All but discard() throw Error naming the file.
class PartitionAppend {
  public:
    PartitionAppend(std::filesystem::path path, std::string name, std::string pipeline, std::string prologue);
    ~PartitionAppend();
    PartitionAppend(const PartitionAppend&) = delete;
    PartitionAppend& operator=(const PartitionAppend&) = delete;

    std::vector<StoredPosition> begin();
    /// Before the first write() for these: the manifest knows what to cut if the run is killed.
    void expect(const std::vector<std::string>& folders);
    void write(std::string_view folders, std::string_view bytes);
    void flush();
    void commit(std::span<const StoredPosition> positions, bool last);
    void end() noexcept;
    void discard() noexcept;

    const std::string& name() const { return name_; }

  private:
    struct File {
        std::string folders;
        std::uint64_t length = 0;
        FileDescriptor file;
        std::unique_ptr<Packer> packer;
        std::list<File*>::iterator open;  // where `file` is
        bool is_checked = false;
    };

    std::filesystem::path path_of(const std::string& folders) const;
    std::string name_of(const std::string& folders) const;
    void cut_to_commit(const std::string& folders, std::uint64_t length) const;
    void remove(const std::filesystem::path& path) const;
    void open(File& file);
    void close(File& file);
    void add(File& file, std::string_view bytes);
    void put(File& file, const char* data, std::size_t size) const;

    std::filesystem::path path_;
    std::string name_;
    std::string pipeline_;
    std::string prologue_;
    FileLock lock_;
    Manifest committed_;
    bool has_manifest_ = false;
    bool is_begun_ = false;
    std::map<std::string, File, std::less<>> files_;
    std::list<File*> open_;                 // the one written to last in front
    std::set<std::filesystem::path> made_;  // folders that hold new names
};

}  // namespace etl
