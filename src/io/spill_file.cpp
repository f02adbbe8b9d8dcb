#include "io/spill_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/error.hpp"
#include "io/file_error.hpp"
#include "io/lz4_block.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostAtOnce_bytes = 1UL << 30;

/// A file without a name; where the file system has none, one whose name is gone at once.
int open_nameless(const std::filesystem::path& folder) {
#ifdef O_TMPFILE
    const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return nameless;
#endif
    std::string path = (folder / "spill-XXXXXX").string();
    const int named = ::mkostemp(path.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(path.c_str());
    return named;
}

}  // namespace

SpillFile::SpillFile(const std::filesystem::path& folder) : name_("the spill folder " + folder.string()) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw_file_error("make", name_, error.value());
    file_ = FileDescriptor(open_nameless(folder));
    if (!file_) throw_file_error("write into", name_, errno);
}

SpilledBlock SpillFile::append(std::span<const char> raw) {
    packed_.resize(most_packed_bytes(raw.size()));
    const std::size_t packed = pack_block(raw, packed_.data());
    const char* from = packed == 0 ? raw.data() : packed_.data();
    const SpilledBlock block{size_bytes_, raw.size(), packed == 0 ? raw.size() : packed};
    for (std::uint64_t done = 0; done < block.packed_bytes;) {
        const std::size_t bytes = std::min<std::uint64_t>(block.packed_bytes - done, kMostAtOnce_bytes);
        const ssize_t written = ::pwrite(file_.get(), from + done, bytes, static_cast<off_t>(block.offset + done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) throw_file_error("write into", name_, written == 0 ? ENOSPC : errno);
        done += static_cast<std::uint64_t>(written);
    }
    size_bytes_ += block.packed_bytes;
    return block;
}

void SpillFile::read(const SpilledBlock& block, char* raw, std::vector<char>& packed) const {
    const bool is_packed = block.packed_bytes != block.raw_bytes;
    if (is_packed && packed.size() < block.packed_bytes) packed.resize(block.packed_bytes);
    char* const to = is_packed ? packed.data() : raw;
    for (std::uint64_t done = 0; done < block.packed_bytes;) {
        const std::size_t bytes = std::min<std::uint64_t>(block.packed_bytes - done, kMostAtOnce_bytes);
        const ssize_t got = ::pread(file_.get(), to + done, bytes, static_cast<off_t>(block.offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw_file_error("read from", name_, got == 0 ? EIO : errno);
        done += static_cast<std::uint64_t>(got);
    }
    if (is_packed && !unpack_block({to, block.packed_bytes}, {raw, block.raw_bytes}))
        throw_file_error("read from", name_, EIO);
}

}  // namespace etl
