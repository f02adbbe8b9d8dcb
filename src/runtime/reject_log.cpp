#include "runtime/reject_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.hpp"
#include "io/sync_folder.hpp"
#include "plan/reject_cause.hpp"

namespace etl {

namespace {

constexpr std::size_t kBuffer_bytes = 4 << 20;
constexpr std::size_t kMostReasons = 1000;  // a message may hold values: the map must not grow with the rows

[[noreturn]] void fail_write(const std::string& path) {
    throw Error("E520", path + ": the rejects cannot be written: " + std::generic_category().message(errno));
}

void put(std::string& out, const std::string& text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size).append(text);
}

std::string reason_key(const RejectRecord& record) {
    return reject_cause(record.stage, record.column, record.value, record.reason);
}

std::array<std::uint32_t, 4> numbers_of(const RejectRecord& record) {
    return {record.node, record.source, record.file_number, static_cast<std::uint32_t>(record.form)};
}

}  // namespace

RejectLog::~RejectLog() {
    if (file_ != nullptr) std::fclose(file_);
}

void RejectLog::add(RejectPlace place, const std::string& shard, std::vector<Reject>&& rejects) {
    if (rejects.empty()) return;
    // Stages come one after the other over a whole batch, branches in any order. What a source refused has no number in
    // the batch that is made of the rest; what a blocking stage gives out has origins in any order, or none.
    const auto row = [&](const Reject& reject) {
        return place.is_of_source ? pack_origin(reject.origin) : reject.record_number;
    };
    std::stable_sort(rejects.begin(), rejects.end(), [&](const Reject& a, const Reject& b) {
        return std::pair(row(a), a.stage) < std::pair(row(b), b.stage);
    });
    const std::lock_guard lock(mutex_);
    entries_.push_back({place, file_bytes_ + buffer_.size(), rejects.size()});
    for (const Reject& reject : rejects) {
        const RejectRecord record = lines_.record_of(reject, shard);
        append(record);
        std::string key = reason_key(record);
        if (by_reason_.size() >= kMostReasons && !by_reason_.contains(key)) key = "other reasons";
        ++by_reason_[std::move(key)];
    }
    size_ += rejects.size();
    if (buffer_.size() > kBuffer_bytes) move_to_file();
}

void RejectLog::append(const RejectRecord& record) {
    for (const std::string* text : {&record.stage, &record.place, &record.column, &record.value, &record.reason,
                                    &record.file, &record.shard, &record.row})
        put(buffer_, *text);
    buffer_.append(reinterpret_cast<const char*>(&record.line), sizeof record.line);
    for (const std::uint32_t number : numbers_of(record))
        buffer_.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void RejectLog::move_to_file() {
    if (file_ == nullptr) file_ = std::tmpfile();
    if (file_ == nullptr || std::fseek(file_, 0, SEEK_END) != 0 ||
        std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size())
        fail_write("the temporary folder");
    file_bytes_ += buffer_.size();
    buffer_.clear();
}

void RejectLog::read_bytes(std::uint64_t offset, char* out, std::size_t size) {
    if (offset >= file_bytes_) {
        std::memcpy(out, buffer_.data() + (offset - file_bytes_), size);
        return;
    }
    if (std::fseek(file_, static_cast<long>(offset), SEEK_SET) != 0 || std::fread(out, 1, size, file_) != size)
        throw Error("E520", "the rejects kept in the temporary folder cannot be read back");
}

RejectRecord RejectLog::read(std::uint64_t& offset) {
    RejectRecord record;
    for (std::string* text : {&record.stage, &record.place, &record.column, &record.value, &record.reason, &record.file,
                              &record.shard, &record.row}) {
        std::uint32_t size = 0;
        read_bytes(offset, reinterpret_cast<char*>(&size), sizeof size);
        offset += sizeof size;
        text->resize(size);
        read_bytes(offset, text->data(), size);
        offset += size;
    }
    read_bytes(offset, reinterpret_cast<char*>(&record.line), sizeof record.line);
    offset += sizeof record.line;
    std::array<std::uint32_t, 4> numbers{};
    read_bytes(offset, reinterpret_cast<char*>(numbers.data()), sizeof numbers);
    offset += sizeof numbers;
    record.node = numbers[0];
    record.source = numbers[1];
    record.file_number = numbers[2];
    record.form = static_cast<RowForm>(numbers[3]);
    return record;
}

std::uint64_t RejectLog::size() const {
    const std::lock_guard lock(mutex_);
    return size_;
}

std::map<std::string, std::uint64_t> RejectLog::by_reason() const {
    const std::lock_guard lock(mutex_);
    return by_reason_;
}

std::map<std::string, std::uint64_t> RejectLog::by_reason_of_first(std::uint64_t most) {
    std::map<std::string, std::uint64_t> counts;
    for_each([](std::uint32_t) { return true; }, most,
             [&](const RejectRecord& record) { ++counts[reason_key(record)]; });
    return counts;
}

void RejectLog::for_each(const std::function<bool(std::uint32_t)>& wanted, std::uint64_t most,
                         const std::function<void(const RejectRecord&)>& body) {
    std::vector<Entry> entries;
    {
        const std::lock_guard lock(mutex_);
        std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(entries),
                     [&](const Entry& entry) { return wanted(entry.place.driver); });
    }
    read_entries(std::move(entries), [&](const RejectRecord& record) {
        if (most == 0) return false;
        --most;
        body(record);
        return true;
    });
}

/// Until the body returns false.
void RejectLog::read_entries(std::vector<Entry> entries, const std::function<bool(const RejectRecord&)>& body) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.place.driver != b.place.driver ? a.place.driver < b.place.driver : a.place.key < b.place.key;
    });
    for (const Entry& entry : entries) {
        std::uint64_t offset = entry.offset;
        for (std::uint64_t i = 0; i < entry.count; ++i) {
            RejectRecord record;
            {
                const std::lock_guard lock(mutex_);
                record = read(offset);
            }
            if (!body(record)) return;
        }
    }
}

bool RejectLog::has_new() const {
    const std::lock_guard lock(mutex_);
    return told_ < entries_.size();
}

void RejectLog::for_each_new(bool is_loaded, const std::function<void(const std::string&)>& body) {
    std::vector<Entry> entries;
    {
        const std::lock_guard lock(mutex_);
        entries.assign(entries_.begin() + static_cast<std::ptrdiff_t>(told_), entries_.end());
        told_ = entries_.size();
    }
    read_entries(std::move(entries), [&](const RejectRecord& record) {
        body(lines_.line(record, is_loaded));
        return true;
    });
}

std::uint64_t RejectLog::write_json(const std::filesystem::path& path, const std::function<bool(std::uint32_t)>& wanted,
                                    std::uint64_t most) {
    errno = make_durable_folder(path.parent_path());
    std::FILE* out = errno != 0 ? nullptr : std::fopen(path.c_str(), "wbe");
    if (out == nullptr) fail_write(path.string());
    std::uint64_t count = 0;
    bool good = true;
    for_each(wanted, most, [&](const RejectRecord& record) {
        const std::string line = lines_.line(record, false);
        good = good && std::fwrite(line.data(), 1, line.size(), out) == line.size();
        ++count;
    });
    good = good && std::fflush(out) == 0 && fsync(fileno(out)) == 0;
    int reason = errno;
    if (std::fclose(out) != 0 && good) {
        reason = errno;
        good = false;
    }
    if (good) {
        reason = sync_folder(path.parent_path());
        good = reason == 0;
    }
    if (!good) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);  // a part of the rejects is taken for all of them
        errno = reason;
        fail_write(path.string());
    }
    return count;
}

bool RejectLimit::add(std::uint32_t driver, std::uint32_t lane, std::uint64_t number, std::uint64_t rows,
                      std::uint64_t rejects) {
    Lane& at = lanes_[{driver, lane}];
    at.waiting[number] = {rows, rejects};
    while (!at.waiting.empty() && at.waiting.begin()->first == at.next) {
        const auto [more_rows, more_rejects] = at.waiting.begin()->second;
        at.waiting.erase(at.waiting.begin());
        ++at.next;
        at.rows += more_rows;
        at.rejects += more_rejects;
        rejects_ += more_rejects;
        if (count_ && rejects_ > *count_) return true;
        if (share_ && at.rows >= 1000 && static_cast<double>(at.rejects) > *share_ * static_cast<double>(at.rows))
            return true;
    }
    return false;
}

bool RejectLimit::is_passed(std::uint64_t rows, std::uint64_t rejects) const {
    return (count_ && rejects > *count_) ||
           (share_ && static_cast<double>(rejects) > *share_ * static_cast<double>(rows));
}

std::string RejectLimit::text() const {
    if (count_) return std::to_string(*count_);
    char text[32];
    std::snprintf(text, sizeof text, "%g%%", share_.value_or(0) * 100);
    return text;
}

}  // namespace etl
