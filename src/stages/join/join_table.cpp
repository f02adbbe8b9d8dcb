#include "stages/join/join_table.hpp"

#include <algorithm>

#include "component/radix_sort.hpp"
#include "component/source_order.hpp"

namespace etl {

namespace {

// A row, to sort it by its hash or to put it into the table of all parts.
constexpr std::size_t kScratch_bytes = 2 * sizeof(SortItem) + sizeof(std::uint32_t);

}  // namespace

JoinPart::JoinPart(const RunContext& run, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts)
    : run_(run), layouts_(layouts), key_bytes_(key_bytes), account_(run.memory, label, StageMemory::Beyond::spilled) {
    start();
}

void JoinPart::start() {
    table_ = std::make_unique<KeyTable>(key_bytes_, 0, account_);
    pages_ = std::make_unique<RowPages>(layouts_, account_);
    entries_ = std::make_unique<GrowingBytes>(account_);
    entry_count_ = 0;
    batches_.clear();
}

void JoinPart::add(const Batch& batch, Selection rows, const KeyBatch& keys, const KeyBatch* values) {
    if (rows.size == 0) return;
    const std::size_t grown = entries_->capacity_bytes() / 2 + table_->growth_bytes(rows.size);
    if (entry_count_ != 0 && account_.should_spill(grown)) spill();
    numbers_.resize(rows.size);
    stored_.resize(rows.size);
    table_->put(keys, numbers_.data());
    pages_->append(batch, rows, values, stored_.data());
    const std::size_t needed = (entry_count_ + rows.size) * sizeof(Entry);
    if (needed > entries_->capacity_bytes()) entries_->grow(std::max(needed, entries_->capacity_bytes() / 2 * 3));
    auto* to = reinterpret_cast<Entry*>(entries_->data()) + entry_count_;
    for (std::uint32_t i = 0; i < rows.size; ++i) *to++ = {stored_[i], numbers_[i]};
    batches_.push_back({order_of(batch.sequence), entry_count_, rows.size});
    entry_count_ += rows.size;
    account_.keep(rows.size * kScratch_bytes);
    scratch_bytes_ += rows.size * kScratch_bytes;
    if (account_.should_spill()) spill();
}

void JoinPart::release_scratch() {
    account_.let_go(scratch_bytes_);
    scratch_bytes_ = 0;
}

std::vector<std::uint32_t> JoinPart::hashes_of_keys() {
    std::vector<std::uint32_t> hashes(table_->size());
    table_->visit_by_hash([&](std::uint32_t hash, std::uint32_t number) { hashes[number] = hash; });
    return hashes;
}

void JoinPart::spill() {
    release_scratch();
    if (entry_count_ == 0) return;
    {
        const std::vector<std::uint32_t> hashes = hashes_of_keys();
        GrowingBytes held(account_), scratch(account_);
        held.grow(entry_count_ * sizeof(SortItem), GrowingBytes::Use::soon);
        scratch.grow(entry_count_ * sizeof(SortItem), GrowingBytes::Use::soon);
        auto* const items = reinterpret_cast<SortItem*>(held.data());
        std::sort(batches_.begin(), batches_.end(), [](const Run& a, const Run& b) { return a.order < b.order; });
        std::vector<std::uint64_t> orders(entry_count_);
        std::size_t next = 0;
        for (const Run& run : batches_)
            for (std::size_t i = 0; i < run.count; ++i, ++next) {
                items[next] = {hashes[entry(run.first + i)->key], run.first + i};
                orders[run.first + i] = run.order + i;
            }
        radix_sort(items, reinterpret_cast<SortItem*>(scratch.data()), entry_count_, 32);
        if (file_ == nullptr) file_ = make_spill_file(run_);
        RunWriter writer(file_, spill_sizes(run_.memory).block_bytes);
        JoinRecord record;
        for (std::size_t i = 0; i < entry_count_; ++i) {
            const Entry& each = *entry(items[i].value);
            const std::string_view key = table_->key(static_cast<std::uint32_t>(each.key));
            record.spell(static_cast<std::uint32_t>(items[i].key), orders[items[i].value], key, each.row);
            writer.add(record.key(), record.value());
        }
        spilled_.push_back(writer.finish());
    }
    start();
}

bool fit_into_memory(JoinParts& parts, Memory& memory) {
    std::size_t rows = 0, bytes = 0;
    const bool spilled =
        std::any_of(parts.begin(), parts.end(), [](const auto& part) { return !part->runs().empty(); });
    for (const auto& part : parts) {
        part->release_scratch();
        rows += part->size();
    }
    for (const auto& part : parts)
        if (parts.size() > 1) bytes = std::max(bytes, part->table().growth_bytes(static_cast<std::uint32_t>(rows)));
    if (!spilled && !memory.is_over(bytes + rows * 2 * sizeof(std::uint64_t))) return true;
    for (const auto& part : parts) part->spill();
    return false;
}

JoinTable::JoinTable(JoinParts parts, MatchOrder order, const RowLayouts& layouts, Memory& memory,
                     const std::string& label)
    : parts_(std::move(parts)),
      account_(memory, label, StageMemory::Beyond::spilled),
      begins_(account_),
      rows_(account_) {
    if (parts_.empty()) return;
    const auto largest = std::max_element(parts_.begin(), parts_.end(), [](const auto& a, const auto& b) {
        return a->table().size() < b->table().size();
    });
    std::iter_swap(parts_.begin(), largest);
    std::vector<std::vector<std::uint32_t>> numbers(parts_.size());
    for (std::size_t i = 1; i < parts_.size(); ++i) {
        parts_.front()->table().put_all(parts_[i]->table(), numbers[i]);
        parts_[i]->table().clear();
    }
    place_rows(numbers);
    for (const auto& part : parts_) part->drop_entries();
    if (!is_unique_ && order != MatchOrder::source) order_matches(order, layouts);
}

/// Sorts the rows by key, those of a key in source order. numbers: by part, the key's number in the first part's table.
void JoinTable::place_rows(const std::vector<std::vector<std::uint32_t>>& numbers) {
    struct PartRun {
        JoinPart::Run run;
        std::size_t part;
    };
    std::vector<PartRun> runs;
    std::size_t total = 0;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
        for (const JoinPart::Run& run : parts_[part]->batches()) runs.push_back({run, part});
        total += parts_[part]->size();
    }
    std::sort(runs.begin(), runs.end(), [](const PartRun& a, const PartRun& b) { return a.run.order < b.run.order; });
    const auto each_row = [&](auto&& body) {
        for (const PartRun& each : runs) {
            const JoinPart::Entry* entry = parts_[each.part]->entry(each.run.first);
            for (std::size_t i = 0; i < each.run.count; ++i, ++entry)
                body(each.part == 0 ? entry->key : numbers[each.part][entry->key], entry->row);
        }
    };
    const std::uint32_t keys = parts_.front()->table().size();
    is_unique_ = total == keys;
    rows_.grow(total * sizeof(const char*));
    const char** const to = rows();
    if (is_unique_) {
        each_row([to](std::uint64_t key, const char* row) { to[key] = row; });
        return;
    }
    // Counted one place ahead, so that filling moves each begin to where it belongs.
    begins_.grow((std::size_t{keys} + 2) * sizeof(std::uint64_t));
    std::uint64_t* const next = begins();
    each_row([next](std::uint64_t key, const char*) { ++next[key + 2]; });
    for (std::size_t key = 2; key < std::size_t{keys} + 2; ++key) next[key] += next[key - 1];
    each_row([next, to](std::uint64_t key, const char* row) { to[next[key + 1]++] = row; });
}

void JoinTable::order_matches(MatchOrder order, const RowLayouts& layouts) {
    for (std::uint32_t key = 0; key < parts_.front()->table().size(); ++key) {
        const char** const first = rows() + begins()[key];
        std::stable_sort(first, rows() + begins()[key + 1], [&](const char* a, const char* b) {
            const int compared = stored_key(layouts, a).compare(stored_key(layouts, b));
            return order == MatchOrder::greatest_first ? compared > 0 : compared < 0;
        });
    }
}

void JoinTable::find(const KeyBatch& keys, std::uint32_t* numbers) const {
    if (parts_.empty())
        std::fill(numbers, numbers + keys.count, KeyTable::kNone);
    else
        parts_.front()->table().find(keys, numbers);
}

}  // namespace etl
