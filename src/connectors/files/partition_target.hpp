#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/partition_swap.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_lock.hpp"
#include "io/packing.hpp"

namespace etl {

/// What stands in a file around its rows.
struct FileFrame {
    std::string prologue;
    std::string separator;  // between the bytes of two write()s
    std::string epilogue;
};

/// Files of one name in folders beside a path: "in/out.csv" becomes "in/a=1/b=2/out.csv". All are staged in a folder
/// beside, and put into their places at the end, all or none; those of partitions without rows are removed then. What a
/// killed run has begun to put there the next one ends, in begin(). One run at a time.
/// All but discard() throw Error naming the file.
class PartitionTarget {
  public:
    /// columns: as they begin the folders' names, the outermost first.
    PartitionTarget(std::filesystem::path path, std::string name, std::vector<std::string> columns, FileFrame frame);
    ~PartitionTarget();
    PartitionTarget(const PartitionTarget&) = delete;
    PartitionTarget& operator=(const PartitionTarget&) = delete;

    void begin();
    void write(std::string_view folders, std::string_view bytes);
    /// Nothing more is written; all of it is on the disk.
    void finish();
    void publish();
    void discard() noexcept;

    const std::string& name() const { return name_; }

  private:
    struct File {
        std::filesystem::path staged;
        FileDescriptor file;
        std::unique_ptr<Packer> packer;
        std::list<File*>::iterator open;  // where `file` is
        bool is_begun = false;
        bool has_rows = false;
    };

    void open(File& file);
    void close(File& file);
    void put(File& file, const char* data, std::size_t size) const;
    void add(File& file, std::string_view bytes);
    std::vector<std::string> list_present() const;

    std::filesystem::path path_;
    std::string name_;
    std::vector<std::string> columns_;
    FileFrame frame_;
    PartitionSwap swap_;
    FileLock lock_;
    std::map<std::string, File, std::less<>> files_;  // by folders
    std::list<File*> open_;                           // the one written to last in front
};

}  // namespace etl
