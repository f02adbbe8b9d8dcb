#include "data/batch.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "data/print.hpp"
#include "data/unpack.hpp"

namespace etl {

RowOrigin Batch::origin_of(std::uint32_t row) const {
    if (row_origins != nullptr) return unpack_origin(row_origins[row]);
    RowOrigin found{origin.source, origin.file, 0};
    if (origin.source == kNoSource) return found;
    if (records == nullptr) {
        found.line = origin.record + record_number(row) + 1;
        return found;
    }
    const std::uint32_t record = record_number(row);
    if (origin.line == 0) {
        found.line = origin.record + record + 1;
        return found;
    }
    const char* const begin = records->block + records->record_begin(record);
    CountedLines& counted = counted_lines;
    if (counted.block != records->block || counted.origin != origin || begin < counted.up_to)
        counted = {records->block, origin, records->block + records->record_begin(0), origin.line};
    counted.line += static_cast<std::uint64_t>(std::count(counted.up_to, begin, '\n'));
    counted.up_to = begin;
    found.line = counted.line;
    return found;
}

namespace {

constexpr std::string_view kMask = "***";

/// A record whose fields are spelled one after the other, private ones masked.
std::string masked_record(const RecordIndex& records, std::uint32_t record) {
    std::string text;
    for (std::uint32_t i = 0; i < records.columns; ++i) {
        const std::string_view field = records.field(record, i);
        if (i != 0) text += field.data()[-1];
        text += records.masked[i] != 0 ? kMask : field;
    }
    return text;
}

void append_raw_json(std::string& out, const Column& column, const RecordIndex& records, std::uint32_t record) {
    std::string scratch;
    const std::string_view field = records.field(record, column.raw_field);
    if (column.spelling == RawSpelling::json) {
        out += field;
        return;
    }
    const bool is_text = column.type->kind == TypeKind::text;
    if (field.empty() && column.type->nullable)
        out += "null";
    else if (column.canonical && (column.type->is_number() || column.type->kind == TypeKind::boolean) && !is_text)
        out += unquote_csv(field, column.quote, scratch);
    else
        append_json_string(out, unquote_csv(field, column.quote, scratch));
}

}  // namespace

std::string Batch::row_text(std::uint32_t row) const {
    if (is_record(row)) {
        if (records->masked == nullptr) return std::string(records->record(record_number(row)));
        if (records->columns > 1) return masked_record(*records, record_number(row));
    }
    std::string text = "{";
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
        const Field& field = schema->fields[i];
        if (i != 0) text += ',';
        append_json_string(text, field.qualifier.empty() ? field.name : field.qualifier + "." + field.name);
        text += ':';
        if (field.is_private)
            append_json_string(text, kMask);
        else if (columns[i].encoding == Encoding::raw)
            append_raw_json(text, columns[i], *records, record_number(row));
        else
            append_json(text, columns[i], row);
    }
    return text + "}";
}

void Batch::keep_row(std::uint32_t row, Reject& reject) const {
    reject.row = row_text(row);
    if (is_record(row)) {
        reject.form = records->masked == nullptr ? RowForm::record : RowForm::incomplete;
        return;
    }
    const bool hides =
        std::any_of(schema->fields.begin(), schema->fields.end(), [](const Field& field) { return field.is_private; });
    reject.form = hides ? RowForm::incomplete : RowForm::columns;
}

}  // namespace etl
