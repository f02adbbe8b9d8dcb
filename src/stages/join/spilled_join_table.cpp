#include "stages/join/spilled_join_table.hpp"

#include <algorithm>
#include <cstring>

#include "component/record_keys.hpp"
#include "component/row_pages.hpp"

namespace etl {

namespace {

// A key is most often alone in its block: small ones are unpacked sooner.
constexpr std::size_t kLeastBlock_bytes = 2048;
constexpr std::size_t kBlockShare = 256;  // a block for so many bytes of the limit at most, that their list stays small
constexpr std::size_t kCacheShare = 2;    // of the limit
constexpr std::size_t kLeastCached = 16;
constexpr std::size_t kMatchesShare = 32;  // of the limit: what one batch's rows match
constexpr std::uint64_t kLeastRowsAtOnce = 4;
constexpr std::size_t kRoom_bytes = 64 * 1024;

/// A row in a block begins with this; behind it stand the row and the key, each up to a multiple of 8.
struct BlockRow {
    std::uint32_t hash;
    std::uint32_t row_bytes;
    std::uint32_t key_bytes;
    std::uint32_t zero;
};

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

std::uint32_t size_of_row(const char* row) { return reinterpret_cast<const StoredRow*>(row)->size; }

}  // namespace

void JoinRecord::spell(std::uint32_t hash, std::uint64_t order, std::string_view join_key, const char* row) {
    spell_hashed_key(hash, SpelledOrder(order), key_);
    const std::uint32_t bytes = size_of_row(row);
    value_.assign(row, bytes);
    value_.resize(padded(bytes));
    value_ += join_key;
}

SpilledJoinTable::SpilledJoinTable(std::vector<RecordRun> runs, MatchOrder order, const RowLayouts& layouts,
                                   const RunContext& run, const std::string& label)
    : order_(order),
      layouts_(layouts),
      run_(run),
      account_(run.memory, label, StageMemory::Beyond::spilled),
      file_(make_spill_file(run)) {
    std::uint64_t bytes = 0;
    for (const RecordRun& each : runs)
        for (const SpilledBlock& block : each.blocks) bytes += block.raw_bytes;
    const std::size_t limit = run.memory.limit_bytes();
    const std::size_t most_blocks = limit / kBlockShare + 1;
    const std::size_t block_bytes = std::max<std::size_t>(kLeastBlock_bytes, bytes / most_blocks);
    const std::uint64_t hashes = write_blocks(std::move(runs), block_bytes);
    const std::uint64_t bytes_of_key = bytes / std::max<std::uint64_t>(hashes, 1) + 1;
    rows_at_once_ = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(limit / kMatchesShare / bytes_of_key, kLeastRowsAtOnce, UINT32_MAX));
    cached_ = std::clamp<std::size_t>(limit / kCacheShare / block_bytes, kLeastCached, blocks_.size() + kLeastCached);
    cache_ = std::make_unique<Cached[]>(cached_);
    account_.keep(cached_ * (block_bytes + sizeof(Cached)) + blocks_.size() * sizeof(Block));
}

std::uint64_t SpilledJoinTable::write_blocks(std::vector<RecordRun> runs, std::size_t block_bytes) {
    StageMemory memory(run_.memory, account_.stage(), StageMemory::Beyond::spilled);
    RunMerge merge(std::move(runs), run_, memory);
    std::vector<char> block;
    std::uint32_t first_hash = 0, last_hash = 0;
    std::uint64_t hashes = 0;
    const auto write = [&] {
        if (!block.empty()) blocks_.push_back({first_hash, last_hash, file_->append(block)});
        block.clear();
    };
    while (merge.next()) {
        const std::string_view value = merge.value();
        const std::uint32_t row_bytes = size_of_row(value.data());
        const std::string_view key = value.substr(padded(row_bytes));
        const std::uint32_t before = last_hash;
        std::memcpy(&last_hash, merge.key().data(), sizeof last_hash);
        last_hash = __builtin_bswap32(last_hash);
        hashes += hashes == 0 || last_hash != before ? 1 : 0;
        if (block.empty()) first_hash = last_hash;
        const BlockRow head{last_hash, row_bytes, static_cast<std::uint32_t>(key.size()), 0};
        const std::size_t at = block.size();
        block.resize(at + sizeof head + padded(row_bytes) + padded(key.size()));
        std::memcpy(block.data() + at, &head, sizeof head);
        std::memcpy(block.data() + at + sizeof head, value.data(), value.size());
        if (block.size() >= block_bytes) write();
    }
    write();
    return hashes;
}

SpilledJoinTable::Bytes SpilledJoinTable::read(std::size_t number, Scratch& scratch) const {
    Cached& cached = cache_[number % cached_];
    {
        const std::lock_guard guard(cached.lock);
        if (cached.number == number) return cached.bytes;
    }
    const SpilledBlock& place = blocks_[number].place;
    const std::shared_ptr<char[]> bytes = std::make_shared_for_overwrite<char[]>(place.raw_bytes);
    file_->read(place, bytes.get(), scratch.packed);
    const std::lock_guard guard(cached.lock);
    cached.number = number;
    cached.bytes = bytes;
    return bytes;
}

// Keys are looked for in the order of their hashes: a batch reads each block once, and a key that comes again is not
// looked for again.
void SpilledJoinTable::find(const KeyBatch& keys, Arena& arena, Scratch& scratch) const {
    scratch.places.clear();
    for (std::uint32_t i = 0; i < keys.count; ++i)
        scratch.places.push_back((keys.hashes[i] & ~std::uint64_t{UINT32_MAX}) | i);
    std::sort(scratch.places.begin(), scratch.places.end());
    scratch.rows.clear();
    scratch.begins.resize(keys.count);
    scratch.ends.resize(keys.count);
    scratch.room = scratch.room_end = nullptr;
    for (std::size_t place = 0; place < scratch.places.size(); ++place) {
        const auto i = static_cast<std::uint32_t>(scratch.places[place]);
        if (find_again(keys, place, scratch)) continue;
        scratch.begins[i] = scratch.rows.size();
        find_one(static_cast<std::uint32_t>(scratch.places[place] >> 32), keys.key(i), arena, scratch);
        scratch.ends[i] = scratch.rows.size();
        if (order_ != MatchOrder::source)
            put_in_order(scratch.rows.data() + scratch.begins[i], scratch.rows.data() + scratch.ends[i]);
    }
}

/// What was found for the same key before. False: nothing was.
bool SpilledJoinTable::find_again(const KeyBatch& keys, std::size_t place, Scratch& scratch) {
    const std::vector<std::uint64_t>& places = scratch.places;
    const auto i = static_cast<std::uint32_t>(places[place]);
    for (std::size_t before = place; before > 0 && (places[before - 1] ^ places[place]) >> 32 == 0; --before) {
        const auto other = static_cast<std::uint32_t>(places[before - 1]);
        if (keys.key(other) != keys.key(i)) continue;
        scratch.begins[i] = scratch.begins[other];
        scratch.ends[i] = scratch.ends[other];
        return true;
    }
    return false;
}

void SpilledJoinTable::find_one(std::uint32_t hash, std::string_view key, Arena& arena, Scratch& scratch) const {
    const auto first = std::lower_bound(blocks_.begin(), blocks_.end(), hash,
                                        [](const Block& block, std::uint32_t of) { return block.last_hash < of; });
    std::size_t copied_bytes = 0;
    for (auto number = static_cast<std::size_t>(first - blocks_.begin());
         number < blocks_.size() && blocks_[number].first_hash <= hash; ++number) {
        const Bytes bytes = read(number, scratch);
        for (std::size_t at = 0; at < blocks_[number].place.raw_bytes;) {
            BlockRow head;
            std::memcpy(&head, bytes.get() + at, sizeof head);
            const char* const row = bytes.get() + at + sizeof head;
            at += sizeof head + padded(head.row_bytes) + padded(head.key_bytes);
            if (head.hash < hash) continue;
            if (head.hash > hash) return;
            if (std::string_view(row + padded(head.row_bytes), head.key_bytes) != key) continue;
            scratch.rows.push_back(copy_row(row, head.row_bytes, arena, scratch));
            copied_bytes += head.row_bytes + sizeof(const char*);
            if (run_.memory.limit_bytes() > kRoom_bytes && copied_bytes > run_.memory.limit_bytes()) account_.refuse();
        }
    }
}

const char* SpilledJoinTable::copy_row(const char* row, std::uint32_t bytes, Arena& arena, Scratch& scratch) const {
    const std::size_t room = padded(bytes);
    if (static_cast<std::size_t>(scratch.room_end - scratch.room) < room) {
        const std::size_t taken = std::max(kRoom_bytes, room);
        scratch.room = static_cast<char*>(arena.take(taken));
        scratch.room_end = scratch.room + taken;
    }
    char* const copy = scratch.room;
    std::memcpy(copy, row, bytes);
    scratch.room += room;
    return copy;
}

void SpilledJoinTable::put_in_order(const char** begin, const char** end) const {
    std::stable_sort(begin, end, [this](const char* a, const char* b) {
        const int compared = stored_key(layouts_, a).compare(stored_key(layouts_, b));
        return order_ == MatchOrder::greatest_first ? compared > 0 : compared < 0;
    });
}

}  // namespace etl
