#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "data/scan.hpp"

namespace etl {

enum class CsvRecordShape : std::uint8_t { good, text_behind_quote, comment };

struct CsvWalkEnd {
    std::size_t at = 0;         // behind the last whole record
    bool in_quotes = false;     // the rest holds an open quote,
    std::size_t quote_at = 0;   // here
    std::uint64_t open_at = 0;  // where the rest's field begins
};

/// Reads records byte by byte, as exactly as CSV allows: a quote opens a field only as its first byte, text behind a
/// closing quote belongs to the field up to its delimiter. Begins at a record's begin. visitor.separator(offset) is
/// called for every delimiter and line end that ends a field, visitor.record(begin, shape) behind a record's last one
/// (its offset is the text's size where the last line end is missing); false stops. at_end: the rest is a record.
template <typename Visitor>
CsvWalkEnd walk_csv(std::string_view text, CsvMarks marks, bool at_end, Visitor& visitor) {
    const char* const data = text.data();
    const std::size_t size = text.size();
    const auto find = [&](char byte, std::size_t from) -> std::size_t {
        const void* found = from < size ? std::memchr(data + from, byte, size - from) : nullptr;
        return found == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(found) - data);
    };
    std::size_t begin = 0;
    while (begin < size) {
        std::size_t at = begin;
        CsvRecordShape shape = CsvRecordShape::good;
        if (marks.comment != 0 && data[at] == marks.comment) {
            at = find('\n', at);
            shape = CsvRecordShape::comment;
        }
        while (shape != CsvRecordShape::comment) {
            if (marks.quote != 0 && at < size && data[at] == marks.quote) {
                const std::size_t quote_at = at;
                for (at = find(marks.quote, at + 1); at + 1 < size && data[at + 1] == marks.quote;)
                    at = find(marks.quote, at + 2);
                if (at >= size) return {begin, true, quote_at, begin};
                ++at;
                const bool ended = at >= size || data[at] == marks.delimiter || data[at] == '\n' ||
                                   (data[at] == '\r' && (at + 1 == size || data[at + 1] == '\n'));
                if (!ended) shape = CsvRecordShape::text_behind_quote;
            }
            while (at < size && data[at] != marks.delimiter && data[at] != '\n') ++at;
            if (at >= size || data[at] == '\n') break;
            visitor.separator(at++);
        }
        if (at >= size && !at_end) return {begin, false, 0, begin};
        visitor.separator(at);
        const bool more = visitor.record(begin, shape);
        begin = at < size ? at + 1 : size;
        if (!more) break;
    }
    return {begin, false, 0, begin};
}

}  // namespace etl
