#include "io/sync_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "io/file_descriptor.hpp"

namespace etl {

int sync_folder(const std::filesystem::path& folder) {
    const FileDescriptor file(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file && ::fsync(file.get()) == 0) return 0;
    return errno == EINVAL || errno == ENOTSUP || errno == EACCES ? 0 : errno;
}

}  // namespace etl
