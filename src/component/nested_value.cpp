#include "component/nested_value.hpp"

#include <cstring>

namespace etl {

namespace {

template <typename T>
char* put(char* to, const T& value) {
    std::memcpy(to, &value, sizeof(T));
    return to + sizeof(T);
}
template <typename T>
const char* take(const char* from, T& value) {
    std::memcpy(&value, from, sizeof(T));
    return from + sizeof(T);
}

/// Where the row's value stands among the column's.
std::uint32_t value_index(const Column& column, std::uint32_t row) {
    if (column.encoding == Encoding::constant) return 0;
    return column.encoding == Encoding::dictionary ? column.codes[row] : row;
}

const char* read_number(const char* from, ColumnBuilder& builder) {
    const DataType* type = builder.type();
    if (type->is_wide_decimal()) {
        Int128 value;
        from = take(from, value);
        builder.append_decimal(value);
    } else if (type->kind == TypeKind::floating) {
        double value;
        from = take(from, value);
        builder.append_float(value);
    } else if (type->kind == TypeKind::boolean) {
        std::uint8_t value;
        from = take(from, value);
        builder.append_bool(value != 0);
    } else if (type->kind == TypeKind::date) {
        std::int32_t value;
        from = take(from, value);
        builder.append_int(value);
    } else {
        std::int64_t value;
        from = take(from, value);
        if (type->kind == TypeKind::decimal)
            builder.append_decimal(value);
        else
            builder.append_int(value);
    }
    return from;
}

}  // namespace

std::uint64_t nested_bytes(const Column& column, std::uint32_t row) {
    if (!column.is_valid(row)) return 1;
    const std::uint32_t at = value_index(column, row);
    std::uint64_t bytes = 1;
    switch (column.type->kind) {
        case TypeKind::null: return bytes;
        case TypeKind::text: return bytes + 4 + column.data<Text>()[at].size;
        case TypeKind::list: {
            const auto* ends = column.data<std::uint32_t>();
            bytes += 4;
            for (std::uint32_t i = ends[at]; i < ends[at + 1]; ++i) bytes += nested_bytes(column.children[0], i);
            return bytes;
        }
        case TypeKind::record:
            for (const Column& field : column.children) bytes += nested_bytes(field, at);
            return bytes;
        default: return bytes + column.type->width_bytes();
    }
}

char* write_nested(const Column& column, std::uint32_t row, char* to) {
    const bool valid = column.is_valid(row);
    *to++ = valid ? 1 : 0;
    if (!valid) return to;
    const std::uint32_t at = value_index(column, row);
    switch (column.type->kind) {
        case TypeKind::null: return to;
        case TypeKind::text: {
            const Text& text = column.data<Text>()[at];
            to = put(to, text.size);
            if (text.size != 0) std::memcpy(to, text.data, text.size);
            return to + text.size;
        }
        case TypeKind::list: {
            const auto* ends = column.data<std::uint32_t>();
            to = put(to, ends[at + 1] - ends[at]);
            for (std::uint32_t i = ends[at]; i < ends[at + 1]; ++i) to = write_nested(column.children[0], i, to);
            return to;
        }
        case TypeKind::record:
            for (const Column& field : column.children) to = write_nested(field, at, to);
            return to;
        default: {
            const std::size_t width = column.type->width_bytes();
            std::memcpy(to, column.data<char>() + at * width, width);
            return to + width;
        }
    }
}

const char* read_nested(const char* from, ColumnBuilder& builder) {
    const DataType* type = builder.type();
    if (*from++ == 0) {
        builder.append_null();
        return from;
    }
    switch (type->kind) {
        case TypeKind::null: builder.append_null(); return from;
        case TypeKind::text: {
            std::uint32_t size;
            from = take(from, size);
            builder.append_text({from, size});
            return from + size;
        }
        case TypeKind::list: {
            std::uint32_t count;
            from = take(from, count);
            for (std::uint32_t i = 0; i < count; ++i) from = read_nested(from, builder.items());
            builder.end_list();
            return from;
        }
        case TypeKind::record:
            for (std::size_t i = 0; i < type->fields.size(); ++i) from = read_nested(from, builder.field(i));
            builder.end_record();
            return from;
        default: return read_number(from, builder);
    }
}

}  // namespace etl
