#pragma once

#include <cstddef>
#include <cstdint>

#include "data/unpack.hpp"

namespace etl {

/// Calls body(row, bytes, size) for the field of every selected row.
template <typename Body>
inline void for_each_field(const Column& raw, const RawRows& rows, Body&& body) {
    const RecordIndex& records = *rows.records;
    const std::uint32_t* const ends = records.ends + raw.raw_field;
    const std::size_t columns = records.columns;
    const bool is_first = raw.raw_field == 0;
    // One loop for all, so that the body is inlined once and what it reads of the column stays in registers.
    const std::uint32_t* const selected = rows.selected.rows;
    const std::uint32_t* const record_of = rows.record_of;
    for (std::uint32_t i = 0; i < rows.selected.size; ++i) {
        const std::uint32_t row = selected == nullptr ? i : selected[i];
        const std::uint32_t record = record_of == nullptr ? row : record_of[row];
        const std::size_t at = record * columns;
        const std::uint32_t begin = is_first ? records.record_begin(record) : ends[at - 1] + 1;
        body(row, records.block + begin, std::size_t{ends[at] - begin});
    }
}

}  // namespace etl
