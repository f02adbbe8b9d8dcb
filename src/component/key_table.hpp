#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "component/stage_memory.hpp"
#include "data/key.hpp"

namespace etl {

/// Numbers keys 0, 1, 2, … in the order in which they are first put in, and keeps a payload with each. One thread at a
/// time; find() from any number of them while nobody writes.
///
/// A slot of the table is a word: the key's number and the upper half of its hash. Slots stand in the order of the
/// hash, so that growing and merging go through memory in order, and 64 partitions by the hash's top bits are ranges
/// of slots. Short keys lie beside their payload, in one line; long ones in pages.
class KeyTable {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    static constexpr std::uint32_t kPartitions = 64;

    /// key_bytes: of every key; 0: they differ. Payloads start as zeros and are 8-byte aligned.
    KeyTable(std::uint32_t key_bytes, std::uint32_t payload_bytes, StageMemory& memory);

    std::uint32_t size() const { return size_; }
    /// numbers[i]: that of key i; a key that is new gets the next one, from size() on.
    void put(const KeyBatch& keys, std::uint32_t* numbers);
    /// kNone where the key is not there.
    void find(const KeyBatch& keys, std::uint32_t* numbers) const;
    /// Puts the keys of a table of the same kind in. numbers[n]: the number here of its key n.
    void put_all(const KeyTable& other, std::vector<std::uint32_t>& numbers);

    /// Bytes that put() may ask for if so many keys are new.
    std::size_t growth_bytes(std::uint32_t keys) const;
    /// visit(hash, number) for all keys, in the order of their hashes and, of equal ones, of their bytes. hash: its
    /// upper half. Nothing can be put or found then before clear().
    template <typename Visit>
    void visit_by_hash(Visit&& visit) {
        const std::uint64_t count = sort_slots();
        for (std::uint64_t i = 0; i < count; ++i)
            visit(static_cast<std::uint32_t>(slots()[i] >> 32), static_cast<std::uint32_t>(slots()[i]) - 1);
    }
    /// No key any more, no memory kept.
    void clear();

    std::string_view key(std::uint32_t number) const;
    /// Addresses change with put.
    char* payload(std::uint32_t number) const { return payloads() + std::size_t{number} * stride_; }
    template <typename T>
    T& payload_as(std::uint32_t number) const {
        return *reinterpret_cast<T*>(payload(number));
    }
    /// Payload n is at payloads() + n * stride().
    char* payloads() const { return rows_.data() + head_bytes(key_bytes_); }
    std::uint32_t stride() const { return stride_; }

  private:
    /// Of a key beside its payload.
    static std::uint32_t head_bytes(std::uint32_t key_bytes) { return key_bytes != 0 && key_bytes <= 8 ? 8 : 16; }

    static constexpr std::uint32_t kChunk = 128;

    struct OneWord;
    struct TwoWords;
    struct LongKey;
    template <typename Shape>
    struct BatchKeys;
    template <typename Shape>
    struct TableKeys;
    struct Search;

    template <typename Call>
    void with_shape(Call&& call) const;
    template <typename Keys>
    void put_chunk(const Keys& keys, std::uint32_t count, std::uint32_t* numbers);
    template <typename Keys>
    void find_chunk(const Keys& keys, std::uint32_t count, std::uint32_t* numbers) const;
    template <typename Keys>
    void search(const Keys& keys, std::uint32_t count, Search& found) const;
    template <typename Shape>
    std::uint64_t settle(const Shape& key, std::uint32_t hash, std::uint64_t place) const;
    template <typename Shape>
    std::uint32_t add(const Shape& key, std::uint32_t hash, std::uint64_t place);
    void make_room(std::uint64_t keys);
    std::uint64_t sort_slots();
    void grow_slots(std::uint64_t slots);
    const char* keep_bytes(const char* data, std::uint32_t size);
    std::uint64_t* slots() const { return reinterpret_cast<std::uint64_t*>(slots_.data()); }
    char* head(std::uint32_t number) const { return rows_.data() + std::size_t{number} * stride_; }
    std::uint64_t home(std::uint32_t hash) const { return std::uint64_t{hash} >> shift_; }

    StageMemory* memory_;
    std::uint32_t key_bytes_;
    std::uint32_t stride_;
    std::uint32_t size_ = 0;
    unsigned shift_ = 32;          // of a 32-bit hash, for its home slot
    std::uint64_t slot_mask_ = 0;  // number of slots - 1
    std::uint64_t most_ = 0;       // keys that the slots have room for
    GrowingBytes slots_;
    GrowingBytes rows_;
    std::vector<StagePage> pages_;  // of long keys
    char* page_at_ = nullptr;
    char* page_end_ = nullptr;
};

}  // namespace etl
