#include "runtime/reject_rows.hpp"

#include <cassert>

namespace etl {

namespace {

constexpr std::uint32_t kBatchRows = 2048;

// Places in rejects_schema().
enum Place : std::uint8_t { kTime, kStage, kColumn, kValue, kReason, kFile, kLine, kShard, kRow, kPlaces };

}  // namespace

RejectRows::RejectRows(SchemaPtr schema, std::int64_t time_us, Memory& memory, std::function<void(Batch&&)> emit)
    : schema_(std::move(schema)), time_us_(time_us), emit_(std::move(emit)) {
    assert(schema_->size() == kPlaces);
    for (const Field& field : schema_->fields) columns_.emplace_back(field.type, memory);
}

void RejectRows::add(const RejectRecord& record) {
    const auto text = [&](Place place, const std::string& value, bool known) {
        if (known)
            columns_[place].append_text(value);
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
