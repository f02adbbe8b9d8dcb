#include "component/key_table.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <type_traits>

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::uint64_t kFirstSlots = 1024;
constexpr std::size_t kPage_bytes = 256 * 1024 - StageMemory::kMargin_bytes;
constexpr std::uint32_t kInline_bytes = 12;  // of a long key, beside its size

std::uint64_t load_word(const char* data) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    return word;
}
/// The first `bytes` bytes of a word, 8 at most.
std::uint64_t keep_first(std::uint64_t word, std::uint32_t bytes) {
    return bytes >= 8 ? word : word & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

// A slot: 0 is free, else the key's number + 1 in the lower half and its hash in the upper one.
std::uint64_t make_slot_word(std::uint32_t hash, std::uint32_t number) {
    return (std::uint64_t{hash} << 32) | (number + 1U);
}
std::uint32_t hash_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot >> 32); }
std::uint32_t number_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1; }

}  // namespace

/// Keys of at most 8 bytes.
struct KeyTable::OneWord {
    std::uint64_t word;

    static OneWord from(const char* data, std::uint32_t size) { return {keep_first(load_word(data), size)}; }
    static OneWord from_head(const char* head) { return {load_word(head)}; }
    bool equals(const char* head) const { return load_word(head) == word; }
    void store(KeyTable& /*table*/, char* head) const { std::memcpy(head, &word, 8); }
};

/// Keys of 9 to 16 bytes.
struct KeyTable::TwoWords {
    std::uint64_t first;
    std::uint64_t second;

    static TwoWords from(const char* data, std::uint32_t size) {
        return {load_word(data), keep_first(load_word(data + 8), size - 8)};
    }
    static TwoWords from_head(const char* head) { return {load_word(head), load_word(head + 8)}; }
    bool equals(const char* head) const { return load_word(head) == first && load_word(head + 8) == second; }
    void store(KeyTable& /*table*/, char* head) const {
        std::memcpy(head, &first, 8);
        std::memcpy(head + 8, &second, 8);
    }
};

/// Any size. The head holds the size and the first 4 bytes, then up to 8 bytes more or the key's address.
struct KeyTable::LongKey {
    std::uint64_t first;
    std::uint64_t second;  // the 8 bytes more; of a key that is not kept in the head: nothing
    const char* data;

    static LongKey from(const char* data, std::uint32_t size) {
        LongKey key{size | (keep_first(load_word(data), std::min(size, 4U)) << 32), 0, data};
        if (size > 4 && size <= kInline_bytes) key.second = keep_first(load_word(data + 4), size - 4);
        return key;
    }
    /// The size and the first bytes of a text lie as they do in a head.
    static LongKey from(const Text& text) {
        static_assert(offsetof(Text, size) == 0 && offsetof(Text, prefix) == 4);
        LongKey key{load_word(reinterpret_cast<const char*>(&text)), 0, text.data};
        if (text.size > 4 && text.size <= kInline_bytes)
            key.second = keep_first(load_word(text.data + 4), text.size - 4);
        return key;
    }
    static LongKey from_head(const char* head) {
        LongKey key{load_word(head), load_word(head + 8), nullptr};
        if (key.size() > kInline_bytes) key.data = reinterpret_cast<const char*>(key.second);
        return key;
    }
    std::uint32_t size() const { return static_cast<std::uint32_t>(first); }
    bool equals(const char* head) const {
        if (load_word(head) != first) return false;
        const std::uint64_t other = load_word(head + 8);
        if (size() <= kInline_bytes) return other == second;
        return std::memcmp(reinterpret_cast<const char*>(other) + 4, data + 4, size() - 4) == 0;
    }
    void store(KeyTable& table, char* head) const {
        const std::uint64_t rest =
            size() <= kInline_bytes ? second : reinterpret_cast<std::uintptr_t>(table.keep_bytes(data, size()));
        std::memcpy(head, &first, 8);
        std::memcpy(head + 8, &rest, 8);
    }
};

template <typename Shape>
struct KeyTable::BatchKeys {
    using Key = Shape;
    const KeyBatch& keys;
    std::uint32_t first;

    std::uint32_t hash(std::uint32_t i) const { return static_cast<std::uint32_t>(keys.hashes[first + i] >> 32); }
    Shape key(std::uint32_t i) const {
        if constexpr (std::is_same_v<Shape, LongKey>)
            if (keys.texts != nullptr) return LongKey::from(keys.texts[keys.text_rows[first + i]]);
        const std::string_view bytes = keys.key(first + i);
        return Shape::from(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
    }
};

template <typename Shape>
struct KeyTable::TableKeys {
    using Key = Shape;
    const KeyTable& table;
    const std::uint64_t* slots;  // none of them free

    std::uint32_t hash(std::uint32_t i) const { return hash_of(slots[i]); }
    Shape key(std::uint32_t i) const { return Shape::from_head(table.head(number_of(slots[i]))); }
};

/// Where each key of a chunk may be: the first slot that holds its hash or is free, and what it holds.
struct KeyTable::Search {
    std::uint64_t places[kChunk];
    std::uint64_t slots[kChunk];
};

KeyTable::KeyTable(std::uint32_t key_bytes, std::uint32_t payload_bytes, StageMemory& memory)
    : memory_(&memory),
      key_bytes_(key_bytes),
      stride_((head_bytes(key_bytes) + payload_bytes + 7) / 8 * 8),
      slots_(memory),
      rows_(memory) {}

template <typename Call>
void KeyTable::with_shape(Call&& call) const {
    if (key_bytes_ == 0 || key_bytes_ > 16)
        call.template operator()<LongKey>();
    else if (key_bytes_ > 8)
        call.template operator()<TwoWords>();
    else
        call.template operator()<OneWord>();
}

/// Finds candidates for all keys of the chunk before any of them is compared, so that the lines that they lie in are
/// fetched side by side.
template <typename Keys>
void KeyTable::search(const Keys& keys, std::uint32_t count, Search& found) const {
    const std::uint64_t* const slots = this->slots();
    for (std::uint32_t i = 0; i < count; ++i) {
        found.places[i] = home(keys.hash(i));
        __builtin_prefetch(slots + found.places[i]);
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t hash = keys.hash(i);
        std::uint64_t place = found.places[i];
        while (slots[place] != 0 && hash_of(slots[place]) != hash) place = (place + 1) & slot_mask_;
        found.places[i] = place;
        found.slots[i] = slots[place];
        if (slots[place] != 0) __builtin_prefetch(head(number_of(slots[place])));
    }
}

/// The slot that holds the key, or the free one where it belongs, from `place` on.
template <typename Shape>
std::uint64_t KeyTable::settle(const Shape& key, std::uint32_t hash, std::uint64_t place) const {
    for (;; place = (place + 1) & slot_mask_) {
        const std::uint64_t slot = slots()[place];
        if (slot == 0 || (hash_of(slot) == hash && key.equals(head(number_of(slot))))) return place;
    }
}

template <typename Shape>
std::uint32_t KeyTable::add(const Shape& key, std::uint32_t hash, std::uint64_t place) {
    key.store(*this, head(size_));
    slots()[place] = make_slot_word(hash, size_);
    return size_++;
}

template <typename Keys>
void KeyTable::put_chunk(const Keys& keys, std::uint32_t count, std::uint32_t* numbers) {
    make_room(std::uint64_t{size_} + count);
    Search found;
    search(keys, count, found);
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto key = keys.key(i);
        if (found.slots[i] != 0 && key.equals(head(number_of(found.slots[i])))) {
            numbers[i] = number_of(found.slots[i]);
            continue;
        }
        const std::uint64_t place = settle(key, keys.hash(i), found.places[i]);
        const std::uint64_t slot = slots()[place];
        numbers[i] = slot != 0 ? number_of(slot) : add(key, keys.hash(i), place);
    }
}

template <typename Keys>
void KeyTable::find_chunk(const Keys& keys, std::uint32_t count, std::uint32_t* numbers) const {
    Search found;
    search(keys, count, found);
    for (std::uint32_t i = 0; i < count; ++i) {
        if (found.slots[i] == 0) {
            numbers[i] = kNone;
            continue;
        }
        const auto key = keys.key(i);
        if (key.equals(head(number_of(found.slots[i])))) {
            numbers[i] = number_of(found.slots[i]);
            continue;
        }
        const std::uint64_t slot = slots()[settle(key, keys.hash(i), (found.places[i] + 1) & slot_mask_)];
        numbers[i] = slot == 0 ? kNone : number_of(slot);
    }
}

void KeyTable::put(const KeyBatch& keys, std::uint32_t* numbers) {
    with_shape([&]<typename Shape>() {
        for (std::uint32_t first = 0; first < keys.count; first += kChunk)
            put_chunk(BatchKeys<Shape>{keys, first}, std::min(kChunk, keys.count - first), numbers + first);
    });
}

void KeyTable::find(const KeyBatch& keys, std::uint32_t* numbers) const {
    if (size_ == 0) {
        std::fill(numbers, numbers + keys.count, kNone);
        return;
    }
    with_shape([&]<typename Shape>() {
        for (std::uint32_t first = 0; first < keys.count; first += kChunk)
            find_chunk(BatchKeys<Shape>{keys, first}, std::min(kChunk, keys.count - first), numbers + first);
    });
}

void KeyTable::put_all(const KeyTable& other, std::vector<std::uint32_t>& numbers) {
    numbers.resize(other.size_);
    if (other.size_ == 0) return;
    // Keys come in the order of their hashes: a table that grew on the way would be full at its front.
    make_room(std::uint64_t{size_} + other.size_);
    std::uint64_t chunk[kChunk];
    std::uint32_t placed[kChunk];
    with_shape([&]<typename Shape>() {
        std::uint32_t count = 0;
        const auto flush = [&] {
            put_chunk(TableKeys<Shape>{other, chunk}, count, placed);
            for (std::uint32_t i = 0; i < count; ++i) numbers[number_of(chunk[i])] = placed[i];
            count = 0;
        };
        for (std::uint64_t place = 0; place <= other.slot_mask_; ++place) {
            const std::uint64_t slot = other.slots()[place];
            if (slot == 0) continue;
            __builtin_prefetch(other.head(number_of(slot)));
            chunk[count++] = slot;
            if (count == kChunk) flush();
        }
        flush();
    });
}

void KeyTable::make_room(std::uint64_t keys) {
    if (keys > most_) {
        if (keys >= kNone - 1) throw Error("E503", "`" + memory_->stage() + "` meets more than 4,294,967,293 keys");
        std::uint64_t slots = slots_.data() == nullptr ? kFirstSlots : (slot_mask_ + 1) * 2;
        while (slots / 8 * 5 < keys) slots *= 2;
        grow_slots(slots);
    }
    const std::size_t needed = keys * stride_;
    if (needed > rows_.capacity_bytes()) rows_.grow(std::max(needed, rows_.capacity_bytes() / 2 * 3));
}

std::size_t KeyTable::growth_bytes(std::uint32_t keys) const {
    const std::uint64_t wanted = std::uint64_t{size_} + keys;
    std::size_t bytes = 0;
    if (wanted > most_) {
        std::uint64_t slots = slots_.data() == nullptr ? kFirstSlots : (slot_mask_ + 1) * 2;
        while (slots / 8 * 5 < wanted) slots *= 2;
        bytes += slots * sizeof(std::uint64_t);
    }
    if (wanted * stride_ > rows_.capacity_bytes())
        bytes += std::max(wanted * stride_, rows_.capacity_bytes() / 2 * 3) - rows_.capacity_bytes();
    return bytes;
}

std::uint64_t KeyTable::sort_slots() {
    if (size_ == 0) return 0;
    std::uint64_t* const first = slots();
    std::uint64_t* const end = std::remove(first, first + slot_mask_ + 1, std::uint64_t{0});
    std::sort(first, end, [this](std::uint64_t a, std::uint64_t b) {
        return hash_of(a) != hash_of(b) ? a < b : key(number_of(a)) < key(number_of(b));
    });
    return static_cast<std::uint64_t>(end - first);
}

void KeyTable::clear() {
    slots_.reset();
    rows_.reset();
    pages_.clear();
    page_at_ = page_end_ = nullptr;
    size_ = 0;
    slot_mask_ = most_ = 0;
    shift_ = 32;
}

void KeyTable::grow_slots(std::uint64_t count) {
    GrowingBytes grown(*memory_);
    grown.grow(count * sizeof(std::uint64_t), GrowingBytes::Use::soon);
    auto* const to = reinterpret_cast<std::uint64_t*>(grown.data());
    const std::uint64_t* const from = slots();
    const std::uint64_t held = from == nullptr ? 0 : slot_mask_ + 1;
    slot_mask_ = count - 1;
    shift_ = 32 - static_cast<unsigned>(std::bit_width(slot_mask_));
    most_ = count / 8 * 5;
    for (std::uint64_t i = 0; i < held; ++i) {
        if (from[i] == 0) continue;
        std::uint64_t place = home(hash_of(from[i]));
        while (to[place] != 0) place = (place + 1) & slot_mask_;
        to[place] = from[i];
    }
    slots_ = std::move(grown);
}

const char* KeyTable::keep_bytes(const char* data, std::uint32_t size) {
    if (static_cast<std::size_t>(page_end_ - page_at_) < size) {
        const std::size_t wanted = std::max<std::size_t>(kPage_bytes, size);
        pages_.emplace_back(*memory_, wanted);
        page_at_ = pages_.back().data();
        page_end_ = page_at_ + wanted;
    }
    char* const kept = page_at_;
    std::memcpy(kept, data, size);
    page_at_ += size;
    return kept;
}

std::string_view KeyTable::key(std::uint32_t number) const {
    const char* const at = head(number);
    if (key_bytes_ != 0 && key_bytes_ <= 16) return {at, key_bytes_};
    const LongKey key = LongKey::from_head(at);
    return {key.size() <= kInline_bytes ? at + 4 : key.data, key.size()};
}

}  // namespace etl
