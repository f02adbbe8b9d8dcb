#include "data/key.hpp"

#include <bit>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace etl {

namespace {

/// The bits of a word spread over all of them.
std::uint64_t mix(std::uint64_t word) {
    word ^= word >> 32;
    word *= 0xD6E8FEB86659FD93ULL;
    word ^= word >> 32;
    word *= 0xD6E8FEB86659FD93ULL;
    return word ^ (word >> 32);
}

std::uint64_t load_word(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
}

/// Of a short key without a branch on its size, which is hard to foresee: its first and its last eight bytes, folded by
/// a wide product (after Wang Yi's wyhash). Up to 8 bytes behind the key are read.
std::uint64_t hash_short(const char* data, std::size_t size) {
    constexpr std::uint64_t kEmpty[1] = {};
    constexpr std::size_t kWord = 8;
    const char* const from = size == 0 ? reinterpret_cast<const char*>(kEmpty) : data;
    const std::uint64_t kept = size >= kWord ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * (size % kWord))) - 1;
    const std::uint64_t first = load_word(from) & kept;
    const std::uint64_t last = load_word(from + (size > kWord ? size - kWord : 0)) & kept;
    const UInt128 product =
        UInt128{first ^ 0x2D358DCCAA6C78A5ULL} * (last ^ (0x8BB84B93962EACC9ULL + size * 0x9E3779B97F4A7C15ULL));
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_key(const char* data, std::size_t size) {
    return size <= 16 ? hash_short(data, size) : XXH3_64bits(data, size);
}

constexpr std::uint64_t kNullHash = 0x9E3779B97F4A7C15ULL;

double normal_float(double value) {
    if (value == 0) return 0;
    return value != value ? std::bit_cast<double>(0x7FF8000000000000ULL) : value;
}

}  // namespace

std::uint64_t hash_bytes(const void* data, std::size_t size) {
    if (size == 8) {
        std::uint64_t word;
        std::memcpy(&word, data, 8);
        return mix(word + kNullHash);
    }
    return XXH3_64bits(data, size);
}

std::uint64_t hash_row(const Column& column, std::uint32_t row) {
    if (!column.is_valid(row)) return kNullHash;
    const std::size_t at = column.index_of(row);
    switch (column.type->kind) {
        case TypeKind::null: return kNullHash;
        case TypeKind::boolean: return mix(column.data<std::uint8_t>()[at] + 1);
        case TypeKind::date: return mix(static_cast<std::uint64_t>(column.data<std::int32_t>()[at]));
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: return mix(static_cast<std::uint64_t>(column.data<std::int64_t>()[at]));
        case TypeKind::floating: return mix(std::bit_cast<std::uint64_t>(normal_float(column.data<double>()[at])));
        case TypeKind::decimal: {
            // Equal at any scale: zeros at the end are no part of the value.
            Int128 value =
                column.type->is_wide_decimal() ? column.data<Int128>()[at] : Int128{column.data<std::int64_t>()[at]};
            for (unsigned places = column.type->scale; places > 0 && value % 10 == 0; --places) value /= 10;
            return mix(static_cast<std::uint64_t>(value) ^ mix(static_cast<std::uint64_t>(value >> 64)));
        }
        case TypeKind::text: {
            const std::string_view text = column.data<Text>()[at].view();
            return XXH3_64bits(text.data(), text.size());
        }
        case TypeKind::list: {
            const auto* const offsets = column.data<std::uint32_t>();
            std::uint64_t hash = offsets[at + 1] - offsets[at];
            for (std::uint32_t i = offsets[at]; i < offsets[at + 1]; ++i)
                hash = mix(hash + hash_row(column.children[0], i));
            return hash;
        }
        case TypeKind::record: {
            std::uint64_t hash = 1;
            for (const auto& child : column.children)
                hash = mix(hash + hash_row(child, static_cast<std::uint32_t>(at)));
            return hash;
        }
    }
    return 0;
}

void mark_null_keys(std::span<const Column* const> columns, Selection selected, std::vector<std::uint64_t>& any) {
    any.assign(bitmap_words(selected.size), 0);
    for (const Column* column : columns) {
        if (column->valid == nullptr) continue;
        for (std::uint32_t i = 0; i < selected.size; ++i)
            any[i >> 6] |= std::uint64_t{!column->is_valid(selected[i])} << (i & 63);
    }
}

void hash_keys(KeyBatch& keys) {
    keys.hashes.resize(keys.count);
    if (keys.fixed_size == 8) {
        for (std::uint32_t i = 0; i < keys.count; ++i) {
            std::uint64_t word;
            std::memcpy(&word, keys.bytes.data() + std::size_t{i} * 8, 8);
            keys.hashes[i] = mix(word + kNullHash);
        }
        return;
    }
    for (std::uint32_t i = 0; i < keys.count; ++i) {
        const std::string_view key = keys.key(i);
        keys.hashes[i] = hash_key(key.data(), key.size());
    }
}

}  // namespace etl
