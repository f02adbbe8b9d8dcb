#include "component/row_emission.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace etl {

namespace {

constexpr std::uint32_t kMostRows = 4096;
constexpr std::size_t kBatch_bytes = 256 * 1024;
constexpr std::size_t kMargin_bytes = 64;  // behind the rows, for who reads ahead
constexpr std::size_t kAhead = 16;         // rows whose first line is fetched before their turn

const char* row_address(const SortItem& item, RowAddress address) {
    const auto* row = reinterpret_cast<const char*>(item.value);
    if (address == RowAddress::pointed) std::memcpy(&row, row, sizeof row);
    return row;
}

}  // namespace

std::uint32_t BatchSeries::most_rows() const {
    return run_->batch_rows == 0 ? kMostRows : std::min(kMostRows, run_->batch_rows);
}

bool BatchSeries::push(Batch&& batch) {
    batch.sequence = {.lane = 0, .number = next_++, .part = 0, .last = true};
    return out_->push(std::move(batch)) && !is_cancelled(*run_);
}

bool RowGatherer::add(std::string_view row) {
    const std::size_t begin = bytes_.size();
    begins_.push_back(begin);
    bytes_.resize(begin + (row.size() + 7) / 8 * 8);
    std::memcpy(bytes_.data() + begin, row.data(), row.size());
    rows_bytes_ += row.size();
    return (begins_.size() < series_.most_rows() && rows_bytes_ < kBatch_bytes) || flush();
}

bool RowGatherer::flush() {
    bytes_.resize(bytes_.size() + kMargin_bytes);
    rows_.clear();
    for (const std::size_t begin : begins_) rows_.push_back(bytes_.data() + begin);
    Batch batch;
    reader_.read(rows_, arena_, batch);
    arena_.hand_over(batch.keep);
    bytes_.clear();
    begins_.clear();
    rows_bytes_ = 0;
    return series_.push(std::move(batch));
}

void RowGatherer::finish() {
    if (!begins_.empty()) flush();
}

void emit_rows(const RowReader& reader, std::span<const SortItem> items, RowAddress address, BatchSeries& series) {
    Arena arena(series.run().memory);
    std::array<const char*, kMostRows> rows;
    const std::uint32_t most = series.most_rows();
    for (std::size_t next = 0; next < items.size();) {
        const auto window = static_cast<std::uint32_t>(std::min<std::size_t>(most, items.size() - next));
        std::uint32_t count = 0;
        for (std::size_t bytes = 0; count < window && bytes < kBatch_bytes; ++count) {
            const std::size_t ahead = next + count + kAhead;
            if (ahead < items.size()) {
                // A place is fetched long before the row that it points to.
                if (address == RowAddress::pointed && ahead + kAhead < items.size())
                    __builtin_prefetch(reinterpret_cast<const void*>(items[ahead + kAhead].value));
                __builtin_prefetch(row_address(items[ahead], address));
            }
            rows[count] = row_address(items[next + count], address);
            bytes += reinterpret_cast<const StoredRow*>(rows[count])->size;
        }
        Batch batch;
        reader.read({rows.data(), count}, arena, batch);
        arena.hand_over(batch.keep);
        next += count;
        if (!series.push(std::move(batch))) return;
    }
}

}  // namespace etl
