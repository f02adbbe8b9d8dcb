#include "connectors/files/append_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/error.hpp"
#include "connectors/files/same_header.hpp"
#include "io/byte_reader.hpp"
#include "io/file_error.hpp"
#include "io/file_target.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace fs = std::filesystem;

AppendTarget::AppendTarget(AppendSettings settings) : settings_(std::move(settings)) {}

AppendTarget::~AppendTarget() { discard(); }

fs::path AppendTarget::staged_path() const {
    return settings_.path.parent_path() / ("." + settings_.path.filename().string() + ".etl-staging");
}

std::vector<StoredPosition> AppendTarget::begin() {
    take_lock();
    read_state();
    std::vector<StoredPosition> held;
    if (settings_.full) {
        for (const Manifest::Position& position : committed_.positions)
            if (position.pipeline != settings_.pipeline)
                throw Error("E417", settings_.name + " also holds rows of the pipeline " + position.pipeline +
                                        ", which `--full` would take away; remove " + settings_.name + " and " +
                                        settings_.name + ".etl-state by hand to load all pipelines again");
    } else {
        cut_to_commit();
        if (length_ > 0) check_same_header({settings_.path, settings_.name}, settings_.prologue);
        held = committed_.positions_of(settings_.pipeline);
    }
    ++committed_.epoch;
    committed_.has_ended = false;
    is_begun_ = true;
    if (has_manifest_) write_manifest(settings_.path, committed_, settings_.name);
    if (settings_.full) open_staged();
    return held;
}

void AppendTarget::take_lock() {
    if (settings_.path == "-")
        throw Error("E417", "standard output keeps nothing from run to run; an incremental load needs a file");
    settings_.path = path_behind_link(settings_.path);
    struct stat state{};
    file_exists_ = ::stat(settings_.path.c_str(), &state) == 0;
    if (file_exists_ && S_ISDIR(state.st_mode)) throw_file_error("write", settings_.name, EISDIR);
    if (file_exists_ && !S_ISREG(state.st_mode))
        throw Error("E417", settings_.name + " is a device or a pipe, to which nothing can be added exactly once");
    if (file_exists_) mode_ = state.st_mode & 07777;
    const fs::path lock = settings_.path.parent_path() / ("." + settings_.path.filename().string() + ".etl-lock");
    if (!lock_.take(lock, settings_.name))
        throw Error("E531", "another run is writing " + settings_.name + "; wait until it has ended");
}

void AppendTarget::read_state() {
    remove_unfinished_manifest(settings_.path);
    std::optional<Manifest> manifest;
    try {
        manifest = read_manifest(settings_.path, settings_.name);
    } catch (const Error& error) {
        if (!settings_.full || error.code() != "E533") throw;
    }
    has_manifest_ = manifest.has_value();
    was_unknown_ = !has_manifest_;
    if (manifest) committed_ = std::move(*manifest);
    if (!committed_.parts.empty())
        throw Error("E417",
                    settings_.name + " was loaded with `partition by`; write that again, or write to another file");
    finish_swap();
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(settings_.path, missing);
    file_exists_ = !missing;
    if (!has_manifest_) committed_.length = file_exists_ ? size : 0;
}

/// A full load that was killed behind its first commit may have left its file in its old place.
void AppendTarget::finish_swap() {
    const fs::path staged = staged_path();
    if (committed_.staged.empty()) {
        ::unlink(staged.c_str());
        return;
    }
    // At the beginning of a run: it may have been moved, only the manifest did not yet say so.
    if (::rename(staged.c_str(), settings_.path.c_str()) != 0 && (errno != ENOENT || is_staged_))
        throw_file_error("write", settings_.name, errno);
    if (const int reason = sync_folder(settings_.path.parent_path()); reason != 0)
        throw_file_error("write", settings_.name, reason);
    committed_.staged.clear();
}

void AppendTarget::cut_to_commit() {
    length_ = committed_.length;
    if (!file_exists_ && length_ == 0) return;
    if (file_exists_) file_ = FileDescriptor(::open(settings_.path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file_exists_ && !file_) throw_file_error("write", settings_.name, errno);
    struct stat state{};
    if (file_ && ::fstat(file_.get(), &state) != 0) throw_file_error("write", settings_.name, errno);
    const auto size = static_cast<std::uint64_t>(state.st_size);
    if (size < length_ || (size > length_ && committed_.has_ended))
        throw Error("E533", settings_.name + " was changed by another program: it has " + std::to_string(size) +
                                " bytes, but " + std::to_string(length_) +
                                " were loaded into it; put it back as it was, or load everything again with `--full`");
    if (size == length_) return;
    if (::ftruncate(file_.get(), static_cast<off_t>(length_)) != 0) throw_file_error("write", settings_.name, errno);
}

/// Of what was there before the first load: a row added to it would become part of its last line.
bool AppendTarget::lacks_line_end() const {
    if (!committed_.positions.empty() || length_ == 0 || !settings_.is_utf8) return false;
    const InputFile file{settings_.path, settings_.name};
    const auto reader = is_packed_name(settings_.path.native()) ? open_input(file, {}) : open_file(file, length_ - 1);
    std::string piece(65536, '\0');
    char last = '\n';
    while (const std::size_t got = reader->read(piece.data(), piece.size())) last = piece[got - 1];
    return last != '\n';
}

void AppendTarget::open_staged() {
    const fs::path staged = staged_path();
    file_ = FileDescriptor(::open(staged.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file_) throw_file_error("write", settings_.name, errno);
    if (file_exists_) ::fchmod(file_.get(), mode_);
    length_ = 0;
    is_staged_ = true;
}

/// Before the first byte: the manifest tells the next run what to cut if this one is killed.
void AppendTarget::start() {
    is_started_ = true;
    std::string before;
    if (!is_staged_) {
        if (!has_manifest_) write_manifest(settings_.path, committed_, settings_.name);
        has_manifest_ = true;
        if (!file_) {
            file_ = FileDescriptor(::open(settings_.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
            if (!file_) throw_file_error("write", settings_.name, errno);
            if (const int reason = sync_folder(settings_.path.parent_path()); reason != 0)
                throw_file_error("write", settings_.name, reason);
        }
        if (lacks_line_end()) before = "\n";
    }
    if (length_ == 0) before = settings_.prologue;
    if (!before.empty()) write(before.data(), before.size());
}

void AppendTarget::write(const char* data, std::size_t size) {
    if (!is_started_) start();
    add_packed(packer_, packing_of(settings_.path.native()), {data, size},
               [this](const char* made, std::size_t n) { put(made, n); });
}

void AppendTarget::put(const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t put = ::pwrite(file_.get(), data, size, static_cast<off_t>(length_));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", settings_.name, errno);
        data += put;
        size -= static_cast<std::size_t>(put);
        length_ += static_cast<std::uint64_t>(put);
    }
}

void AppendTarget::flush() {
    if (!is_started_) start();
    if (packer_) packer_->finish();
    packer_.reset();
    if (::fsync(file_.get()) != 0) throw_file_error("write", settings_.name, errno);
}

void AppendTarget::commit(std::span<const StoredPosition> positions, bool last) {
    flush();
    check_epoch();
    Manifest next = committed_;
    next.length = length_;
    next.has_ended = last;
    if (is_staged_) {
        next.positions.clear();
        next.staged = staged_path().filename().string();
        // Its name must outlast a loss of power before the manifest counts on it.
        if (const int reason = sync_folder(settings_.path.parent_path()); reason != 0)
            throw_file_error("write", settings_.name, reason);
    }
    next.store(settings_.pipeline, positions);
    write_manifest(settings_.path, next, settings_.name);
    committed_ = std::move(next);
    has_manifest_ = true;
    was_unknown_ = false;
    if (!is_staged_) return;
    finish_swap();
    is_staged_ = false;
    write_manifest(settings_.path, committed_, settings_.name);
}

void AppendTarget::check_epoch() const {
    if (!has_manifest_) return;
    const auto current = read_manifest(settings_.path, settings_.name);
    if (!current || current->epoch != committed_.epoch)
        throw Error("E530",
                    "another run has taken " + settings_.name +
                        " over; this one adds nothing to it any more, and what it had not yet committed is left "
                        "to the other");
}

void AppendTarget::end() noexcept {
    file_ = FileDescriptor();
    lock_.release();
}

void AppendTarget::discard() noexcept {
    packer_.reset();
    if (!is_begun_) return lock_.release();
    if (!lock_) return;
    try {
        auto current = read_manifest(settings_.path, settings_.name);
        const bool ours = current && current->epoch == committed_.epoch;
        if (is_staged_ && (!current || current->staged.empty()))
            ::unlink(staged_path().c_str());
        else if (!is_staged_ && is_started_ && ours && was_unknown_ && current->positions.empty())
            undo_first(*current);
        else if (!is_staged_ && file_ && ours && ::ftruncate(file_.get(), static_cast<off_t>(current->length)) == 0) {
            current->has_ended = true;
            write_manifest(settings_.path, *current, settings_.name);
        }
    } catch (...) {
        // The next run cuts, or says that it finds no manifest that can be read.
        errno = 0;
    }
    end();
}

/// As if there had been no run.
void AppendTarget::undo_first(const Manifest& current) noexcept {
    const bool undone = file_exists_ ? ::ftruncate(file_.get(), static_cast<off_t>(current.length)) == 0
                                     : ::unlink(settings_.path.c_str()) == 0 || errno == ENOENT;
    if (undone) ::unlink(manifest_path(settings_.path).c_str());
}

}  // namespace etl
