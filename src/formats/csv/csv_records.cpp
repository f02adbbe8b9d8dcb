#include "formats/csv/csv_records.hpp"

#include <cassert>
#include <cstring>
#include <new>

#include "data/json.hpp"

namespace etl {

namespace {

constexpr std::size_t kIndexRoom_bytes = 64;
static_assert(sizeof(RecordIndex) <= kIndexRoom_bytes);

std::uint32_t* separators_of(const BufferRef& room) {
    return reinterpret_cast<std::uint32_t*>(room.data() + kIndexRoom_bytes);
}

bool ends_open(const Block& block) { return block.bytes.data()[block.size - 1] != '\n'; }

}  // namespace

void CsvIndexer::take_room(std::uint32_t separators) {
    BufferRef larger = memory_->take(kIndexRoom_bytes + std::size_t{separators} * sizeof(std::uint32_t));
    if (found_.count > 0)
        std::memcpy(separators_of(larger), found_.ends, std::size_t{found_.count} * sizeof(std::uint32_t));
    room_ = std::move(larger);
    found_.ends = separators_of(room_);
    found_.capacity = static_cast<std::uint32_t>((room_.capacity() - kIndexRoom_bytes) / sizeof(std::uint32_t));
}

void CsvIndexer::find_separators(const Block& block) {
    const ScanKernels& kernels = scan_kernels();
    found_.at = block.begin;
    while (found_.at < block.size) {
        kernels.index_csv(block.bytes.data(), block.size, marks_, found_);
        if (found_.at < block.size) take_room(2 * found_.capacity);
    }
    if (!ends_open(block)) return;
    if (found_.count + 1 > found_.capacity) take_room(2 * found_.capacity);
    found_.ends[found_.count++] = block.size;
    ++found_.line_ends;
}

void CsvIndexer::separator(std::size_t offset) {
    if (found_.count == found_.capacity) take_room(2 * found_.capacity);
    found_.ends[found_.count++] = walk_base_ + static_cast<std::uint32_t>(offset);
}

bool CsvIndexer::record(std::size_t, CsvRecordShape shape) {
    walked_.push_back({found_.count - walked_separators_, shape});
    walked_separators_ = found_.count;
    return true;
}

void CsvIndexer::walk(const Block& block) {
    walked_.clear();
    walked_separators_ = 0;
    walk_base_ = block.begin;
    const std::string_view text(block.bytes.data() + block.begin, block.size - block.begin);
    walk_csv(text, marks_, true, *this);
}

bool CsvIndexer::is_regular(const Block& block, std::uint32_t columns) const {
    if (found_.zeros || found_.count != std::uint64_t{found_.line_ends} * columns) return false;
    const char* const data = block.bytes.data();
    const std::uint32_t* const ends = found_.ends;
    std::uint32_t wrong = 0;
    const std::uint32_t whole = ends_open(block) ? found_.count - 1 : found_.count;
    for (std::uint32_t at = columns - 1; at < whole; at += columns) wrong |= data[ends[at]] != '\n' ? 1U : 0U;
    return wrong == 0;
}

RecordIndex& CsvIndexer::start_index(const Block& block, std::uint32_t columns, CsvRecords& records) {
    records.index = new (room_.data()) RecordIndex();
    records.index->block = block.bytes.data();
    records.index->ends = found_.ends;
    records.index->columns = columns;
    records.index->begin = block.begin;
    records.starts = BufferRef();
    return *records.index;
}

void CsvIndexer::index(const Block& block, std::uint32_t columns, CsvRecords& records) {
    records.bad.clear();
    found_ = CsvSeparators();
    if (usual_separators_ == 0) usual_separators_ = (block.size - block.begin) / 8 + 2 * kScanSlack;
    take_room(usual_separators_);
    if (block.scalar)
        walk(block);
    else
        find_separators(block);
    const bool check_bytes =
        block.scalar || found_.zeros ||
        (found_.high && !is_valid_utf8(block.bytes.data() + block.begin, block.size - block.begin));
    start_index(block, columns, records);
    const bool good = !block.scalar && !check_bytes && is_regular(block, columns);
    records.plain_texts = !block.scalar && !found_.needless_quotes && (good || found_.carriage_returns == 0);
    if (!good) {
        sort_out(block, check_bytes, records);
    } else {
        records.index->records = found_.line_ends;
        if (found_.carriage_returns > 0) cut_carriage_returns(block, records);
    }
    const std::uint32_t needed = found_.count + found_.count / 8 + 2 * kScanSlack;
    if (needed > usual_separators_) usual_separators_ = needed;
    records.keep = std::move(room_);
}

void CsvIndexer::cut_carriage_returns(const Block& block, CsvRecords& records) {
    RecordIndex& index = *records.index;
    const char* const data = block.bytes.data();
    records.starts = memory_->take(std::size_t{index.records} * sizeof(std::uint32_t));
    auto* const starts = reinterpret_cast<std::uint32_t*>(records.starts.data());
    std::uint32_t cut = 0;
    std::uint32_t begin = block.begin;
    std::uint32_t* last = found_.ends + (index.columns - 1);
    for (std::uint32_t record = 0; record < index.records; ++record, last += index.columns) {
        starts[record] = begin;
        const std::uint32_t end = *last;
        begin = end + 1;
        if (end > starts[record] && data[end - 1] == '\r') {
            *last = end - 1;
            ++cut;
        }
    }
    index.starts = starts;
    records.plain_texts = records.plain_texts && cut == found_.carriage_returns;
}

/// Keeps the records that have all their columns, and puts their ends side by side.
void CsvIndexer::sort_out(const Block& block, bool check_bytes, CsvRecords& records) {
    RecordIndex& index = *records.index;
    const char* const data = block.bytes.data();
    const std::uint32_t columns = index.columns;
    std::uint32_t* const ends = found_.ends;
    const std::uint32_t most = block.scalar ? static_cast<std::uint32_t>(walked_.size()) : found_.line_ends;
    records.starts = memory_->take(std::size_t{most} * sizeof(std::uint32_t));
    auto* const starts = reinterpret_cast<std::uint32_t*>(records.starts.data());
    std::uint32_t* kept = ends;
    std::uint32_t begin = block.begin;
    std::uint32_t from = 0;
    for (std::uint32_t number = 0; number < most; ++number) {
        std::uint32_t fields = 1;
        auto shape = CsvRecordShape::good;
        if (block.scalar) {
            fields = walked_[number].separators;
            shape = walked_[number].shape;
        } else {
            while (ends[from + fields - 1] < block.size && data[ends[from + fields - 1]] != '\n') ++fields;
        }
        const std::uint32_t line_end = ends[from + fields - 1];
        const std::uint32_t end = line_end > begin && data[line_end - 1] == '\r' ? line_end - 1 : line_end;
        const auto refuse = [&](CsvBadRecord::Why why) { records.bad.push_back({begin, end, why, fields}); };
        const bool is_empty = fields == 1 && end == begin && columns > 1;
        if (shape == CsvRecordShape::comment || is_empty) {
            // No record.
        } else if (check_bytes && std::memchr(data + begin, '\0', end - begin) != nullptr) {
            refuse(CsvBadRecord::Why::zero_byte);
        } else if (check_bytes && !is_valid_utf8(data + begin, end - begin)) {
            refuse(CsvBadRecord::Why::bad_encoding);
        } else if (shape == CsvRecordShape::text_behind_quote) {
            refuse(CsvBadRecord::Why::text_behind_quote);
        } else if (fields != columns) {
            refuse(CsvBadRecord::Why::wrong_field_count);
        } else {
            std::memmove(kept, ends + from, std::size_t{columns} * sizeof(std::uint32_t));
            kept[columns - 1] = end;
            kept += columns;
            starts[index.records++] = begin;
        }
        from += fields;
        begin = line_end + 1;
    }
    index.starts = starts;
}

}  // namespace etl
