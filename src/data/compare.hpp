#pragma once

#include <cstdint>

#include "data/column.hpp"
#include "data/value.hpp"

namespace etl {

// Order of the language: numbers by value, text by code point (byte by byte), false before true, lists and records item
// by item. 0.0 equals -0.0; not-a-number equals itself and is the greatest. Any encoding but raw; the columns have the
// same type but for nullability and a decimal's precision and scale.

/// Less than 0, 0 or more than 0; null is the greatest and equals null.
int compare_rows(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row);
/// Null equals null.
bool equal_rows(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row);

int compare_values(const Value& a, const Value& b);

inline int compare_texts(const Text& a, const Text& b) {
    std::uint32_t a_prefix, b_prefix;
    std::memcpy(&a_prefix, a.prefix, 4);
    std::memcpy(&b_prefix, b.prefix, 4);
    if (a_prefix != b_prefix) return __builtin_bswap32(a_prefix) < __builtin_bswap32(b_prefix) ? -1 : 1;
    const std::uint32_t shared = a.size < b.size ? a.size : b.size;
    if (shared > 4) {
        const int order = std::memcmp(a.data + 4, b.data + 4, shared - 4);
        if (order != 0) return order;
    }
    return a.size < b.size ? -1 : (a.size > b.size ? 1 : 0);
}
inline bool equal_texts(const Text& a, const Text& b) {
    std::uint64_t a_head, b_head;
    std::memcpy(&a_head, &a, 8);
    std::memcpy(&b_head, &b, 8);
    return a_head == b_head && (a.size <= 4 || std::memcmp(a.data + 4, b.data + 4, a.size - 4) == 0);
}
/// As above: -0.0 equals 0.0, not-a-number is the greatest.
inline int compare_floats(double a, double b) {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a == b) return 0;
    return static_cast<int>(a != a) - static_cast<int>(b != b);
}

}  // namespace etl
