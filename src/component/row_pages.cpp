#include "component/row_pages.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "component/nested_value.hpp"
#include "data/gather.hpp"

namespace etl {

namespace {

constexpr std::size_t kPage_bytes = 256 * 1024 - StageMemory::kMargin_bytes;

StoredRow& head_of(char* row) { return *reinterpret_cast<StoredRow*>(row); }

std::uint32_t begin_of_field(const RecordIndex& records, std::uint32_t record, std::uint32_t field) {
    return field == 0 ? records.record_begin(record)
                      : records.ends[static_cast<std::size_t>(record) * records.columns + field - 1] + 1;
}
std::uint32_t end_of_field(const RecordIndex& records, std::uint32_t record, std::uint32_t field) {
    return records.ends[static_cast<std::size_t>(record) * records.columns + field];
}

bool is_nested(const DataType* type) { return type->kind == TypeKind::list || type->kind == TypeKind::record; }

void clear_bit(char* row, std::uint32_t bit) {
    char& byte = row[sizeof(StoredRow) + bit / 8];
    byte = static_cast<char>(byte & ~(1 << (bit % 8)));
}

template <std::size_t Width>
void write_values(const char* values, Selection rows, std::uint32_t place, char* const* to) {
    for (std::uint32_t i = 0; i < rows.size; ++i) std::memcpy(to[i] + place, values + rows[i] * Width, Width);
}

template <typename End>
void write_ends(const RecordIndex& records, std::size_t first, std::uint32_t fields, std::uint32_t less, End* to) {
    const std::uint32_t* ends = records.ends + first;
    for (std::uint32_t i = 0; i < fields; ++i) to[i] = static_cast<End>(ends[i] - less);
}

}  // namespace

void RowPages::append(const Batch& batch, Selection rows, const KeyBatch* keys, const char** stored) {
    if (rows.size == 0) return;
    const RowLayout& layout = layouts_->find(batch);
    columns_ = batch.columns;
    for (Column& column : columns_)
        if (column.encoding != Encoding::raw && column.encoding != Encoding::flat)
            column = flatten(column, batch.rows, arena_);
    measure(batch, rows, layout, keys);
    origins_.resize(rows.size);
    pack_origins(batch, rows, origins_.data());
    for (std::uint32_t i = 0; i < rows.size; ++i) {
        char* const row = take_row(sizes_[i]);
        StoredRow& head = head_of(row);
        head.origin = origins_[i];
        head.size = static_cast<std::uint32_t>(sizes_[i]);
        head.raw_bytes = layout.raw_columns == 0 ? 0 : raw_bytes_[i];
        head.key_bytes = keys == nullptr ? 0 : static_cast<std::uint32_t>(keys->key(i).size());
        head.layout = layout.number;
        std::memset(row + sizeof(StoredRow), 0xFF, layout.head_bytes - sizeof(StoredRow));
        behind_[i] = layout.head_bytes + layout.end_bytes(head.raw_bytes);
        if (head.key_bytes != 0) std::memcpy(row + behind_[i], keys->key(i).data(), head.key_bytes);
        behind_[i] += head.key_bytes;
        stored[i] = row;
    }
    // The pages are this object's; only its readers see them as constant.
    auto* const to = const_cast<char* const*>(stored);
    if (layout.raw_columns != 0) write_raw(batch, rows, layout, to);
    for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!layout.columns[i].raw) write_column(columns_[i], rows, layout.columns[i], to);
    columns_.clear();
    std::vector<BufferRef> dropped;
    arena_.hand_over(dropped);
}

void RowPages::measure(const Batch& batch, Selection rows, const RowLayout& layout, const KeyBatch* keys) {
    sizes_.assign(rows.size, layout.head_bytes);
    behind_.resize(rows.size);
    runs_.clear();
    std::int64_t expected = -1;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (!layout.columns[i].raw) continue;
        const std::uint32_t field = columns_[i].raw_field;
        if (expected == field)
            ++runs_.back().fields;
        else
            runs_.push_back({field, 1, columns_[i].delimiter});
        expected = std::int64_t{field} + 1;
    }
    if (!runs_.empty()) {
        raw_bytes_.resize(rows.size);
        for (std::uint32_t i = 0; i < rows.size; ++i) {
            const std::uint32_t record = batch.record_number(rows[i]);
            std::uint64_t bytes = runs_.size() - 1;
            for (const RawRun& run : runs_)
                bytes += end_of_field(*batch.records, record, run.field + run.fields - 1) -
                         begin_of_field(*batch.records, record, run.field);
            raw_bytes_[i] = static_cast<std::uint32_t>(bytes);
            sizes_[i] += bytes + layout.end_bytes(raw_bytes_[i]);
        }
    }
    for (const Column& column : columns_) {
        if (column.encoding == Encoding::raw) continue;
        if (column.type->kind == TypeKind::text) {
            for (std::uint32_t i = 0; i < rows.size; ++i)
                if (column.is_valid(rows[i])) sizes_[i] += column.data<Text>()[rows[i]].size;
        } else if (is_nested(column.type)) {
            for (std::uint32_t i = 0; i < rows.size; ++i) sizes_[i] += nested_bytes(column, rows[i]);
        }
    }
    for (std::uint32_t i = 0; i < rows.size; ++i) {
        if (keys != nullptr) sizes_[i] += keys->key(i).size();
        if (sizes_[i] > UINT32_MAX) throw Error("E505", "`" + memory_->stage() + "` meets a row of more than 4 GiB");
    }
}

char* RowPages::take_row(std::uint64_t bytes) {
    const std::size_t room = (bytes + 7) / 8 * 8;
    if (static_cast<std::size_t>(end_ - at_) < room) {
        const std::size_t wanted = std::max(kPage_bytes, room);
        pages_.emplace_back(*memory_, wanted);
        at_ = pages_.back().data();
        end_ = at_ + wanted;
    }
    char* const row = at_;
    at_ += room;
    rows_bytes_ += room;
    return row;
}

void RowPages::write_raw(const Batch& batch, Selection rows, const RowLayout& layout, char* const* to) {
    const RecordIndex& records = *batch.records;
    for (std::uint32_t i = 0; i < rows.size; ++i) {
        const std::uint32_t record = batch.record_number(rows[i]);
        char* const raw = to[i] + behind_[i];
        char* const ends = to[i] + layout.head_bytes;
        const bool wide = raw_bytes_[i] > UINT16_MAX;
        std::uint32_t offset = 0;
        std::uint32_t done = 0;
        for (const RawRun& run : runs_) {
            if (done != 0) raw[offset++] = run.separator;
            const std::uint32_t from = begin_of_field(records, record, run.field);
            const std::uint32_t bytes = end_of_field(records, record, run.field + run.fields - 1) - from;
            std::memcpy(raw + offset, records.block + from, bytes);
            const std::size_t first = static_cast<std::size_t>(record) * records.columns + run.field;
            if (wide)
                write_ends(records, first, run.fields, from - offset, reinterpret_cast<std::uint32_t*>(ends) + done);
            else
                write_ends(records, first, run.fields, from - offset, reinterpret_cast<std::uint16_t*>(ends) + done);
            offset += bytes;
            done += run.fields;
        }
        behind_[i] += offset;
    }
}

void RowPages::write_column(const Column& column, Selection rows, const StoredColumn& stored, char* const* to) {
    if (column.valid != nullptr)
        for (std::uint32_t i = 0; i < rows.size; ++i)
            if (!column.is_valid(rows[i])) clear_bit(to[i], stored.null_bit);
    if (column.type->kind == TypeKind::text || is_nested(column.type)) {
        for (std::uint32_t i = 0; i < rows.size; ++i) {
            const std::uint32_t row = rows[i];
            std::uint32_t placed[2] = {0, behind_[i]};
            char* const bytes = to[i] + behind_[i];
            if (is_nested(column.type)) {
                placed[0] = static_cast<std::uint32_t>(write_nested(column, row, bytes) - bytes);
            } else if (column.is_valid(row)) {
                const Text& text = column.data<Text>()[row];
                placed[0] = text.size;
                if (text.size != 0) std::memcpy(bytes, text.data, text.size);
            }
            std::memcpy(to[i] + stored.place, placed, sizeof placed);
            behind_[i] += placed[0];
        }
        return;
    }
    const char* const values = column.data<char>();
    switch (stored_width_bytes(column.type)) {
        case 1: return write_values<1>(values, rows, stored.place, to);
        case 4: return write_values<4>(values, rows, stored.place, to);
        case 8: return write_values<8>(values, rows, stored.place, to);
        case 16: return write_values<16>(values, rows, stored.place, to);
        default: return;
    }
}

const char* RowPages::append_copy(const char* row) {
    const std::uint32_t size = reinterpret_cast<const StoredRow*>(row)->size;
    char* const copy = take_row(size);
    std::memcpy(copy, row, size);
    return copy;
}

std::string_view stored_key(const RowLayouts& layouts, const char* row) {
    const auto& head = *reinterpret_cast<const StoredRow*>(row);
    const RowLayout& layout = layouts.at(head.layout);
    return {row + layout.head_bytes + layout.end_bytes(head.raw_bytes), head.key_bytes};
}

void pack_origins(const Batch& batch, Selection rows, std::uint64_t* origins) {
    if (batch.row_origins != nullptr) {
        for (std::uint32_t i = 0; i < rows.size; ++i) origins[i] = batch.row_origins[rows[i]];
        return;
    }
    if (batch.records == nullptr || batch.origin.line == 0) {
        for (std::uint32_t i = 0; i < rows.size; ++i) origins[i] = pack_origin(batch.origin_of(rows[i]));
        return;
    }
    const char* at = batch.records->block + batch.records->record_begin(0);
    RowOrigin origin{batch.origin.source, batch.origin.file, batch.origin.line};
    for (std::uint32_t i = 0; i < rows.size; ++i) {
        const char* const begin = batch.records->block + batch.records->record_begin(batch.record_number(rows[i]));
        while (at < begin) {
            const void* found = std::memchr(at, '\n', static_cast<std::size_t>(begin - at));
            if (found == nullptr) break;
            at = static_cast<const char*>(found) + 1;
            ++origin.line;
        }
        at = std::max(at, begin);
        origins[i] = pack_origin(origin);
    }
}

}  // namespace etl
