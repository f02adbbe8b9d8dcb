#include "runtime/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace etl {

RunLock::RunLock(const std::filesystem::path& state_folder, const std::string& pipeline) {
    const std::filesystem::path path = state_folder / "locks" / (pipeline + ".lock");
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file_)
        throw Error("E536", "the state folder cannot be written: " + path.string() + ": " +
                                std::generic_category().message(errno));
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        char text[32] = {};
        const ssize_t size = ::pread(file_.get(), text, sizeof text - 1, 0);
        throw Error("E531",
                    "another run of `" + pipeline + "` is under way" +
                        (size > 0 ? " (process " + std::string(text, static_cast<std::size_t>(size)) + ")" : "") +
                        "; wait for its end");
    }
    const std::string process = std::to_string(::getpid());
    // Who holds it is a help for people only.
    if (::ftruncate(file_.get(), 0) == 0 && ::pwrite(file_.get(), process.data(), process.size(), 0) < 0) return;
}

}  // namespace etl
