#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace etl {

// Keys of the records that blocking stages write out: numbers are spelled so that bytes compare as they do.

/// The first 8 bytes of a key, so that words compare as they do.
inline std::uint64_t key_prefix(std::string_view key) {
    std::uint64_t word = 0;
    std::memcpy(&word, key.data(), key.size() < sizeof word ? key.size() : sizeof word);
    return __builtin_bswap64(word);
}

/// A key behind the upper half of its hash, as KeyTable::visit_by_hash orders them.
inline void spell_hashed_key(std::uint32_t hash, std::string_view key, std::string& out) {
    const std::uint32_t bytes = __builtin_bswap32(hash);
    out.assign(reinterpret_cast<const char*>(&bytes), sizeof bytes);
    out += key;
}
inline std::string_view key_behind_hash(std::string_view hashed) { return hashed.substr(sizeof(std::uint32_t)); }

/// A place in source order.
struct SpelledOrder {
    explicit SpelledOrder(std::uint64_t order) : bytes(__builtin_bswap64(order)) {}
    operator std::string_view() const { return {reinterpret_cast<const char*>(&bytes), sizeof bytes}; }
    std::uint64_t bytes;
};

}  // namespace etl
