#include "runtime/reject_rows.hpp"

#include <algorithm>
#include <cassert>

#include "base/json_writer.hpp"
#include "data/json.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kBatchRows = 2048;

// Places in rejects_schema().
enum Place : std::uint8_t { kTime, kStage, kColumn, kValue, kReason, kFile, kLine, kShard, kRow, kPlaces };

/// A row is kept as it was read, a file is called as it is: bytes that are no UTF-8 become U+FFFD.
std::string as_text(std::string_view bytes) {
    if (is_valid_utf8(bytes.data(), bytes.size())) return std::string(bytes);
    std::string text;
    while (!bytes.empty()) {
        const std::size_t valid = utf8_sequence_length(bytes);
        text += valid > 0 ? bytes.substr(0, valid) : "\xEF\xBF\xBD";
        bytes.remove_prefix(std::max<std::size_t>(valid, 1));
    }
    return text;
}

}  // namespace

RejectRows::RejectRows(SchemaPtr schema, std::int64_t time_us, Memory& memory, std::function<void(Batch&&)> emit)
    : schema_(std::move(schema)), time_us_(time_us), emit_(std::move(emit)) {
    assert(schema_->size() == kPlaces);
    for (const Field& field : schema_->fields) columns_.emplace_back(field.type, memory);
}

void RejectRows::add(const RejectRecord& record) {
    const auto text = [&](Place place, const std::string& value, bool known) {
        if (known)
            columns_[place].append_text(as_text(value));
        else
            columns_[place].append_null();
    };
    columns_[kTime].append_int(time_us_);
    columns_[kStage].append_text(record.stage);
    text(kColumn, record.column, !record.column.empty());
    text(kValue, record.value, !record.column.empty());
    columns_[kReason].append_text(record.reason);
    text(kFile, record.file, !record.file.empty());
    if (record.line > 0)
        columns_[kLine].append_int(static_cast<std::int64_t>(record.line));
    else
        columns_[kLine].append_null();
    text(kShard, record.shard, !record.shard.empty());
    text(kRow, record.row, !record.row.empty());
    if (++rows_ == kBatchRows) flush();
}

void RejectRows::flush() {
    if (rows_ == 0) return;
    Batch batch;
    batch.schema = schema_.get();
    batch.rows = rows_;
    batch.selected = {nullptr, rows_};
    batch.origin.source = kNoSource;
    for (ColumnBuilder& column : columns_) batch.columns.push_back(column.finish(batch.keep));
    rows_ = 0;
    emit_(std::move(batch));
}

}  // namespace etl
