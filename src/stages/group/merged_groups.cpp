#include "stages/group/merged_groups.hpp"

#include <algorithm>
#include <cstring>

#include "component/record_keys.hpp"
#include "component/row_emission.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostBatch_bytes = 1UL << 20;  // of saved groups that are given out together
constexpr std::size_t kLeastGroup_bytes = 1UL << 20;

char* payload(std::vector<std::uint64_t>& words) { return reinterpret_cast<char*>(words.data()); }

}  // namespace

MergedGroups::MergedGroups(std::vector<RecordRun> runs, const GroupLayout& layout, std::uint32_t key_bytes,
                           const RunContext& run, const std::string& label)
    : layout_(layout),
      key_bytes_(key_bytes),
      run_(run),
      label_(label),
      sorter_(run, label),
      arena_(run.memory),
      into_((layout.payload_bytes() + 7) / 8),
      from_(into_.size()) {
    merge_runs(std::move(runs));
    sorter_.finish();
}

void MergedGroups::merge_runs(std::vector<RecordRun> runs) {
    StageMemory account(run_.memory, label_, StageMemory::Beyond::spilled);
    RunMerge merge(std::move(runs), run_, account);
    bool any = false;
    while (merge.next() && !is_cancelled(run_)) {
        if (any && key_ == merge.key()) {
            merge_into(merge.value());
            check_size(account);
            continue;
        }
        if (any) add_merged();
        any = true;
        key_ = merge.key();
        saved_ = merge.value();
    }
    if (any) add_merged();
}

void MergedGroups::merge_into(std::string_view saved) {
    if (!loaded_) layout_.load(payload(into_), saved_, arena_);
    loaded_ = true;
    Arena scratch(run_.memory);
    layout_.load(payload(from_), saved, scratch);
    layout_.merge(payload(into_), payload(from_), arena_);
    ++merged_;
}

void MergedGroups::check_size(const StageMemory& account) const {
    const std::size_t limit = run_.memory.limit_bytes();
    std::size_t bytes = 0;
    for (const BufferRef& buffer : arena_.buffers()) bytes += buffer.capacity();
    if (limit != 0 && bytes > std::max(limit, kLeastGroup_bytes)) account.refuse();
}

/// A record: the key's size, the key, the group.
void MergedGroups::add_merged() {
    const std::string_view key = key_behind_hash(key_);
    const auto key_size = static_cast<std::uint32_t>(key.size());
    record_.assign(reinterpret_cast<const char*>(&key_size), sizeof key_size);
    record_ += key;
    const std::size_t place = record_.size();
    if (loaded_)
        layout_.save(payload(into_), record_);
    else
        record_ += saved_;
    std::uint64_t first = 0;
    std::memcpy(&first, record_.data() + place, sizeof first);
    sorter_.add(SpelledOrder(first), record_);
    if (!loaded_) return;
    loaded_ = false;
    arena_ = Arena(run_.memory);
}

const GroupState* MergedGroups::next(std::uint32_t most) {
    bytes_.clear();
    begins_.clear();
    while (begins_.size() < most && bytes_.size() < kMostBatch_bytes && sorter_.next()) {
        begins_.push_back(bytes_.size());
        bytes_.insert(bytes_.end(), sorter_.value().begin(), sorter_.value().end());
    }
    if (begins_.empty()) return nullptr;
    KeyBatch keys;
    keys.count = static_cast<std::uint32_t>(begins_.size());
    keys.fixed_size = key_bytes_;
    keys.offsets.assign(1, 0);
    std::vector<std::string_view> saved;
    begins_.push_back(bytes_.size());
    for (std::uint32_t i = 0; i < keys.count; ++i) {
        const char* const at = bytes_.data() + begins_[i];
        std::uint32_t key_size = 0;
        std::memcpy(&key_size, at, sizeof key_size);
        const char* const key = at + sizeof key_size;
        keys.bytes.insert(keys.bytes.end(), key, key + key_size);
        keys.offsets.push_back(static_cast<std::uint32_t>(keys.bytes.size()));
        saved.emplace_back(key + key_size, begins_[i + 1] - begins_[i] - sizeof key_size - key_size);
    }
    keys.bytes.resize(keys.bytes.size() + 16);
    hash_keys(keys);
    groups_ = std::make_unique<GroupState>(layout_, key_bytes_, run_, label_);
    groups_->add_saved(keys, saved);
    return groups_.get();
}

}  // namespace etl
