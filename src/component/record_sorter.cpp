#include "component/record_sorter.hpp"

#include <algorithm>
#include <cstring>

#include "component/record_keys.hpp"

namespace etl {

namespace {

constexpr std::size_t kPage_bytes = 256 * 1024 - StageMemory::kMargin_bytes;
constexpr std::size_t kHead_bytes = 16;  // the sizes of value and key, before both

std::uint64_t size_at(const char* record, std::size_t place) {
    std::uint64_t size;
    std::memcpy(&size, record + 8 * place, 8);
    return size;
}
std::string_view value_of(const char* record) { return {record + kHead_bytes, size_at(record, 0)}; }
std::string_view key_of(const char* record) { return {record + kHead_bytes + size_at(record, 0), size_at(record, 1)}; }

}  // namespace

RecordSorter::RecordSorter(const RunContext& run, const std::string& stage)
    : run_(run), memory_(run.memory, stage, StageMemory::Beyond::spilled), items_(memory_) {}

void RecordSorter::add(std::string_view key, std::string_view value) {
    const std::size_t needed = (count_ + 1) * sizeof(Item);
    if (needed > items_.capacity_bytes()) {
        if (memory_.should_spill(items_.capacity_bytes())) spill();
        items_.grow(std::max(needed, items_.capacity_bytes() / 2 * 3));
    }
    char* const record = take_room(kHead_bytes + value.size() + key.size());
    const std::uint64_t sizes[2] = {value.size(), key.size()};
    std::memcpy(record, sizes, sizeof sizes);
    if (!value.empty()) std::memcpy(record + kHead_bytes, value.data(), value.size());
    if (!key.empty()) std::memcpy(record + kHead_bytes + value.size(), key.data(), key.size());
    items()[count_++] = {key_prefix(key), record};
}

char* RecordSorter::take_room(std::size_t bytes) {
    const std::size_t room = (bytes + 7) / 8 * 8;
    if (static_cast<std::size_t>(end_ - at_) < room) {
        const std::size_t wanted = std::max(kPage_bytes, room);
        if (memory_.should_spill(wanted)) {
            spill();
            items_.grow(sizeof(Item));
        }
        pages_.emplace_back(memory_, wanted);
        at_ = pages_.back().data();
        end_ = at_ + wanted;
    }
    char* const taken = at_;
    at_ += room;
    return taken;
}

void RecordSorter::sort_items() {
    std::sort(items(), items() + count_, [](const Item& a, const Item& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        return key_of(a.record) < key_of(b.record);
    });
}

void RecordSorter::spill() {
    if (count_ != 0) {
        sort_items();
        if (file_ == nullptr) file_ = make_spill_file(run_);
        RunWriter writer(file_, spill_sizes(run_.memory).block_bytes);
        for (std::size_t i = 0; i < count_; ++i) writer.add(key_of(items()[i].record), value_of(items()[i].record));
        runs_.push_back(writer.finish());
    }
    count_ = 0;
    items_.reset();
    pages_.clear();
    at_ = end_ = nullptr;
}

void RecordSorter::finish() {
    if (runs_.empty()) return sort_items();
    spill();
    merge_ = std::make_unique<RunMerge>(std::move(runs_), run_, memory_);
    file_.reset();
}

bool RecordSorter::next() {
    if (merge_ != nullptr) return merge_->next();
    return next_++ < count_;
}

std::string_view RecordSorter::key() const {
    return merge_ != nullptr ? merge_->key() : key_of(items()[next_ - 1].record);
}
std::string_view RecordSorter::value() const {
    return merge_ != nullptr ? merge_->value() : value_of(items()[next_ - 1].record);
}

}  // namespace etl
