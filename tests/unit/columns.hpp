#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "data/gather.hpp"
#include "data/print.hpp"
#include "data/unpack.hpp"

namespace etl::columns {

inline const DataType* of(TypeKind kind, bool nullable = false) { return simple_type(kind, nullable); }
inline Value null_of(const DataType* type) { return {type, {}}; }
inline Value whole(std::int64_t value, TypeKind kind = TypeKind::integer) { return {of(kind), value}; }
inline Value real(double value) { return {of(TypeKind::floating), value}; }
inline Value text(std::string value) { return {of(TypeKind::text), std::move(value)}; }
inline Value flag(bool value) { return {of(TypeKind::boolean), value}; }
inline Value number(Int128 value, unsigned precision, unsigned scale) {
    return {decimal_type(precision, scale), value};
}

struct Bench {
    Memory memory;
    Arena arena{memory};
    std::vector<BufferRef> keep;

    Column column(const DataType* type, const std::vector<Value>& values) {
        ColumnBuilder builder(type, memory);
        for (const auto& value : values) builder.append_value(value);
        return builder.finish(keep);
    }
    Text make(std::string_view from) {
        char* copy = static_cast<char*>(arena.take(from.size()));
        if (!from.empty()) std::memcpy(copy, from.data(), from.size());
        return make_text(copy, from.size());
    }
};

inline std::string joined(const Column& column, std::uint32_t rows) {
    std::string out;
    for (std::uint32_t i = 0; i < rows; ++i) {
        if (i != 0) out += '|';
        append_json(out, column, i);
    }
    return out;
}

/// A block of CSV records cut by hand: fields end at commas outside of quotes, records at line feeds.
struct Block {
    std::string bytes;
    std::vector<std::uint32_t> ends;
    RecordIndex index;

    Block(const std::string& csv, std::uint32_t columns) : bytes(std::string(64, '#') + csv + std::string(64, '#')) {
        bool quoted = false;
        for (std::uint32_t i = 64; i < 64 + csv.size(); ++i) {
            if (bytes[i] == '"') quoted = !quoted;
            if (!quoted && (bytes[i] == ',' || bytes[i] == '\n')) ends.push_back(i);
        }
        index.block = bytes.data();
        index.ends = ends.data();
        index.columns = columns;
        index.records = static_cast<std::uint32_t>(ends.size()) / columns;
        index.begin = 64;
    }
    RawRows rows() const { return {&index, nullptr, index.records, {nullptr, index.records}}; }
    Column raw(const DataType* type, std::uint32_t field = 0) const {
        Column column;
        column.type = type;
        column.encoding = Encoding::raw;
        column.raw_field = field;
        return column;
    }
};

}  // namespace etl::columns
