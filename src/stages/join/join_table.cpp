#include "stages/join/join_table.hpp"

#include <algorithm>

#include "component/source_order.hpp"

namespace etl {

JoinPart::JoinPart(Memory& memory, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts)
    : account(memory, label),
      table(std::make_unique<KeyTable>(key_bytes, 0, account)),
      pages(layouts, account),
      entries(account) {}

void JoinPart::add(const Batch& batch, Selection rows, const KeyBatch& keys, const KeyBatch* values) {
    if (rows.size == 0) return;
    numbers_.resize(rows.size);
    stored_.resize(rows.size);
    table->put(keys, numbers_.data());
    pages.append(batch, rows, values, stored_.data());
    const std::size_t needed = (entry_count + rows.size) * sizeof(Entry);
    if (needed > entries.capacity_bytes()) entries.grow(std::max(needed, entries.capacity_bytes() / 2 * 3));
    auto* to = reinterpret_cast<Entry*>(entries.data()) + entry_count;
    for (std::uint32_t i = 0; i < rows.size; ++i) *to++ = {stored_[i], numbers_[i]};
    runs.push_back({order_of(batch.sequence), entry_count, rows.size});
    entry_count += rows.size;
}

JoinTable::JoinTable(std::vector<std::unique_ptr<JoinPart>> parts, MatchOrder order, const RowLayouts& layouts,
                     Memory& memory, const std::string& label)
    : parts_(std::move(parts)), account_(memory, label), begins_(account_), rows_(account_) {
    if (parts_.empty()) return;
    const auto largest = std::max_element(
        parts_.begin(), parts_.end(), [](const auto& a, const auto& b) { return a->table->size() < b->table->size(); });
    std::iter_swap(parts_.begin(), largest);
    std::vector<std::vector<std::uint32_t>> numbers(parts_.size());
    for (std::size_t i = 1; i < parts_.size(); ++i) {
        parts_.front()->table->put_all(*parts_[i]->table, numbers[i]);
        parts_[i]->table.reset();
    }
    place_rows(numbers);
    for (const auto& part : parts_) part->entries.reset();
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
        for (const JoinPart::Run& run : parts_[part]->runs) runs.push_back({run, part});
        total += parts_[part]->entry_count;
    }
    std::sort(runs.begin(), runs.end(), [](const PartRun& a, const PartRun& b) { return a.run.order < b.run.order; });
    const auto each_row = [&](auto&& body) {
        for (const PartRun& each : runs) {
            const JoinPart::Entry* entry = parts_[each.part]->entry(each.run.first);
            for (std::size_t i = 0; i < each.run.count; ++i, ++entry)
                body(each.part == 0 ? entry->key : numbers[each.part][entry->key], entry->row);
        }
    };
    const std::uint32_t keys = parts_.front()->table->size();
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
    for (std::uint32_t key = 0; key < parts_.front()->table->size(); ++key) {
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
        parts_.front()->table->find(keys, numbers);
}

}  // namespace etl
