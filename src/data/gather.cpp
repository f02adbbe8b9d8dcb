#include "data/gather.hpp"

#include <cstring>

namespace etl {

namespace {

/// `indices` are places in column.values; null_at tells whether row i of the result is null.
template <typename Stored>
void copy_values(const Column& column, const std::uint32_t* indices, std::uint32_t count, Arena& arena, Column& out) {
    const auto* const from = column.data<Stored>();
    auto* const to = arena.array<Stored>(count);
    for (std::uint32_t i = 0; i < count; ++i) to[i] = indices[i] == kNoRow ? Stored{} : from[indices[i]];
    out.values = to;
}

Column gather_indices(const Column& column, const std::uint32_t* indices, std::uint32_t count, Arena& arena);

void gather_list(const Column& column, const std::uint32_t* indices, std::uint32_t count, Arena& arena, Column& out) {
    const auto* const from = column.data<std::uint32_t>();
    auto* const offsets = arena.array<std::uint32_t>(std::size_t{count} + 1);
    offsets[0] = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t index = indices[i];
        offsets[i + 1] = offsets[i] + (index == kNoRow ? 0 : from[index + 1] - from[index]);
    }
    const Column& items = column.children[0];
    auto* const item_rows = arena.array<std::uint32_t>(offsets[count]);
    std::uint32_t* at = item_rows;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (indices[i] == kNoRow) continue;
        for (std::uint32_t item = from[indices[i]]; item < from[indices[i] + 1]; ++item) *at++ = item;
    }
    out.values = offsets;
    out.children.push_back(gather(items, item_rows, offsets[count], arena));
    if (out.children[0].encoding == Encoding::constant)
        out.children[0] = flatten(out.children[0], offsets[count], arena);
}

Column gather_indices(const Column& column, const std::uint32_t* indices, std::uint32_t count, Arena& arena) {
    Column out;
    out.type = column.type;
    switch (column.type->kind) {
        case TypeKind::list: gather_list(column, indices, count, arena, out); return out;
        case TypeKind::record:
            for (const auto& child : column.children) {
                out.children.push_back(gather(child, indices, count, arena));
                if (out.children.back().encoding == Encoding::constant)
                    out.children.back() = flatten(out.children.back(), count, arena);
            }
            return out;
        default: break;
    }
    switch (column.type->width_bytes()) {
        case 1: copy_values<std::uint8_t>(column, indices, count, arena, out); break;
        case 4: copy_values<std::uint32_t>(column, indices, count, arena, out); break;
        case 8: copy_values<std::uint64_t>(column, indices, count, arena, out); break;
        default:
            if (column.type->kind == TypeKind::text)
                copy_values<Text>(column, indices, count, arena, out);
            else
                copy_values<Int128>(column, indices, count, arena, out);
    }
    return out;
}

const std::uint64_t* gather_valid(const Column& column, const std::uint32_t* rows, std::uint32_t count, Arena& arena) {
    auto* const words = arena.array<std::uint64_t>(bitmap_words(count) + 1);
    bool has_nulls = false;
    std::uint64_t word = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool valid = rows[i] != kNoRow && column.is_valid(rows[i]);
        word |= std::uint64_t{valid} << (i & 63);
        has_nulls = has_nulls || !valid;
        if ((i & 63) != 63) continue;
        words[i >> 6] = word;
        word = 0;
    }
    if ((count & 63) != 0) words[count >> 6] = word;
    return has_nulls ? words : nullptr;
}

/// The places in column.values of the rows; null rows that have no place stay kNoRow.
const std::uint32_t* places_of(const Column& column, const std::uint32_t* rows, std::uint32_t count, Arena& arena) {
    if (column.encoding == Encoding::flat) return rows;
    auto* const places = arena.array<std::uint32_t>(count);
    for (std::uint32_t i = 0; i < count; ++i)
        places[i] = rows[i] == kNoRow || !column.is_valid(rows[i])
                        ? kNoRow
                        : static_cast<std::uint32_t>(column.index_of(rows[i]));
    return places;
}

bool any_missing(const std::uint32_t* rows, std::uint32_t count) {
    bool missing = false;
    for (std::uint32_t i = 0; i < count; ++i) missing |= rows[i] == kNoRow;
    return missing;
}

Column gather_flat(const Column& column, const std::uint32_t* rows, std::uint32_t count, Arena& arena) {
    Column out = gather_indices(column, places_of(column, rows, count, arena), count, arena);
    if (column.valid != nullptr || any_missing(rows, count)) out.valid = gather_valid(column, rows, count, arena);
    return out;
}

}  // namespace

Column gather(const Column& column, const std::uint32_t* rows, std::uint32_t count, Arena& arena) {
    if (column.encoding == Encoding::constant && !any_missing(rows, count)) return column;
    return gather_flat(column, rows, count, arena);
}

Column flatten(const Column& column, std::uint32_t rows, Arena& arena) {
    if (column.encoding == Encoding::flat) return column;
    auto* const all = arena.array<std::uint32_t>(rows);
    for (std::uint32_t i = 0; i < rows; ++i) all[i] = i;
    return gather_flat(column, all, rows, arena);
}

Column null_column(const DataType* type, Arena& arena) {
    Value null;
    null.type = type;
    return constant_column(null, arena);
}

}  // namespace etl
