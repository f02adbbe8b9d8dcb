#pragma once

#include <cstddef>
#include <cstdint>

namespace etl {

/// A word that is sorted by, and what goes with it.
struct SortItem {
    std::uint64_t key;
    std::uint64_t value;
};

/// Sorts by the lowest `bits` bits of the keys (the others are equal), ascending and stable. scratch: as many items, of
/// any content.
void radix_sort(SortItem* items, SortItem* scratch, std::size_t count, unsigned bits);

}  // namespace etl
