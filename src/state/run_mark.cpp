#include "state/run_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "base/error.hpp"
#include "data/key.hpp"

namespace etl {

namespace {

std::filesystem::path path_in(const std::filesystem::path& state_folder) { return state_folder / "locks" / "runs"; }

struct flock byte_of(const std::string& run_id) {
    struct flock byte{};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = static_cast<off_t>(hash_bytes(run_id.data(), run_id.size()) >> 2);
    byte.l_len = 1;
    return byte;
}

}  // namespace

RunMark::RunMark(const std::filesystem::path& state_folder, const std::string& run_id) {
    const std::filesystem::path path = path_in(state_folder);
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    struct flock byte = byte_of(run_id);
    // That of the file descriptor, not of the process: a daemon has several runs.
    if (!file_ || ::fcntl(file_.get(), F_OFD_SETLK, &byte) != 0)
        throw Error("E540", path.string() + " cannot be locked: " + std::generic_category().message(errno));
}

RunMarks::RunMarks(const std::filesystem::path& state_folder)
    : file_(::open(path_in(state_folder).c_str(), O_RDONLY | O_CLOEXEC)) {}

bool RunMarks::is_alive(const std::string& run_id) const {
    struct flock byte = byte_of(run_id);
    return file_ && ::fcntl(file_.get(), F_OFD_GETLK, &byte) == 0 && byte.l_type != F_UNLCK;
}

}  // namespace etl
