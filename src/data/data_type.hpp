#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace etl {

enum class TypeKind : std::uint8_t {
    null,       // of the literal null only
    boolean,    // a byte, 0 or 1
    integer,    // int64
    floating,   // double
    decimal,    // int64 up to precision 18, else __int128; scaled by 10^scale
    text,       // Text, valid UTF-8
    date,       // int32, days since 1970-01-01
    timestamp,  // int64, microseconds since 1970-01-01T00:00:00Z
    duration,   // int64, microseconds
    list,       // offsets: uint32, rows + 1; children[0] holds the items
    record,     // children hold the fields
};

struct DataType;

struct RecordField {
    std::string name;
    const DataType* type;
    friend bool operator==(const RecordField&, const RecordField&) = default;
};

/// A type of the language. Interned: equal types have one address, which lives as long as the program.
struct DataType {
    TypeKind kind;
    bool nullable = false;
    std::uint8_t precision = 0;  // of decimal, 1 to 38
    std::uint8_t scale = 0;      // of decimal, 0 to precision
    const DataType* element = nullptr;
    std::vector<RecordField> fields;

    friend bool operator==(const DataType&, const DataType&) = default;

    bool is(TypeKind wanted) const { return kind == wanted; }
    /// decimal(p, s) kept in 16 bytes.
    bool is_wide_decimal() const { return kind == TypeKind::decimal && precision > 18; }
    bool is_number() const {
        return kind == TypeKind::integer || kind == TypeKind::floating || kind == TypeKind::decimal;
    }
    /// Bytes of one flat value; 0 for record; 4 for list (its offsets).
    std::size_t width_bytes() const;
};

/// The interned type.
const DataType* intern(DataType type);
const DataType* simple_type(TypeKind kind, bool nullable = false);
const DataType* decimal_type(unsigned precision, unsigned scale, bool nullable = false);
const DataType* list_type(const DataType* element, bool nullable = false);
const DataType* record_type(std::vector<RecordField> fields, bool nullable = false);
const DataType* with_nullable(const DataType* type, bool nullable);
/// As it is written in a pipeline: "decimal(12, 2)?", "list<record { a: int }>".
std::string to_string(const DataType* type);

}  // namespace etl
