#include "io/file_error.hpp"

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace etl {

/// E439 is what may pass by itself.
void throw_file_error(const char* action, const std::string& name, int error_number) {
    const std::string begin = std::string("cannot ") + action + " " + name + ": ";
    switch (error_number) {
        case ENOENT: throw Error("E401", begin + "no such file or folder");
        case ENOTDIR: throw Error("E401", begin + "a part of its path is no folder");
        case EISDIR: throw Error("E402", begin + "it is a directory");
        case EACCES:
        case EPERM: throw Error("E403", begin + "no permission");
        case EROFS: throw Error("E403", begin + "the file system is read-only");
        case ENOSPC: throw Error("E405", begin + "the disk is full");
        case EDQUOT: throw Error("E405", begin + "the disk quota is used up");
        case EFBIG: throw Error("E405", begin + "it would become larger than is allowed");
        case EBADF: throw Error("E404", begin + "it is closed");
        case EPIPE: throw Error("E404", begin + "its reader has gone");
        case EAGAIN:
        case EBUSY:
        case EMFILE:
        case ENFILE:
        case ENOLCK:
        case ESTALE:
        case ETIMEDOUT:
        case ECONNABORTED:
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENETDOWN:
        case ENETRESET:
        case ENETUNREACH:
        case EREMOTEIO: throw Error("E439", begin + std::generic_category().message(error_number));
        default: throw Error("E404", begin + std::generic_category().message(error_number));
    }
}

}  // namespace etl
