#include "io/byte_reader.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "io/encoding.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_error.hpp"
#include "io/packing.hpp"

namespace etl {

namespace {

class FileReader : public ByteReader {
  public:
    FileReader(FileDescriptor file, bool may_wait, std::string name)
        : file_(std::move(file)), may_wait_(may_wait), name_(std::move(name)) {
        if (may_wait_) wake_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    }

    std::size_t read(char* to, std::size_t most) override {
        for (;;) {
            if (interrupted_.load(std::memory_order_acquire)) return 0;
            if (may_wait_) wait();
            if (interrupted_.load(std::memory_order_acquire)) return 0;
            const ssize_t got = ::read(file_.get(), to, most);
            if (got >= 0) {
                bytes_.fetch_add(static_cast<std::uint64_t>(got), std::memory_order_relaxed);
                return static_cast<std::size_t>(got);
            }
            if (errno != EINTR && errno != EAGAIN) throw_file_error("read", name_, errno);
        }
    }

    void interrupt() noexcept override {
        interrupted_.store(true, std::memory_order_release);
        const std::uint64_t one = 1;
        if (wake_) [[maybe_unused]]
            const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    }

    std::uint64_t bytes_read() const noexcept override { return bytes_.load(std::memory_order_relaxed); }

  private:
    /// A pipe or a terminal may give nothing for long: wait for it or for interrupt().
    void wait() {
        pollfd both[2] = {{file_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
        while (::poll(both, 2, -1) < 0)
            if (errno != EINTR) throw_file_error("read", name_, errno);
    }

    FileDescriptor file_;
    FileDescriptor wake_;
    bool may_wait_;
    std::string name_;
    std::atomic<bool> interrupted_{false};
    std::atomic<std::uint64_t> bytes_{0};
};

FileDescriptor open_to_read(const InputFile& file) {
    if (file.is_standard()) return FileDescriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    // A named pipe without a writer would not open at all; so its reads wait for one, and can be interrupted.
    return FileDescriptor(::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

struct stat state_of(const FileDescriptor& opened, const InputFile& file) {
    struct stat state{};
    if (!opened) throw_file_error("read", file.name, errno);
    if (::fstat(opened.get(), &state) != 0) throw_file_error("read", file.name, errno);
    if (S_ISDIR(state.st_mode)) throw_file_error("read", file.name, EISDIR);
    return state;
}

}  // namespace

InputFileState look_at(const InputFile& file) {
    if (file.is_standard()) return {};
    // A pipe is not opened: that would wait for its writer.
    struct stat state{};
    if (::stat(file.path.c_str(), &state) != 0) throw_file_error("read", file.name, errno);
    if (S_ISDIR(state.st_mode)) throw_file_error("read", file.name, EISDIR);
    if (::access(file.path.c_str(), R_OK) != 0) throw_file_error("read", file.name, errno);
    if (!S_ISREG(state.st_mode)) return {};
    return {static_cast<std::uint64_t>(state.st_size), true,
            std::int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec};
}

std::unique_ptr<ByteReader> open_file(const InputFile& file, std::uint64_t from_byte) {
    FileDescriptor opened = open_to_read(file);
    const bool regular = S_ISREG(state_of(opened, file).st_mode);
    if (from_byte > 0 && ::lseek(opened.get(), static_cast<off_t>(from_byte), SEEK_SET) < 0)
        throw_file_error("read", file.name, errno);
    if (regular) ::posix_fadvise(opened.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    return std::make_unique<FileReader>(std::move(opened), !regular, file.name);
}

std::string read_file(const InputFile& file) {
    const std::unique_ptr<ByteReader> reader = open_file(file);
    std::string text;
    char piece[65536];
    while (const std::size_t size = reader->read(piece, sizeof piece)) text.append(piece, size);
    return text;
}

std::unique_ptr<ByteReader> open_input(const InputFile& file, const TextSettings& settings) {
    std::unique_ptr<ByteReader> reader = open_file(file);
    reader = unpack(std::move(reader), packing_of(file.path.native()), file.name, settings.bounds);
    if (!is_utf8_name(settings.encoding)) reader = convert_to_utf8(std::move(reader), settings.encoding);
    return reader;
}

}  // namespace etl
