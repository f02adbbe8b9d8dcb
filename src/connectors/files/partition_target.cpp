#include "connectors/files/partition_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"
#include "connectors/files/manifest.hpp"
#include "io/file_error.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostOpen = 64;

/// Folders and their names below `folder`, as deep as there are columns.
void list_folders(const fs::path& folder, const std::vector<std::string>& columns, std::size_t depth,
                  const std::string& below, std::vector<std::string>& found) {
    if (depth == columns.size()) {
        found.push_back(below);
        return;
    }
    std::error_code error;
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        const std::string entry = at->path().filename().string();
        std::error_code ignored;
        if (!entry.starts_with(columns[depth]) || !at->is_directory(ignored) || at->is_symlink(ignored)) continue;
        list_folders(at->path(), columns, depth + 1, below.empty() ? entry : below + "/" + entry, found);
    }
}

}  // namespace

PartitionTarget::PartitionTarget(fs::path path, std::string name, std::vector<std::string> columns, FileFrame frame)
    : path_(std::move(path)),
      name_(std::move(name)),
      columns_(std::move(columns)),
      frame_(std::move(frame)),
      swap_(path_, name_) {}

PartitionTarget::~PartitionTarget() { discard(); }

void PartitionTarget::begin() {
    if (path_ == "-") throw Error("E417", "standard output has no folders to write into; `partition by` needs a file");
    if (!lock_.take(path_.parent_path() / ("." + path_.filename().string() + ".etl-lock"), name_))
        throw Error("E531", "another run is writing " + name_ + "; wait until it has ended");
    std::error_code error;
    if (fs::exists(manifest_path(path_), error))
        throw Error("E417", name_ + " holds the rows of incremental loads, as " + name_ +
                                ".etl-state says; remove both by hand if it is to be replaced, or write to another "
                                "file");
    swap_.recover();
    if (::mkdir(swap_.folder().c_str(), 0777) != 0) throw_file_error("write", name_, errno);
}

void PartitionTarget::write(std::string_view folders, std::string_view bytes) {
    auto at = files_.find(folders);
    if (at == files_.end()) {
        at = files_.try_emplace(std::string(folders)).first;
        at->second.staged = swap_.folder() / std::to_string(files_.size());
    }
    File& file = at->second;
    open(file);
    if (file.has_rows) add(file, frame_.separator);
    file.has_rows = true;
    add(file, bytes);
}

/// Only so many are open at a time; a packed file gets another member when it is opened again.
void PartitionTarget::open(File& file) {
    if (file.file) {
        open_.splice(open_.begin(), open_, file.open);
        return;
    }
    if (open_.size() == kMostOpen) close(*open_.back());
    file.file = FileDescriptor(::open(file.staged.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!file.file) throw_file_error("write", name_, errno);
    open_.push_front(&file);
    file.open = open_.begin();
    if (file.is_begun) return;
    file.is_begun = true;
    add(file, frame_.prologue);
}

void PartitionTarget::close(File& file) {
    if (!file.file) return;
    if (file.packer) file.packer->finish();
    file.packer.reset();
    file.file = FileDescriptor();
    open_.erase(file.open);
}

void PartitionTarget::add(File& file, std::string_view bytes) {
    add_packed(file.packer, packing_of(path_.native()), bytes,
               [this, &file](const char* data, std::size_t size) { put(file, data, size); });
}

void PartitionTarget::put(File& file, const char* data, std::size_t size) const {
    while (size > 0) {
        const ssize_t put = ::write(file.file.get(), data, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", name_, errno);
        data += put;
        size -= static_cast<std::size_t>(put);
    }
}

void PartitionTarget::finish() {
    for (auto& [folders, file] : files_) {
        open(file);
        add(file, frame_.epilogue);
        if (file.packer) file.packer->finish();
        file.packer.reset();
        if (::fsync(file.file.get()) != 0) throw_file_error("write", name_, errno);
        close(file);
        swap_.put(file.staged.filename().string(), folders);
    }
    // Partitions that the new rows do not have would still show the old ones.
    for (const std::string& folders : list_present())
        if (!files_.contains(folders)) swap_.remove(folders);
    swap_.prepare();
}

void PartitionTarget::publish() {
    swap_.publish();
    discard();
}

std::vector<std::string> PartitionTarget::list_present() const {
    std::vector<std::string> found;
    const fs::path base = path_.parent_path();
    list_folders(base.empty() ? fs::path(".") : base, columns_, 0, "", found);
    std::erase_if(found, [&](const std::string& folders) {
        std::error_code ignored;
        return !fs::is_regular_file(base / folders / path_.filename(), ignored);
    });
    return found;
}

void PartitionTarget::discard() noexcept {
    open_.clear();
    files_.clear();
    if (!lock_) return;
    swap_.give_up();
    lock_.release();
}

}  // namespace etl
