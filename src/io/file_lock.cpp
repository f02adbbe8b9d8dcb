#include "io/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "io/file_error.hpp"

namespace etl {

namespace {

/// Whoever held a lock may have removed its file meanwhile: then it holds nobody off.
bool is_named(const FileDescriptor& file, const std::filesystem::path& path) {
    struct stat held{};
    struct stat named{};
    return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
           held.st_dev == named.st_dev;
}

}  // namespace

bool FileLock::take(const std::filesystem::path& path, const std::string& name) {
    for (;;) {
        FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
        if (!file) throw_file_error("write", name, errno);
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EINTR) continue;
            if (errno == EWOULDBLOCK) return false;
            throw_file_error("lock", name, errno);
        }
        if (!is_named(file, path)) continue;
        path_ = path;
        file_ = std::move(file);
        return true;
    }
}

void FileLock::release() noexcept {
    if (!file_) return;
    if (is_named(file_, path_)) ::unlink(path_.c_str());
    file_ = FileDescriptor();
}

}  // namespace etl
