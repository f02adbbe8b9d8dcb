#include "io/sync_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "io/file_descriptor.hpp"

namespace etl {

int sync_folder(const std::filesystem::path& folder) {
    const FileDescriptor file(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file && ::fsync(file.get()) == 0) return 0;
    return errno == EINVAL || errno == ENOTSUP || errno == EACCES ? 0 : errno;
}

int make_durable_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return 0;
    std::filesystem::create_directories(folder, error);
    if (error) return error.value();
    const int reason = sync_folder(folder.parent_path());
    return reason != 0 ? reason : sync_folder(folder.parent_path().parent_path());
}

}  // namespace etl
