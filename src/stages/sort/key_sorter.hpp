#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "component/radix_sort.hpp"
#include "component/row_layout.hpp"

namespace etl {

/// What is kept of a row to sort it by: its address and the first bytes of its key, 8 a word, so that words compare as
/// the bytes do. Entries stand one behind the other, entry_bytes(words) apart.
struct SortEntry {
    const char* row;
    std::uint64_t words[1];  // or more

    static constexpr std::size_t entry_bytes(std::uint32_t word_count) {
        return sizeof(const char*) + word_count * sizeof(std::uint64_t);
    }
};

/// Sorts entries by their keys. The bits in which the keys differ are packed into words, most often one, and sorted by
/// radix: no comparison but in small runs of equal words.
class KeySorter {
  public:
    /// words: of an entry. most_key_bytes: of the longest key; what does not fit the entry is stored with the row.
    KeySorter(const RowLayouts& layouts, std::uint32_t words, std::size_t most_key_bytes);

    /// items: the value of each is its entry's address; they come in source order, which equal keys keep. True: the
    /// values were replaced by the addresses of the rows, entries are needed no more; never where keeps_entries.
    /// scratch: as many items.
    bool sort(SortItem* items, SortItem* scratch, std::size_t count, bool keeps_entries = false) const;

  private:
    /// Some bits of some words of the keys, one behind the other.
    struct Packing {
        struct Piece {
            std::uint32_t word;
            unsigned bits;
            std::uint64_t mask;
        };
        std::vector<Piece> pieces;
        unsigned bits = 0;
        std::uint32_t next_word = 0;  // the first one that may still tell equal items apart
    };
    struct Range {
        std::size_t begin, end;
        std::uint32_t word;
    };

    std::uint64_t word(const SortItem& item, std::uint32_t number) const;
    std::uint64_t stored_word(const char* row, std::uint32_t number) const;
    std::uint32_t first_difference(const SortItem* items, std::size_t count, std::uint32_t first_word) const;
    Packing pack(const SortItem* items, std::size_t count, std::uint32_t first_word) const;
    void fill(const Packing& packing, SortItem* items, std::size_t count) const;
    void insertion_sort(SortItem* items, std::size_t count, std::uint32_t first_word) const;
    bool is_before(const SortItem& a, const SortItem& b, std::uint32_t first_word) const;
    bool has_more(const Packing& packing) const { return packing.next_word < key_words_; }

    const RowLayouts* layouts_;
    std::uint32_t words_;
    std::uint32_t key_words_;
};

}  // namespace etl
