#include "formats/csv/csv_rejects.hpp"

#include <algorithm>

namespace etl {

namespace {

constexpr std::string_view kMask = "***";

/// Lines of a block, counted on from one place to the next.
struct LineCounter {
    const Block& block;
    std::uint32_t at = block.begin;
    std::uint64_t line = block.origin.line;

    std::uint64_t line_of(std::uint32_t offset) {
        line += scan_kernels().count_lines(block.bytes.data() + at, offset - at);
        at = offset;
        return line;
    }
};

void deselect(const std::vector<CsvRejects::Entry>& refused, Arena& arena, Batch& batch) {
    auto* const rows = arena.array<std::uint32_t>(batch.rows);
    std::uint32_t count = 0;
    auto next = refused.begin();
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        if (next != refused.end() && next->row == row)
            ++next;
        else
            rows[count++] = row;
    }
    batch.selected = {rows, count};
}

}  // namespace

void CsvRejects::add(std::uint32_t column, const std::vector<ParseFailure>& failures) {
    for (const ParseFailure& failure : failures) entries_.push_back({failure.row, column, failure.why});
}

const std::vector<CsvRejects::Entry>& CsvRejects::first_of_rows() {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.row != b.row ? a.row < b.row : a.column < b.column; });
    const auto same_row = [](const Entry& a, const Entry& b) { return a.row == b.row; };
    entries_.erase(std::unique(entries_.begin(), entries_.end(), same_row), entries_.end());
    return entries_;
}

CsvRejectWriter::CsvRejectWriter(const SourceRequest& request, const CsvOptions& options)
    : columns_(request.columns),
      span_(request.span),
      encoding_(options.encoding.empty() ? "UTF-8" : options.encoding),
      quote_(options.marks.quote) {}

void CsvRejectWriter::write(const Block& block, const CsvRecords& records, const CsvLayout& layout, CsvRejects& fields,
                            std::uint32_t stage, Arena& arena, Batch& batch) const {
    const RecordIndex& index = *records.index;
    LineCounter lines{block};
    const std::uint32_t first = index.records > 0 ? index.record_begin(0) : block.begin;
    const auto& refused = fields.first_of_rows();
    auto next = refused.begin();
    auto bad = records.bad.begin();
    batch.rejects.reserve(batch.rejects.size() + refused.size() + records.bad.size());
    while (next != refused.end() || bad != records.bad.end()) {
        const std::uint32_t field_at = next != refused.end() ? index.record_begin(next->row) : UINT32_MAX;
        const bool take_bad = bad != records.bad.end() && bad->begin < field_at;
        Reject reject = take_bad ? of_record(*bad, block, layout) : of_field(*next, layout, batch);
        reject.stage = stage;
        reject.origin = {block.origin.source, block.origin.file, lines.line_of(take_bad ? bad->begin : field_at)};
        batch.rejects.push_back(std::move(reject));
        if (take_bad)
            ++bad;
        else
            ++next;
    }
    if (!refused.empty()) deselect(refused, arena, batch);
    if (first == block.begin) return;
    batch.origin.line = LineCounter{block}.line_of(first);
    batch.origin.byte += first - block.begin;
}

Reject CsvRejectWriter::of_record(const CsvBadRecord& record, const Block& block, const CsvLayout& layout) const {
    Reject reject;
    reject.span = span_;
    switch (record.why) {
        case CsvBadRecord::Why::text_behind_quote: reject.reason = "text behind a closing quote"; break;
        case CsvBadRecord::Why::zero_byte: reject.reason = "a NUL byte"; break;
        case CsvBadRecord::Why::bad_encoding: reject.reason = "not valid " + encoding_; break;
        case CsvBadRecord::Why::wrong_field_count:
            reject.reason = std::to_string(record.fields) + (record.fields == 1 ? " field" : " fields") + ", but " +
                            std::to_string(layout.columns) + " are expected";
            break;
    }
    // Which of its fields are the private ones is not sure.
    if (layout.masked.empty()) {
        reject.row.assign(block.bytes.data() + record.begin, record.end - record.begin);
        reject.form = RowForm::record;
    } else {
        reject.row = kMask;
    }
    return reject;
}

Reject CsvRejectWriter::of_field(const CsvRejects::Entry& entry, const CsvLayout& layout, const Batch& batch) const {
    const SourceColumn& column = columns_[entry.column];
    Reject reject;
    reject.span = column.span;
    reject.column = column.name;
    std::string scratch;
    const std::string_view field = batch.records->field(entry.row, layout.fields[entry.column]);
    const std::string_view text = unquote_csv(field, quote_, scratch);
    reject.value = column.is_private ? kMask : text;
    reject.reason = text.empty() && entry.why == ParseResult::malformed
                        ? "empty, but " + to_string(column.type) + " must have a value"
                        : parse_reason(entry.why, column.type);
    batch.keep_row(entry.row, reject);
    return reject;
}

}  // namespace etl
