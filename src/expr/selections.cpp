#include <bit>
#include <cstring>

#include "expr/node_evaluator.hpp"

namespace etl {

namespace {

bool bit_at(const std::uint64_t* bits, std::uint32_t row) { return ((bits[row >> 6] >> (row & 63)) & 1) != 0; }

/// keep(row) -> 0 or 1, without a branch.
template <typename Keep>
Selection keep_rows(Selection rows, Arena& arena, Keep&& keep) {
    auto* kept = arena.array<std::uint32_t>(std::size_t{rows.size} + 1);
    std::uint32_t count = 0;
    for_each_row(rows, [&](std::uint32_t row) {
        kept[count] = row;
        count += keep(row);
    });
    return count == rows.size ? rows : Selection{kept, count};
}

/// Of the bits of rows 0 to count - 1: are all set?
bool all_set(const std::uint64_t* bits, std::uint32_t count) {
    for (std::uint32_t word = 0; word < count >> 6; ++word)
        if (bits[word] != UINT64_MAX) return false;
    const std::uint32_t rest = count & 63;
    return rest == 0 || (~bits[count >> 6] & ((std::uint64_t{1} << rest) - 1)) == 0;
}

}  // namespace

Selection rows_with_bit(Selection rows, const std::uint64_t* bits, Arena& arena) {
    if (rows.rows != nullptr)
        return keep_rows(rows, arena, [=](std::uint32_t row) { return std::uint32_t{bit_at(bits, row)}; });
    if (all_set(bits, rows.size)) return rows;
    auto* kept = arena.array<std::uint32_t>(rows.size);
    std::uint32_t count = 0;
    for (std::uint32_t base = 0; base < rows.size; base += 64) {
        std::uint64_t word = bits[base >> 6];
        if (rows.size - base < 64) word &= (std::uint64_t{1} << (rows.size - base)) - 1;
        for (; word != 0; word &= word - 1) kept[count++] = base + static_cast<std::uint32_t>(std::countr_zero(word));
    }
    return {kept, count};
}

Selection rows_without_bit(Selection rows, const std::uint64_t* bits, Arena& arena) {
    if (rows.rows == nullptr && all_set(bits, rows.size)) return {};
    return keep_rows(rows, arena, [=](std::uint32_t row) { return std::uint32_t{!bit_at(bits, row)}; });
}

Selection rows_where_true(Selection rows, const Column& column, Arena& arena) {
    const auto* values = column.data<std::uint8_t>();
    if (column.encoding == Encoding::constant) return column.is_valid(0) && *values != 0 ? rows : Selection{};
    if (column.valid == nullptr)
        return keep_rows(rows, arena, [=](std::uint32_t row) { return std::uint32_t{values[row]}; });
    return keep_rows(rows, arena, [=, valid = column.valid](std::uint32_t row) {
        return std::uint32_t{values[row]} & std::uint32_t{bit_at(valid, row)};
    });
}

Selection rows_except(Selection rows, Selection taken, Arena& arena) {
    if (taken.size == 0) return rows;
    std::uint32_t next = 0;
    return keep_rows(rows, arena, [&](std::uint32_t row) {
        while (next < taken.size && taken[next] < row) ++next;
        return std::uint32_t{next == taken.size || taken[next] != row};
    });
}

Selection rows_merged(Selection a, Selection b, Arena& arena) {
    if (a.size == 0) return b;
    if (b.size == 0) return a;
    auto* merged = arena.array<std::uint32_t>(std::size_t{a.size} + b.size);
    std::uint32_t from_a = 0, from_b = 0, count = 0;
    while (from_a < a.size && from_b < b.size) {
        const std::uint32_t x = a[from_a], y = b[from_b];
        merged[count++] = x < y ? x : y;
        from_a += x < y ? 1 : 0;
        from_b += x < y ? 0 : 1;
    }
    while (from_a < a.size) merged[count++] = a[from_a++];
    while (from_b < b.size) merged[count++] = b[from_b++];
    return {merged, count};
}

PatchedColumn::PatchedColumn(const DataType* type, std::uint32_t row_count, Arena& arena)
    : type_(type), row_count_(row_count), arena_(arena), values_(arena.take(row_count * type->width_bytes())) {}

namespace {

template <typename Stored>
void copy_rows(void* values, const Column& part, Selection rows) {
    auto* to = static_cast<Stored*>(values);
    const auto* from = part.data<Stored>();
    if (part.encoding == Encoding::constant)
        for_each_row(rows, [=, value = *from](std::uint32_t row) { to[row] = value; });
    else if (rows.rows == nullptr)
        std::memcpy(to, from, rows.size * sizeof(Stored));
    else
        for_each_row(rows, [=](std::uint32_t row) { to[row] = from[row]; });
}

}  // namespace

void PatchedColumn::put(const Column& part, Selection rows) {
    if (rows.size == 0) return;
    put_values(part, rows);
    put_valid(part, rows);
}

void PatchedColumn::put_values(const Column& part, Selection rows) {
    switch (type_->width_bytes()) {
        case 1: copy_rows<std::uint8_t>(values_, part, rows); break;
        case 4: copy_rows<std::uint32_t>(values_, part, rows); break;
        case 8: copy_rows<std::uint64_t>(values_, part, rows); break;
        default:
            if (type_->is(TypeKind::text))
                copy_rows<Text>(values_, part, rows);
            else
                copy_rows<Int128>(values_, part, rows);
    }
}

void PatchedColumn::put_valid(const Column& part, Selection rows) {
    if (part.valid == nullptr) return;
    if (valid_ == nullptr) {
        valid_ = arena_.array<std::uint64_t>(bitmap_words(row_count_));
        std::memset(valid_, 0xFF, bitmap_words(row_count_) * sizeof(std::uint64_t));
    }
    for_each_row(rows, [&](std::uint32_t row) {
        const std::uint64_t null = std::uint64_t{!part.is_valid(row)} << (row & 63);
        valid_[row >> 6] &= ~null;
    });
}

Column PatchedColumn::finish() {
    Column out;
    out.type = type_;
    out.values = values_;
    out.valid = valid_;
    return out;
}

}  // namespace etl
