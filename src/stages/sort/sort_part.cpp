#include "stages/sort/sort_part.hpp"

#include <algorithm>
#include <cstring>

#include "component/source_order.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kMostWords = 4;
constexpr std::size_t kAhead = 16;                            // rows that are fetched before their turn
constexpr std::size_t kScratch_bytes = 2 * sizeof(SortItem);  // a row, to sort it

void append_word(std::string& key, std::uint64_t word) {
    const std::uint64_t bytes = __builtin_bswap64(word);
    key.append(reinterpret_cast<const char*>(&bytes), sizeof bytes);
}

}  // namespace

SortPart::SortPart(const RunContext& run, const std::string& label, RowLayouts& layouts, std::uint32_t words)
    : run_(run), layouts_(layouts), words_(words), account_(run.memory, label, StageMemory::Beyond::spilled) {
    start();
}

void SortPart::start() {
    pages_ = std::make_unique<RowPages>(layouts_, account_);
    entries_ = std::make_unique<GrowingBytes>(account_);
    entry_count_ = 0;
    batches_.clear();
}

void SortPart::add(const Batch& batch, const KeyBatch& keys) {
    const std::uint32_t count = batch.selected.size;
    const std::size_t grown = entries_->capacity_bytes() / 2 + count * kScratch_bytes;
    if (entry_count_ != 0 && account_.should_spill(grown)) spill();
    stored_.resize(count);
    pages_->append(batch, batch.selected, cut_tails(keys), stored_.data());
    add_entries(batch, keys);
    account_.keep(count * kScratch_bytes);
    scratch_bytes_ += count * kScratch_bytes;
    if (account_.should_spill()) spill();
}

/// What the entries have no room for goes with the rows. Nothing: they have room for all.
const KeyBatch* SortPart::cut_tails(const KeyBatch& keys) {
    const std::size_t head = words_ * sizeof(std::uint64_t);
    tails_.bytes.clear();
    tails_.offsets.assign(1, 0);
    for (std::uint32_t i = 0; i < keys.count; ++i) {
        const std::string_view key = keys.key(i);
        if (key.size() > head) tails_.bytes.insert(tails_.bytes.end(), key.begin() + head, key.end());
        tails_.offsets.push_back(static_cast<std::uint32_t>(tails_.bytes.size()));
    }
    tails_.count = keys.count;
    return tails_.bytes.empty() ? nullptr : &tails_;
}

void SortPart::add_entries(const Batch& batch, const KeyBatch& keys) {
    const std::uint32_t count = batch.selected.size;
    const std::size_t entry_bytes = SortEntry::entry_bytes(words_);
    const std::size_t needed = (entry_count_ + count) * entry_bytes;
    if (needed > entries_->capacity_bytes()) entries_->grow(std::max(needed, entries_->capacity_bytes() / 2 * 3));
    char* to = entries_->data() + entry_count_ * entry_bytes;
    for (std::uint32_t i = 0; i < count; ++i, to += entry_bytes) {
        auto& entry = *reinterpret_cast<SortEntry*>(to);
        entry.row = stored_[i];
        const std::string_view key = keys.key(i);
        most_key_bytes_ = std::max(most_key_bytes_, key.size());
        char padded[kMostWords * 8] = {};
        std::memcpy(padded, key.data(), std::min<std::size_t>(key.size(), words_ * 8));
        for (std::uint32_t word = 0; word < words_; ++word) {
            std::uint64_t bytes;
            std::memcpy(&bytes, padded + word * 8, 8);
            entry.words[word] = __builtin_bswap64(bytes);
        }
    }
    batches_.push_back({order_of(batch.sequence), entry_count_, count});
    entry_count_ += count;
}

void SortPart::release_scratch() {
    account_.let_go(scratch_bytes_);
    scratch_bytes_ = 0;
}

void SortPart::list(std::span<const std::unique_ptr<SortPart>> parts, SortItem* items) {
    std::vector<const SortPart*> all;
    for (const auto& part : parts) all.push_back(part.get());
    list_runs(all, items);
}

void SortPart::list_runs(std::span<const SortPart* const> parts, SortItem* items) {
    struct Placed {
        Run run;
        const SortPart* part;
    };
    std::vector<Placed> runs;
    for (const SortPart* part : parts)
        for (const Run& run : part->batches_) runs.push_back({run, part});
    std::sort(runs.begin(), runs.end(), [](const Placed& a, const Placed& b) { return a.run.order < b.run.order; });
    for (const Placed& each : runs) {
        const std::size_t entry_bytes = SortEntry::entry_bytes(each.part->words_);
        auto address = reinterpret_cast<std::uintptr_t>(each.part->entries_->data() + each.run.first * entry_bytes);
        for (std::size_t i = 0; i < each.run.count; ++i, address += entry_bytes) *items++ = {0, address};
    }
}

void SortPart::spill() {
    release_scratch();
    if (entry_count_ == 0) return;
    {
        GrowingBytes held(account_), scratch(account_);
        held.grow(entry_count_ * sizeof(SortItem), GrowingBytes::Use::soon);
        scratch.grow(entry_count_ * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        const SortPart* const self = this;
        list_runs({&self, 1}, items);
        const KeySorter sorter(layouts_, words_, most_key_bytes_);
        sorter.sort(items, reinterpret_cast<SortItem*>(scratch.data()), entry_count_, true);
        write_run(items);
    }
    start();
}

/// A record's key: the sort key, then the row's place in source order, which keeps the merge stable.
void SortPart::write_run(const SortItem* items) {
    if (file_ == nullptr) file_ = make_spill_file(run_);
    RunWriter writer(file_, spill_sizes(run_.memory).block_bytes);
    const std::size_t entry_bytes = SortEntry::entry_bytes(words_);
    std::string key;
    for (std::size_t i = 0; i < entry_count_; ++i) {
        // An entry is fetched long before the row that it points to.
        if (i + 2 * kAhead < entry_count_)
            __builtin_prefetch(reinterpret_cast<const char*>(items[i + 2 * kAhead].value));
        if (i + kAhead < entry_count_)
            __builtin_prefetch(reinterpret_cast<const SortEntry*>(items[i + kAhead].value)->row);
        const auto* at = reinterpret_cast<const char*>(items[i].value);
        const auto& entry = *reinterpret_cast<const SortEntry*>(at);
        key.clear();
        for (std::uint32_t word = 0; word < words_; ++word) append_word(key, entry.words[word]);
        key += stored_key(layouts_, entry.row);
        append_word(key, order_of_entry(static_cast<std::size_t>(at - entries_->data()) / entry_bytes));
        writer.add(key, {entry.row, reinterpret_cast<const StoredRow*>(entry.row)->size});
    }
    spilled_.push_back(writer.finish());
}

std::uint64_t SortPart::order_of_entry(std::size_t number) const {
    const auto behind = std::upper_bound(batches_.begin(), batches_.end(), number,
                                         [](std::size_t entry, const Run& run) { return entry < run.first; });
    const Run& run = *(behind - 1);
    return run.order + (number - run.first);
}

}  // namespace etl
