#include "stages/sort/key_sorter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "component/row_pages.hpp"

namespace etl {

namespace {

constexpr std::size_t kFewItems = 24;          // sorted by comparing
constexpr std::uint32_t kMostStoredWords = 4;  // packed at once: each is a walk through all rows

const SortEntry& entry_of(const SortItem& item) { return *reinterpret_cast<const SortEntry*>(item.value); }

/// The bits of `word` under `mask`, packed.
std::uint64_t extract(std::uint64_t word, std::uint64_t mask) {
    std::uint64_t packed = 0;
    for (unsigned at = 0; mask != 0;) {
        const auto low = static_cast<unsigned>(std::countr_zero(mask));
        const auto run = static_cast<unsigned>(std::countr_one(mask >> low));
        const std::uint64_t ones = run == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << run) - 1;
        packed |= ((word >> low) & ones) << at;
        at += run;
        mask &= ~(ones << low);
    }
    return packed;
}

/// As many of the highest bits of a mask.
std::uint64_t highest_bits(std::uint64_t mask, unsigned count) {
    for (auto extra = static_cast<unsigned>(std::popcount(mask)) - count; extra > 0; --extra) mask &= mask - 1;
    return mask;
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) std::uint64_t extract_fast(std::uint64_t word, std::uint64_t mask) {
    return __builtin_ia32_pext_di(word, mask);
}
bool has_fast_extract() { return __builtin_cpu_supports("bmi2") != 0; }
#else
std::uint64_t extract_fast(std::uint64_t word, std::uint64_t mask) { return extract(word, mask); }
bool has_fast_extract() { return false; }
#endif

}  // namespace

KeySorter::KeySorter(const RowLayouts& layouts, std::uint32_t words, std::size_t most_key_bytes)
    : layouts_(&layouts), words_(words), key_words_(static_cast<std::uint32_t>((most_key_bytes + 7) / 8)) {}

bool KeySorter::sort(SortItem* items, SortItem* scratch, std::size_t count, bool keeps_entries) const {
    bool resolved = false;
    std::vector<Range> open = {{0, count, 0}};
    while (!open.empty()) {
        const Range range = open.back();
        open.pop_back();
        SortItem* const first = items + range.begin;
        const std::size_t size = range.end - range.begin;
        if (size <= kFewItems && range.word != 0) {
            insertion_sort(first, size, range.word);
            continue;
        }
        const Packing packing = pack(first, size, range.word);
        fill(packing, first, size);
        if (range.word == 0 && !has_more(packing) && !keeps_entries) {
            for (std::size_t i = 0; i < size; ++i)
                first[i].value = reinterpret_cast<std::uintptr_t>(entry_of(first[i]).row);
            resolved = true;
        }
        radix_sort(first, scratch + range.begin, size, packing.bits);
        if (!has_more(packing)) continue;
        for (std::size_t begin = 0, end = 0; begin < size; begin = end) {
            while (end < size && first[end].key == first[begin].key) ++end;
            if (end - begin > 1) open.push_back({range.begin + begin, range.begin + end, packing.next_word});
        }
    }
    return resolved;
}

std::uint64_t KeySorter::word(const SortItem& item, std::uint32_t number) const {
    const SortEntry& entry = entry_of(item);
    return number < words_ ? entry.words[number] : stored_word(entry.row, number);
}

std::uint64_t KeySorter::stored_word(const char* row, std::uint32_t number) const {
    const std::string_view key = stored_key(*layouts_, row);
    const std::size_t begin = std::size_t{number - words_} * 8;
    if (begin >= key.size()) return 0;
    std::uint64_t word = 0;
    std::memcpy(&word, key.data() + begin, std::min<std::size_t>(8, key.size() - begin));
    return __builtin_bswap64(word);
}

/// The first stored word in which not all keys are alike: long keys may begin alike.
std::uint32_t KeySorter::first_difference(const SortItem* items, std::size_t count, std::uint32_t first_word) const {
    const char* const any = entry_of(items[0]).row;
    std::uint32_t least = key_words_;
    for (std::size_t i = 1; i < count && least > first_word; ++i) {
        const char* const row = entry_of(items[i]).row;
        std::uint32_t number = first_word;
        while (number < least && stored_word(row, number) == stored_word(any, number)) ++number;
        least = number;
    }
    return least;
}

KeySorter::Packing KeySorter::pack(const SortItem* items, std::size_t count, std::uint32_t first_word) const {
    Packing packing;
    std::uint32_t stored = 0;
    for (std::uint32_t number = first_word; number < key_words_ && packing.bits < 64; ++number) {
        if (number >= words_) number = first_difference(items, count, number);
        packing.next_word = number;
        if (number == key_words_ || (number >= words_ && stored++ == kMostStoredWords)) break;
        const std::uint64_t any = word(items[0], number);
        std::uint64_t differing = 0;
        for (std::size_t i = 1; i < count; ++i) differing |= word(items[i], number) ^ any;
        const unsigned room = 64 - packing.bits;
        const bool fits = static_cast<unsigned>(std::popcount(differing)) <= room;
        if (fits) packing.next_word = number + 1;
        if (differing == 0) continue;
        if (!fits) differing = highest_bits(differing, room);
        const auto bits = static_cast<unsigned>(std::popcount(differing));
        packing.pieces.push_back({number, bits, differing});
        packing.bits += bits;
    }
    return packing;
}

void KeySorter::fill(const Packing& packing, SortItem* items, std::size_t count) const {
    const bool fast = has_fast_extract();
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t key = 0;
        for (const Packing::Piece& piece : packing.pieces) {
            const std::uint64_t value = word(items[i], piece.word);
            const std::uint64_t part = fast ? extract_fast(value, piece.mask) : extract(value, piece.mask);
            key = piece.bits == 64 ? part : (key << piece.bits) | part;
        }
        items[i].key = key;
    }
}

bool KeySorter::is_before(const SortItem& a, const SortItem& b, std::uint32_t first_word) const {
    for (std::uint32_t number = first_word; number < key_words_; ++number) {
        const std::uint64_t a_word = word(a, number);
        const std::uint64_t b_word = word(b, number);
        if (a_word != b_word) return a_word < b_word;
    }
    return false;
}

void KeySorter::insertion_sort(SortItem* items, std::size_t count, std::uint32_t first_word) const {
    for (std::size_t i = 1; i < count; ++i) {
        const SortItem item = items[i];
        std::size_t place = i;
        for (; place > 0 && is_before(item, items[place - 1], first_word); --place) items[place] = items[place - 1];
        items[place] = item;
    }
}

}  // namespace etl
