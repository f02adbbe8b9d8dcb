#include "connectors/files/partition_swap.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_error.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

constexpr const char* kJournal = "journal";  // what is to be done
constexpr const char* kUndo = "undo";        // the same, when it is to be undone
constexpr const char* kInWork = "journal.inwork";
constexpr std::string_view kKinds = "nor";

bool is_there(const fs::path& path) {
    struct stat state{};
    return ::lstat(path.c_str(), &state) == 0;
}

}  // namespace

PartitionSwap::PartitionSwap(fs::path path, std::string name)
    : path_(std::move(path)),
      name_(std::move(name)),
      folder_(path_.parent_path() / ("." + path_.filename().string() + ".etl-parts")) {}

fs::path PartitionSwap::place_of(const Entry& entry) const {
    return path_.parent_path() / entry.folders / path_.filename();
}

std::string PartitionSwap::name_of(const Entry& entry) const { return entry.folders + "/" + path_.filename().string(); }

void PartitionSwap::fail(const Entry& entry, int reason) const {
    throw_file_error(entry.kind == Kind::removed ? "remove" : "write", name_of(entry), reason);
}

void PartitionSwap::put(std::string number, const std::string& folders) {
    Entry entry{Kind::is_new, std::move(number), folders};
    if (is_there(place_of(entry))) entry.kind = Kind::replaced;
    entries_.push_back(std::move(entry));
}

void PartitionSwap::remove(const std::string& folders) {
    entries_.push_back({Kind::removed, "r" + std::to_string(entries_.size()), folders});
}

void PartitionSwap::publish() {
    begin_journal();
    may_remove_ = false;
    try {
        go_forward();
    } catch (...) {
        may_remove_ = go_back();
        throw;
    }
    may_remove_ = true;
    give_up();
}

void PartitionSwap::recover() {
    if (read_journal(kUndo)) {
        if (!go_back()) throw_file_error("write", name_, errno != 0 ? errno : EIO);
    } else if (read_journal(kJournal)) {
        go_forward();
    }
    entries_.clear();
    may_remove_ = true;
    give_up();
}

void PartitionSwap::prepare() {
    const fs::path unfinished = folder_ / kInWork;
    const FileDescriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file) throw_file_error("write", name_, errno);
    std::string text;
    for (const Entry& entry : entries_)
        text += std::string(1, static_cast<char>(entry.kind)) + " " + entry.number + " " + entry.folders + "\n";
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t put = ::write(file.get(), text.data() + done, text.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", name_, errno);
        done += static_cast<std::size_t>(put);
    }
    if (::fsync(file.get()) != 0) throw_file_error("write", name_, errno);
    if (const int reason = sync_folder(folder_); reason != 0) throw_file_error("write", name_, reason);
}

/// From its name on all is done, sooner or later.
void PartitionSwap::begin_journal() const {
    if (::rename((folder_ / kInWork).c_str(), (folder_ / kJournal).c_str()) != 0)
        throw_file_error("write", name_, errno);
    int reason = sync_folder(folder_);
    if (reason == 0) reason = sync_folder(folder_.parent_path());
    if (reason == 0) return;
    ::unlink((folder_ / kJournal).c_str());
    throw_file_error("write", name_, reason);
}

/// False: there is none.
bool PartitionSwap::read_journal(const char* file) {
    std::ifstream in(folder_ / file, std::ios::binary);
    if (!in.is_open()) return false;
    entries_.clear();
    for (std::string line; std::getline(in, line);) {
        const std::size_t behind = line.find(' ', 2);
        const bool is_known = line.size() > 2 && kKinds.find(line[0]) != std::string_view::npos && line[1] == ' ';
        if (!is_known || behind == std::string::npos)
            throw Error("E533", name_ + ": " + (folder_ / file).string() +
                                    ", which tells what a run has begun to put into its place, is broken; remove "
                                    "its folder, and load again");
        entries_.push_back({static_cast<Kind>(line[0]), line.substr(2, behind - 2), line.substr(behind + 1)});
    }
    if (in.bad()) throw_file_error("read", name_, EIO);
    return true;
}

void PartitionSwap::make_place(const Entry& entry) {
    const fs::path base = path_.parent_path();
    std::error_code error;
    fs::create_directories(base / entry.folders, error);
    if (error) fail(entry, error.value());
    for (fs::path made = base / entry.folders; made != base && made.has_relative_path(); made = made.parent_path())
        changed_.insert(made);
}

/// Under a second name, so that the place is never empty.
void PartitionSwap::keep_old(const Entry& entry) const {
    const fs::path place = place_of(entry);
    std::error_code ignored;
    if (fs::is_directory(fs::symlink_status(place, ignored))) fail(entry, EISDIR);
    if (::link(place.c_str(), kept(entry).c_str()) == 0 || errno == EEXIST || errno == ENOENT) return;
    const bool cannot_link = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
    if (!cannot_link || (::rename(place.c_str(), kept(entry).c_str()) != 0 && errno != ENOENT)) fail(entry, errno);
}

/// Of what is done already nothing is done again.
void PartitionSwap::go_forward() {
    for (const Entry& entry : entries_) {
        const fs::path place = place_of(entry);
        if (entry.kind == Kind::removed) {
            if (::rename(place.c_str(), kept(entry).c_str()) != 0 && errno != ENOENT) fail(entry, errno);
            remove_empty(place.parent_path());
        } else if (is_there(staged(entry))) {
            make_place(entry);
            if (entry.kind == Kind::replaced) keep_old(entry);
            if (::rename(staged(entry).c_str(), place.c_str()) != 0) fail(entry, errno);
        } else {
            changed_.insert(place.parent_path());
        }
    }
    sync_all();
}

/// False: the rest is for the next run, which goes forward unless the undoing had begun.
bool PartitionSwap::go_back() noexcept {
    try {
        ::rename((folder_ / kJournal).c_str(), (folder_ / kUndo).c_str());
        if (!is_there(folder_ / kUndo) || sync_folder(folder_) != 0) return false;
        if (!std::all_of(entries_.rbegin(), entries_.rend(), [this](const Entry& entry) { return undo(entry); }))
            return false;
        sync_all();
        return ::unlink((folder_ / kUndo).c_str()) == 0;
    } catch (...) {
        return false;
    }
}

bool PartitionSwap::undo(const Entry& entry) {
    const fs::path place = place_of(entry);
    if (entry.kind == Kind::is_new) {
        if (!is_there(staged(entry)) && ::unlink(place.c_str()) != 0 && errno != ENOENT) return false;
        remove_empty(place.parent_path());
        return true;
    }
    if (!is_there(kept(entry))) return true;
    make_place(entry);
    return ::rename(kept(entry).c_str(), place.c_str()) == 0;
}

/// Folders that hold nothing else go, too.
void PartitionSwap::remove_empty(fs::path folder) {
    const fs::path base = path_.parent_path();
    for (; folder != base && (::rmdir(folder.c_str()) == 0 || errno == ENOENT); folder = folder.parent_path()) continue;
    changed_.insert(folder);
}

void PartitionSwap::sync_all() {
    changed_.insert(path_.parent_path());
    for (const fs::path& folder : changed_) {
        if (!folder.empty() && !is_there(folder)) continue;
        if (const int reason = sync_folder(folder); reason != 0) throw_file_error("write", name_, reason);
    }
    changed_.clear();
}

/// The journal first: it counts as long as it is there.
void PartitionSwap::give_up() noexcept {
    if (!may_remove_) return;
    std::error_code ignored;
    ::unlink((folder_ / kJournal).c_str());
    fs::remove_all(folder_, ignored);
}

}  // namespace etl
