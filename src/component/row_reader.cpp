#include "component/row_reader.hpp"

#include <cstring>

#include "component/nested_value.hpp"
#include "data/gather.hpp"
#include "expr/evaluator.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kAhead = 8;          // rows that are fetched before their turn
constexpr std::uint32_t kLine_bytes = 64;    // of a cache
constexpr std::uint32_t kMostFetched = 256;  // bytes of a row

const StoredRow& head_of(const char* row) { return *reinterpret_cast<const StoredRow*>(row); }

bool is_null(const char* row, const StoredColumn& column) {
    return ((row[sizeof(StoredRow) + column.null_bit / 8] >> (column.null_bit % 8)) & 1) == 0;
}

void fetch(const char* row, std::uint32_t bytes) {
    for (std::uint32_t at = 0; at < bytes && at < kMostFetched; at += kLine_bytes) __builtin_prefetch(row + at);
}

/// May write up to 31 bytes more than asked for.
void copy_forward(char* to, const char* from, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += 32) std::memcpy(to + at, from + at, 32);
}

/// A flat column under way: nulls are noted as they come.
class ColumnWriter {
  public:
    ColumnWriter(const DataType* type, std::uint32_t rows, Arena& arena) : rows_(rows), arena_(&arena) {
        column_.type = type;
        column_.values = arena.take((rows + std::size_t{1}) * type->width_bytes());
    }
    template <typename T>
    T* values() {
        return static_cast<T*>(column_.values);
    }
    void set_null(std::uint32_t row) {
        if (valid_ == nullptr) {
            valid_ = arena_->array<std::uint64_t>(bitmap_words(rows_) + 1);
            std::memset(valid_, 0xFF, (bitmap_words(rows_) + 1) * sizeof(std::uint64_t));
        }
        valid_[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
    }
    Column finish() {
        column_.valid = valid_;
        return std::move(column_);
    }

  private:
    Column column_;
    std::uint32_t rows_;
    Arena* arena_;
    std::uint64_t* valid_ = nullptr;
};

/// The value's bytes, or nullptr for a null.
const char* find_value(const char* row, const StoredColumn& column) {
    return row == nullptr || is_null(row, column) ? nullptr : row + column.place;
}

template <std::size_t Width>
void read_values(const StoredColumn& stored, const char* const* rows, Selection selected, ColumnWriter& writer) {
    char* const values = writer.values<char>();
    for_each_row(selected, [&](std::uint32_t row) {
        const char* const value = find_value(rows[row], stored);
        if (value != nullptr) {
            std::memcpy(values + row * Width, value, Width);
        } else {
            std::memset(values + row * Width, 0, Width);
            writer.set_null(row);
        }
    });
}

void read_texts(const StoredColumn& stored, const char* const* rows, Selection selected, ColumnWriter& writer) {
    Text* const texts = writer.values<Text>();
    for_each_row(selected, [&](std::uint32_t row) {
        const char* const value = find_value(rows[row], stored);
        if (value == nullptr) {
            texts[row] = Text{};
            return writer.set_null(row);
        }
        std::uint32_t placed[2];
        std::memcpy(placed, value, sizeof placed);
        texts[row] = make_text(rows[row] + placed[1], placed[0]);
    });
}

Column read_nested_column(const StoredColumn& stored, const char* const* rows, std::uint32_t row_count,
                          Selection selected, Arena& arena, std::vector<BufferRef>& keep) {
    ColumnBuilder builder(stored.type, arena.memory());
    std::uint32_t next = 0;
    for_each_row(selected, [&](std::uint32_t row) {
        for (; next < row; ++next) builder.append_null();
        ++next;
        std::uint32_t placed[2];
        const char* const value = find_value(rows[row], stored);
        if (value == nullptr) return builder.append_null();
        std::memcpy(placed, value, sizeof placed);
        read_nested(rows[row] + placed[1], builder);
    });
    for (; next < row_count; ++next) builder.append_null();
    return builder.finish(keep);
}

void own_texts(Column& column, std::uint32_t rows, Arena& arena) {
    auto* const texts = static_cast<Text*>(column.values);
    std::size_t bytes = 0;
    for (std::uint32_t row = 0; row < rows; ++row) bytes += texts[row].size;
    auto* to = static_cast<char*>(arena.take(bytes));
    for (std::uint32_t row = 0; row < rows; ++row) {
        copy_forward(to, texts[row].data, texts[row].size);
        texts[row].data = to;
        to += texts[row].size;
    }
}

template <typename End>
void read_ends(const char* from, std::uint32_t fields, std::uint32_t base, std::uint32_t* to) {
    const auto* ends = reinterpret_cast<const End*>(from);
    for (std::uint32_t i = 0; i < fields; ++i) to[i] = base + ends[i];
}

/// Puts the raw fields of the rows together as the records of a block, a line end behind each.
RecordIndex* read_records(const RowLayout& layout, std::span<const char* const> rows, Arena& arena) {
    std::size_t bytes = 0;
    for (const char* row : rows) bytes += head_of(row).raw_bytes + std::size_t{1};
    auto* const block = static_cast<char*>(arena.take(bytes));
    auto* const ends = arena.array<std::uint32_t>(rows.size() * layout.raw_columns);
    std::uint32_t at = 0;
    std::uint32_t* end = ends;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + kAhead < rows.size()) fetch(rows[i + kAhead], head_of(rows[i]).size);
        const char* const row = rows[i];
        const StoredRow& head = head_of(row);
        const char* const stored_ends = row + layout.head_bytes;
        if (head.raw_bytes > UINT16_MAX)
            read_ends<std::uint32_t>(stored_ends, layout.raw_columns, at, end);
        else
            read_ends<std::uint16_t>(stored_ends, layout.raw_columns, at, end);
        end += layout.raw_columns;
        copy_forward(block + at, stored_ends + layout.end_bytes(head.raw_bytes) + head.key_bytes, head.raw_bytes);
        at += head.raw_bytes;
        block[at++] = '\n';
    }
    auto* const records = new (arena.take(sizeof(RecordIndex))) RecordIndex;
    records->block = block;
    records->ends = ends;
    records->columns = layout.raw_columns;
    records->records = static_cast<std::uint32_t>(rows.size());
    records->masked = layout.masked.data();
    return records;
}

}  // namespace

Column RowReader::read_column(std::uint32_t column, const char* const* rows, std::uint32_t row_count,
                              Selection selected, Arena& arena, std::vector<BufferRef>& keep) const {
    const char* any = nullptr;
    for (std::uint32_t i = 0; i < selected.size && any == nullptr; ++i) any = rows[selected[i]];
    const DataType* type = layouts_->schema().fields[column].type;
    if (any == nullptr || type->kind == TypeKind::null) return null_column(with_nullable(type, true), arena);
    const StoredColumn& stored = layouts_->of(any).columns[column];
    if (type->kind == TypeKind::list || type->kind == TypeKind::record)
        return read_nested_column(stored, rows, row_count, selected, arena, keep);
    ColumnWriter writer(type, row_count, arena);
    switch (type->kind == TypeKind::text ? 0 : type->width_bytes()) {
        case 1: read_values<1>(stored, rows, selected, writer); break;
        case 4: read_values<4>(stored, rows, selected, writer); break;
        case 8: read_values<8>(stored, rows, selected, writer); break;
        case 16: read_values<16>(stored, rows, selected, writer); break;
        default: read_texts(stored, rows, selected, writer);
    }
    return writer.finish();
}

void RowReader::read(std::span<const char* const> rows, Arena& arena, Batch& batch) const {
    const auto count = static_cast<std::uint32_t>(rows.size());
    batch.schema = &layouts_->schema();
    batch.rows = count;
    batch.selected = {nullptr, count};
    auto* const origins = arena.array<std::uint64_t>(count);
    const std::uint32_t number = head_of(rows[0]).layout;
    bool alike = true;
    for (std::uint32_t i = 0; i < count; ++i) {
        origins[i] = head_of(rows[i]).origin;
        alike &= head_of(rows[i]).layout == number;
    }
    if (!alike) {
        read_mixed(rows, arena, batch);
    } else {
        const RowLayout& layout = layouts_->at(number);
        batch.columns.resize(layout.columns.size());
        if (layout.raw_columns != 0) batch.records = read_records(layout, rows, arena);
        for (std::uint32_t i = 0; i < batch.columns.size(); ++i) {
            Column& column = batch.columns[i];
            const StoredColumn& stored = layout.columns[i];
            if (!stored.raw) {
                column = read_column(i, rows.data(), count, {nullptr, count}, arena, batch.keep);
                if (stored.type->kind == TypeKind::text) own_texts(column, count, arena);
                continue;
            }
            column.type = stored.type;
            column.encoding = Encoding::raw;
            column.canonical = layout.canonical[i].load(std::memory_order_relaxed);
            column.spelling = stored.spelling;
            column.quote = stored.quote;
            column.delimiter = stored.delimiter;
            column.format = stored.format;
            column.raw_field = stored.place;
        }
    }
    batch.row_origins = origins;
}

/// Rows of several layouts: each kind is read and unpacked by itself, then all are put together row by row.
void RowReader::read_mixed(std::span<const char* const> rows, Arena& arena, Batch& batch) const {
    const Schema& schema = layouts_->schema();
    std::vector<std::vector<const char*>> kinds;
    std::vector<std::uint32_t> kind_of(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        kind_of[i] = head_of(rows[i]).layout;
        if (kinds.size() <= kind_of[i]) kinds.resize(kind_of[i] + 1);
        kinds[kind_of[i]].push_back(rows[i]);
    }
    Evaluator evaluator(arena.memory(), {});
    std::vector<Batch> parts(kinds.size());
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        if (kinds[kind].empty()) continue;
        read(kinds[kind], arena, parts[kind]);
        for (std::uint32_t i = 0; i < schema.size(); ++i)
            parts[kind].columns[i] = evaluator.evaluate(*column_expr(schema, i, {}), parts[kind], parts[kind].selected);
    }
    for (std::uint32_t i = 0; i < schema.size(); ++i) {
        ColumnBuilder builder(schema.fields[i].type, arena.memory());
        std::vector<std::uint32_t> next(kinds.size());
        for (const std::uint32_t kind : kind_of) builder.append_row(parts[kind].columns[i], next[kind]++);
        batch.columns.push_back(builder.finish(batch.keep));
    }
}

}  // namespace etl
