#include "formats/csv/csv_fields.hpp"

#include <algorithm>
#include <cstring>

#include "component/flat_column.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

bool is_in_numbers(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' ||
           c == '.' || c == ':';
}

}  // namespace

bool CsvSpelling::is_unusual() const {
    return !null_text.empty() || is_in_numbers(marks.delimiter) || is_in_numbers(marks.quote);
}

bool CsvSpelling::takes(const Column& column) const {
    return column.encoding == Encoding::raw && column.canonical && column.spelling == RawSpelling::csv &&
           column.delimiter == marks.delimiter && column.quote == marks.quote && null_text.empty();
}

void CsvRowWriter::prepare(const Batch& batch) {
    batch_ = &batch;
    pieces_.clear();
    widths_bytes_ = 2 * batch.columns.size();
    for (std::uint32_t number = 0; number < batch.columns.size(); ++number) {
        const Column& column = batch.columns[number];
        if (spelling_->takes(column))
            add_span(number, column.raw_field);
        else
            add_values(batch, number);
    }
    copies_records_ = pieces_.size() == 1 && pieces_[0].kind == Kind::span && pieces_[0].first_field == 0 &&
                      pieces_[0].last_field + 1 == batch.records->columns;
}

void CsvRowWriter::add_span(std::uint32_t column, std::uint32_t field) {
    if (!pieces_.empty() && pieces_.back().kind == Kind::span && pieces_.back().last_field + 1 == field) {
        pieces_.back().last_field = field;
        return;
    }
    Piece piece{Kind::span, column, field, field, nullptr, {}};
    pieces_.push_back(std::move(piece));
}

void CsvRowWriter::add_values(const Batch& batch, std::uint32_t number) {
    Piece piece{Kind::other, number, 0, 0, nullptr, flat_column(batch, batch.columns[number], arena_)};
    const DataType& type = *piece.values.type;
    if (type.is(TypeKind::text)) {
        piece.kind = Kind::text;
        auto* const marked = arena_.array<std::uint8_t>(batch.selected.size);
        scan_kernels().find_marks(piece.values, batch.selected, spelling_->marks, marked);
        piece.marked = marked;
    } else if (!unusual_) {
        const auto set = [&](Kind kind, std::size_t width_bytes) {
            piece.kind = kind;
            widths_bytes_ += width_bytes;
        };
        switch (type.kind) {
            case TypeKind::boolean: set(Kind::boolean, kBoolWidth_bytes); break;
            case TypeKind::integer: set(Kind::integer, kIntWidth_bytes); break;
            case TypeKind::floating: set(Kind::floating, kFloatWidth_bytes); break;
            case TypeKind::decimal:
                set(type.is_wide_decimal() ? Kind::wide_decimal : Kind::decimal, kDecimalWidth_bytes);
                break;
            case TypeKind::date: set(Kind::date, kDateWidth_bytes); break;
            case TypeKind::timestamp: set(Kind::timestamp, kTimestampWidth_bytes); break;
            default: break;
        }
    }
    pieces_.push_back(std::move(piece));
}

bool CsvRowWriter::write(std::uint32_t i, TextOutput& out) {
    const std::uint32_t row = batch_->selected[i];
    out.need(widths_bytes_);
    for (const Piece& piece : pieces_) {
        if (piece.kind == Kind::span) {
            const RecordIndex& index = *batch_->records;
            const std::uint32_t record = batch_->record_number(row);
            const std::uint32_t* const ends = index.ends + std::size_t{record} * index.columns;
            const std::uint32_t begin =
                piece.first_field == 0 ? index.record_begin(record) : ends[piece.first_field - 1] + 1;
            const std::size_t size = ends[piece.last_field] - begin;
            out.need(size + widths_bytes_);
            out.at = copy_short(out.at, index.block + begin, size);
            *out.at++ = spelling_->marks.delimiter;
            continue;
        }
        const Column& column = piece.values;
        const std::size_t at = column.index_of(row);
        if (column.valid != nullptr && !column.is_valid(row)) {
            out.need(spelling_->null_text.size() + widths_bytes_);
            out.at = copy_short(out.at, spelling_->null_text.data(), spelling_->null_text.size());
            *out.at++ = spelling_->marks.delimiter;
            continue;
        }
        const unsigned scale = column.type->scale;
        switch (piece.kind) {
            case Kind::text:
                if (write_text(piece, i, at, out)) break;
                failed_column = piece.column;
                return false;
            case Kind::boolean: out.at = print_bool(out.at, column.data<std::uint8_t>()[at] != 0); break;
            case Kind::integer: out.at = print_int(out.at, column.data<std::int64_t>()[at]); break;
            case Kind::floating: out.at = print_float(out.at, column.data<double>()[at]); break;
            case Kind::decimal: out.at = print_decimal(out.at, column.data<std::int64_t>()[at], scale); break;
            case Kind::wide_decimal: out.at = print_decimal(out.at, column.data<Int128>()[at], scale); break;
            case Kind::date: out.at = print_date(out.at, column.data<std::int32_t>()[at]); break;
            case Kind::timestamp: out.at = print_timestamp(out.at, column.data<std::int64_t>()[at]); break;
            default:
                if (write_other(piece, row, out)) break;
                failed_column = piece.column;
                return false;
        }
        *out.at++ = spelling_->marks.delimiter;
    }
    out.at[-1] = '\n';
    return true;
}

bool CsvRowWriter::write_text(const Piece& piece, std::uint32_t i, std::size_t index, TextOutput& out) {
    const Text& text = piece.values.data<Text>()[index];
    const bool is_taken = (text.size == 0 && piece.values.type->nullable) ||
                          (!spelling_->null_text.empty() && text.view() == spelling_->null_text);
    if (piece.marked[i] != 0 || is_taken) [[unlikely]] {
        if (!write_quoted(text.view(), out)) return false;
    } else {
        out.need(text.size + widths_bytes_);
        out.at = copy_short(out.at, text.data, text.size);
    }
    out.need(widths_bytes_);
    return true;
}

bool CsvRowWriter::write_other(const Piece& piece, std::uint32_t row, TextOutput& out) {
    scratch_.clear();
    append_text(scratch_, piece.values, row);
    const CsvMarks marks = spelling_->marks;
    const auto is_mark = [&](char c) { return c == marks.delimiter || c == marks.quote || c == '\n' || c == '\r'; };
    if (scratch_ == spelling_->null_text || std::any_of(scratch_.begin(), scratch_.end(), is_mark)) {
        if (!write_quoted(scratch_, out)) return false;
    } else {
        out.need(scratch_.size());
        out.at = copy_short(out.at, scratch_.data(), scratch_.size());
    }
    out.need(widths_bytes_);
    return true;
}

bool CsvRowWriter::write_quoted(std::string_view text, TextOutput& out) const {
    const char quote = spelling_->marks.quote;
    if (quote == 0) return text.empty();
    out.need(2 * text.size() + 2);
    *out.at++ = quote;
    while (!text.empty()) {
        const void* const found = std::memchr(text.data(), quote, text.size());
        const std::size_t size =
            found == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        out.at = copy_short(out.at, text.data(), size);
        if (found != nullptr) {
            *out.at++ = quote;
            *out.at++ = quote;
        }
        text.remove_prefix(found == nullptr ? size : size + 1);
    }
    *out.at++ = quote;
    return true;
}

}  // namespace etl
