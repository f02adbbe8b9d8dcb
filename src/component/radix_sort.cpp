#include "component/radix_sort.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace etl {

namespace {

constexpr unsigned kDigit_bits = 8;
constexpr std::size_t kDigits = 1U << kDigit_bits;
constexpr std::size_t kFewItems = 48;            // sorted by insertion
constexpr std::size_t kCachedItems = 32 * 1024;  // with their scratch: what the second level of a cache holds

using Counts = std::array<std::size_t, kDigits>;

void insertion_sort(SortItem* items, std::size_t count) {
    for (std::size_t i = 1; i < count; ++i) {
        const SortItem item = items[i];
        std::size_t place = i;
        for (; place > 0 && items[place - 1].key > item.key; --place) items[place] = items[place - 1];
        items[place] = item;
    }
}

/// One stable pass by a digit. False: all items have the same, nothing was moved.
bool distribute(const SortItem* from, SortItem* to, std::size_t count, unsigned shift, Counts& begins) {
    Counts counts{};
    for (std::size_t i = 0; i < count; ++i) ++counts[(from[i].key >> shift) & (kDigits - 1)];
    if (counts[(from[0].key >> shift) & (kDigits - 1)] == count) return false;
    std::size_t begin = 0;
    for (std::size_t digit = 0; digit < kDigits; ++digit) {
        begins[digit] = begin;
        begin += counts[digit];
    }
    Counts next = begins;
    for (std::size_t i = 0; i < count; ++i) to[next[(from[i].key >> shift) & (kDigits - 1)]++] = from[i];
    return true;
}

/// From the lowest digit up: for what fits the cache. Returns where the items are then.
SortItem* sort_upwards(SortItem* items, SortItem* scratch, std::size_t count, unsigned bits) {
    Counts begins;
    for (unsigned shift = 0; shift < bits; shift += kDigit_bits)
        if (distribute(items, scratch, count, shift, begins)) std::swap(items, scratch);
    return items;
}

/// The highest digit first, so that what follows works in the cache, bucket by bucket. The result is left in `target`,
/// which is items or scratch.
void sort_downwards(SortItem* items, SortItem* scratch, SortItem* target, std::size_t count, unsigned bits) {
    while (count > kCachedItems && bits > 0) {
        const unsigned shift = bits > kDigit_bits ? bits - kDigit_bits : 0;
        Counts begins;
        bits = shift;
        if (!distribute(items, scratch, count, shift, begins)) continue;
        for (std::size_t digit = 0; digit < kDigits; ++digit) {
            const std::size_t begin = begins[digit];
            const std::size_t end = digit + 1 < kDigits ? begins[digit + 1] : count;
            if (begin < end) sort_downwards(scratch + begin, items + begin, target + begin, end - begin, bits);
        }
        return;
    }
    if (count <= kFewItems)
        insertion_sort(items, count);
    else if (bits > 0)
        items = sort_upwards(items, scratch, count, bits);
    if (items != target) std::memcpy(target, items, count * sizeof(SortItem));
}

}  // namespace

void radix_sort(SortItem* items, SortItem* scratch, std::size_t count, unsigned bits) {
    if (count > 1) sort_downwards(items, scratch, items, count, bits);
}

}  // namespace etl
