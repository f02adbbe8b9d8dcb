#include "connectors/files/partition_append.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"
#include "connectors/files/partition_swap.hpp"
#include "connectors/files/same_header.hpp"
#include "io/file_error.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostOpen = 64;

/// 0 where there is no such file.
std::uint64_t size_of(const fs::path& path) {
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(path, missing);
    return missing ? 0 : size;
}

}  // namespace

PartitionAppend::PartitionAppend(fs::path path, std::string name, std::string pipeline, std::string prologue)
    : path_(std::move(path)), name_(std::move(name)), pipeline_(std::move(pipeline)), prologue_(std::move(prologue)) {}

PartitionAppend::~PartitionAppend() { discard(); }

fs::path PartitionAppend::path_of(const std::string& folders) const {
    return path_.parent_path() / folders / path_.filename();
}

std::string PartitionAppend::name_of(const std::string& folders) const {
    return folders + "/" + path_.filename().string();
}

std::vector<StoredPosition> PartitionAppend::begin() {
    if (path_ == "-") throw Error("E417", "standard output has no folders to write into; `partition by` needs a file");
    if (!lock_.take(path_.parent_path() / ("." + path_.filename().string() + ".etl-lock"), name_))
        throw Error("E531", "another run is writing " + name_ + "; wait until it has ended");
    PartitionSwap(path_, name_).recover();
    remove_unfinished_manifest(path_);
    if (auto manifest = read_manifest(path_, name_)) {
        committed_ = std::move(*manifest);
        has_manifest_ = true;
        if (committed_.length > 0)
            throw Error("E417", name_ + " was loaded without `partition by`; take that away, or write to another file");
    }
    for (const auto& [folders, length] : committed_.parts) cut_to_commit(folders, length);
    ++committed_.epoch;
    committed_.has_ended = false;
    if (has_manifest_) write_manifest(path_, committed_, name_);
    is_begun_ = true;
    return committed_.positions_of(pipeline_);
}

void PartitionAppend::cut_to_commit(const std::string& folders, std::uint64_t length) const {
    const fs::path path = path_of(folders);
    const std::uint64_t size = size_of(path);
    if (size < length || (size > length && committed_.has_ended))
        throw Error("E533", name_of(folders) + " was changed by another program: it has " + std::to_string(size) +
                                " bytes, but " + std::to_string(length) +
                                " were loaded into it; put it back as it was, or remove all partitions and " + name_ +
                                ".etl-state to load everything again");
    if (length == 0) return remove(path);
    if (size > length && ::truncate(path.c_str(), static_cast<off_t>(length)) != 0)
        throw_file_error("write", name_of(folders), errno);
}

/// Of a partition that was never committed; folders that hold nothing else go, too.
void PartitionAppend::remove(const fs::path& path) const {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return;
    for (fs::path folder = path.parent_path(); folder != path_.parent_path(); folder = folder.parent_path())
        if (::rmdir(folder.c_str()) != 0) return;
}

void PartitionAppend::expect(const std::vector<std::string>& folders) {
    Manifest next = committed_;
    for (const std::string& one : folders)
        if (!next.parts.contains(one)) next.parts[one] = size_of(path_of(one));
    if (has_manifest_ && next.parts.size() == committed_.parts.size()) return;
    write_manifest(path_, next, name_);
    has_manifest_ = true;
    committed_ = std::move(next);
}

void PartitionAppend::write(std::string_view folders, std::string_view bytes) {
    auto at = files_.find(folders);
    if (at == files_.end()) {
        at = files_.try_emplace(std::string(folders)).first;
        at->second.folders = folders;
        at->second.length = committed_.parts.at(at->first);
    }
    open(at->second);
    add(at->second, bytes);
}

/// Only so many are open at a time; a packed file gets another member when it is opened again.
void PartitionAppend::open(File& file) {
    if (file.file) {
        open_.splice(open_.begin(), open_, file.open);
        return;
    }
    if (open_.size() == kMostOpen) close(*open_.back());
    const fs::path path = path_of(file.folders);
    if (!file.is_checked) {
        if (file.length > 0) check_same_header({path, name_of(file.folders)}, prologue_);
        std::error_code error;
        fs::create_directories(path.parent_path(), error);
        if (error) throw_file_error("write", name_of(file.folders), error.value());
        const fs::path base = path_.parent_path();
        for (fs::path made = path.parent_path(); made != base && made.has_relative_path(); made = made.parent_path())
            made_.insert(made);
        made_.insert(base);
        file.is_checked = true;
    }
    file.file = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file.file) throw_file_error("write", name_of(file.folders), errno);
    open_.push_front(&file);
    file.open = open_.begin();
    if (file.length == 0) add(file, prologue_);
}

/// What was written is durable.
void PartitionAppend::close(File& file) {
    if (file.packer) file.packer->finish();
    file.packer.reset();
    if (::fsync(file.file.get()) != 0) throw_file_error("write", name_of(file.folders), errno);
    file.file = FileDescriptor();
    open_.erase(file.open);
}

void PartitionAppend::add(File& file, std::string_view bytes) {
    add_packed(file.packer, packing_of(path_.native()), bytes,
               [this, &file](const char* data, std::size_t size) { put(file, data, size); });
}

void PartitionAppend::put(File& file, const char* data, std::size_t size) const {
    while (size > 0) {
        const ssize_t put = ::pwrite(file.file.get(), data, size, static_cast<off_t>(file.length));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", name_of(file.folders), errno);
        data += put;
        size -= static_cast<std::size_t>(put);
        file.length += static_cast<std::uint64_t>(put);
    }
}

void PartitionAppend::flush() {
    while (!open_.empty()) close(*open_.back());
    for (const fs::path& folder : made_)
        if (const int reason = sync_folder(folder); reason != 0) throw_file_error("write", name_, reason);
    made_.clear();
}

void PartitionAppend::commit(std::span<const StoredPosition> positions, bool last) {
    flush();
    if (has_manifest_) {
        const auto current = read_manifest(path_, name_);
        if (!current || current->epoch != committed_.epoch)
            throw Error("E530", "another run has taken " + name_ +
                                    " over; this one adds nothing to it any more, and what it had not yet committed is "
                                    "left to the other");
    }
    Manifest next = committed_;
    for (const auto& [folders, file] : files_) next.parts[folders] = file.length;
    next.has_ended = last;
    next.store(pipeline_, positions);
    write_manifest(path_, next, name_);
    committed_ = std::move(next);
    has_manifest_ = true;
}

void PartitionAppend::end() noexcept {
    open_.clear();
    files_.clear();
    lock_.release();
}

void PartitionAppend::discard() noexcept {
    if (!lock_) return;
    try {
        auto current = is_begun_ ? read_manifest(path_, name_) : std::nullopt;
        if (current && current->epoch == committed_.epoch) {
            for (const auto& [folders, length] : current->parts) cut_to_commit(folders, length);
            if (current->positions.empty()) {
                ::unlink(manifest_path(path_).c_str());
            } else {
                current->has_ended = true;
                write_manifest(path_, *current, name_);
            }
        }
    } catch (...) {
        // The next run cuts what is left.
        errno = 0;
    }
    end();
}

}  // namespace etl
