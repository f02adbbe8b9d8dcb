#include "runtime/reject_journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace {

constexpr std::size_t kBuffer_bytes = 1 << 20;

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
    throw Error("E520", path.string() + ": the rejects cannot be written: " + std::generic_category().message(reason));
}

/// Cut, durable, and under its name; gone where nothing is left of it.
std::filesystem::path end_journal(const std::filesystem::path& open, const std::filesystem::path& ended,
                                  std::uint64_t bytes) {
    if (bytes == 0) {
        if (::unlink(open.c_str()) != 0 && errno != ENOENT) fail(open, errno);
        return {};
    }
    if (::truncate(open.c_str(), static_cast<off_t>(bytes)) != 0) fail(open, errno);
    if (::rename(open.c_str(), ended.c_str()) != 0) fail(ended, errno);
    if (const int reason = sync_folder(ended.parent_path()); reason != 0) fail(ended, reason);
    return ended;
}

}  // namespace

RejectJournal::RejectJournal(const std::filesystem::path& state_folder, const std::string& name, const std::string& run,
                             bool is_loaded)
    : folder_(state_folder / "rejects"), suffix_(".jsonl." + name + ".open"), run_(run), is_loaded_(is_loaded) {}

void RejectJournal::recover(const std::function<std::uint64_t(const std::string&)>& kept_bytes) const {
    std::vector<std::string> runs;
    std::error_code ignored;
    for (std::filesystem::directory_iterator at(folder_, ignored);
         !ignored && at != std::filesystem::directory_iterator(); at.increment(ignored)) {
        const std::string name = at->path().filename().string();
        if (name.size() > suffix_.size() && name.ends_with(suffix_))
            runs.push_back(name.substr(0, name.size() - suffix_.size()));
    }
    for (const std::string& run : runs)
        end_journal(folder_ / (run + suffix_), folder_ / (run + ".jsonl"), kept_bytes(run));
}

std::uint64_t RejectJournal::append(RejectLog& log) {
    if (!log.has_new()) return bytes_;
    const std::filesystem::path path = folder_ / (run_ + suffix_);
    if (!file_) {
        if (const int reason = make_durable_folder(folder_); reason != 0) fail(path, reason);
        file_ = FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
        if (!file_) fail(path, errno);
    }
    const bool is_new = bytes_ == 0;
    std::string buffer;
    const auto flush = [&] {
        for (std::size_t done = 0; done < buffer.size();) {
            const ssize_t put = ::write(file_.get(), buffer.data() + done, buffer.size() - done);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) fail(path, errno);
            done += static_cast<std::size_t>(put);
        }
        bytes_ += buffer.size();
        buffer.clear();
    };
    log.for_each_new(is_loaded_, [&](const std::string& line) {
        buffer += line;
        ++rows_;
        if (buffer.size() >= kBuffer_bytes) flush();
    });
    flush();
    if (::fsync(file_.get()) != 0) fail(path, errno);
    if (const int reason = is_new ? sync_folder(folder_) : 0; reason != 0) fail(path, reason);
    return bytes_;
}

std::filesystem::path RejectJournal::finish(std::uint64_t bytes) {
    if (!file_) return {};
    file_ = FileDescriptor();
    return end_journal(folder_ / (run_ + suffix_), folder_ / (run_ + ".jsonl"), bytes);
}

}  // namespace etl
