#include "io/file_target.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "base/error.hpp"
#include "io/file_error.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kSendStep_bytes = 8ULL << 20;
constexpr std::string_view kInfix = ".etl-";

std::string temporary_prefix(const fs::path& path) { return "." + path.filename().string() + std::string(kInfix); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// Six letters or digits behind the prefix.
bool is_temporary(std::string_view entry, std::string_view prefix) {
    if (entry.size() != prefix.size() + 6 || !entry.starts_with(prefix)) return false;
    const auto tail = entry.substr(prefix.size());
    return std::all_of(tail.begin(), tail.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::string random_suffix() {
    static constexpr std::string_view kSigns = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device device;
    std::string suffix;
    for (int i = 0; i < 6; ++i) suffix.push_back(kSigns[device() % kSigns.size()]);
    return suffix;
}

}  // namespace

fs::path path_behind_link(const fs::path& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    fs::path behind = fs::weakly_canonical(path, error);
    return error ? path : behind;
}

FileTarget::FileTarget(fs::path path, std::string name) : path_(std::move(path)), name_(std::move(name)) {}

FileTarget::~FileTarget() { discard(); }

void FileTarget::begin() {
    if (path_ == "-") {
        file_ = FileDescriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
        if (!file_) throw_file_error("write", name_, errno);
    } else {
        resolve();
    }
    if (is_packed_name(path_.native()))
        packer_ =
            make_packer(packing_of(path_.native()), [this](const char* data, std::size_t size) { put(data, size); });
}

void FileTarget::resolve() {
    path_ = path_behind_link(path_);
    struct stat state{};
    const bool exists = ::stat(path_.c_str(), &state) == 0;
    if (exists && S_ISDIR(state.st_mode)) throw_file_error("write", name_, EISDIR);
    if (exists && !S_ISREG(state.st_mode)) {
        file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file_) throw_file_error("write", name_, errno);
        return;
    }
    // A file that may not be written is not replaced either, though its folder would allow it.
    if (exists && ::access(path_.c_str(), W_OK) != 0) throw_file_error("write", name_, errno);
    remove_stale();
    open_temporary();
    if (exists) ::fchmod(file_.get(), state.st_mode & 07777);
}

void FileTarget::open_temporary() {
    for (int attempt = 0; attempt < 100; ++attempt) {
        fs::path candidate = folder_of(path_) / (temporary_prefix(path_) + random_suffix());
        file_ = FileDescriptor(::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
        if (file_) {
            // The lock tells others that this run is still going on. One that began just now may have been quicker,
            // and taken the file for one left behind.
            ::flock(file_.get(), LOCK_EX);
            struct stat state{};
            if (::fstat(file_.get(), &state) == 0 && state.st_nlink == 0) continue;
            temporary_ = std::move(candidate);
            return;
        }
        if (errno == EACCES)
            throw Error("E403", "cannot write " + name_ + ": no permission to make a file in its folder");
        if (errno != EEXIST) throw_file_error("write", name_, errno);
    }
    throw_file_error("write", name_, EEXIST);
}

void FileTarget::remove_stale() const {
    std::error_code error;
    const std::string prefix = temporary_prefix(path_);
    for (fs::directory_iterator at(folder_of(path_), error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        const std::string entry = at->path().filename().string();
        if (!is_temporary(entry, prefix)) continue;
        const FileDescriptor stale(::open(at->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (stale && ::flock(stale.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(at->path().c_str());
    }
}

void FileTarget::write(const char* data, std::size_t size) {
    if (packer_)
        packer_->add(data, size);
    else
        put(data, size);
}

void FileTarget::put(const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t put = ::write(file_.get(), data, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", name_, errno);
        data += put;
        size -= static_cast<std::size_t>(put);
        written_ += static_cast<std::uint64_t>(put);
    }
#ifdef SYNC_FILE_RANGE_WRITE
    // What must be on the disk at the end is sent there from the beginning, so that publish() waits for little.
    if (!temporary_.empty() && written_ - sent_ >= kSendStep_bytes) {
        ::sync_file_range(file_.get(), static_cast<off_t>(sent_), static_cast<off_t>(written_ - sent_),
                          SYNC_FILE_RANGE_WRITE);
        sent_ = written_;
    }
#endif
}

void FileTarget::finish() {
    if (packer_) packer_->finish();
    packer_.reset();
    if (!temporary_.empty() && ::fsync(file_.get()) != 0) throw_file_error("write", name_, errno);
}

void FileTarget::publish() {
    if (temporary_.empty()) {
        file_ = FileDescriptor();
        return;
    }
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) throw_file_error("write", name_, errno);
    temporary_.clear();
    file_ = FileDescriptor();
    if (const int reason = sync_folder(folder_of(path_)); reason != 0) throw_file_error("write", name_, reason);
}

void FileTarget::discard() noexcept {
    packer_.reset();
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
    file_ = FileDescriptor();
}

}  // namespace etl
