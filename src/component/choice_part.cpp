#include "component/choice_part.hpp"

#include <cstring>

#include "component/record_keys.hpp"

namespace etl {

namespace {

constexpr std::size_t kTidied_bytes = 8UL << 20;  // rows below that are not worth tidying
constexpr std::size_t kItems_bytes = 32;          // of a key, to sort it by its place

}  // namespace

ChoicePart::ChoicePart(const RunContext& run, const std::string& label, std::uint32_t key_bytes, RowLayouts& layouts)
    : run_(run),
      layouts_(layouts),
      account_(run.memory, label, StageMemory::Beyond::spilled),
      table_(std::make_unique<KeyTable>(key_bytes, static_cast<std::uint32_t>(sizeof(Choice)), account_)),
      pages_(std::make_unique<RowPages>(layouts, account_)) {}

void ChoicePart::before(std::uint32_t rows) {
    if (table_->size() != 0 && account_.should_spill(table_->growth_bytes(rows))) spill();
}

void ChoicePart::behind() {
    if (account_.should_spill())
        spill();
    else
        tidy();
}

/// Copies what is kept together once most of the pages is not.
void ChoicePart::tidy() {
    if (pages_->rows_bytes() < kTidied_bytes || dropped_bytes_ < pages_->rows_bytes() / 2) return;
    if (run_.memory.is_over(pages_->rows_bytes() - dropped_bytes_)) return spill();
    auto fresh = std::make_unique<RowPages>(layouts_, account_);
    for (std::uint32_t i = 0; i < table_->size(); ++i)
        choice(i).row = reinterpret_cast<std::uintptr_t>(fresh->append_copy(choice(i).stored_row()));
    pages_ = std::move(fresh);
    dropped_bytes_ = 0;
}

bool ChoicePart::lacks_room(const ChoicePart* other) const {
    return account_.should_spill(other == nullptr ? table_->size() * kItems_bytes
                                                  : table_->growth_bytes(other->table_->size()));
}

void ChoicePart::spill() {
    if (table_->size() == 0) return;
    if (file_ == nullptr) file_ = make_spill_file(run_);
    RunWriter writer(file_, spill_sizes(run_.memory).block_bytes);
    std::string key, saved;
    table_->visit_by_hash([&](std::uint32_t hash, std::uint32_t number) {
        const Choice& kept = choice(number);
        spell_hashed_key(hash, table_->key(number), key);
        saved.assign(reinterpret_cast<const char*>(&kept), 2 * sizeof(std::uint64_t));
        saved.append(kept.stored_row(), reinterpret_cast<const StoredRow*>(kept.stored_row())->size);
        writer.add(key, saved);
    });
    runs_.push_back(writer.finish());
    table_->clear();
    pages_ = std::make_unique<RowPages>(layouts_, account_);
    dropped_bytes_ = 0;
}

SavedChoice::SavedChoice(std::string_view record) : row(record.substr(2 * sizeof(std::uint64_t))) {
    std::memcpy(&first, record.data(), sizeof first);
    std::memcpy(&best, record.data() + sizeof first, sizeof best);
}

}  // namespace etl
