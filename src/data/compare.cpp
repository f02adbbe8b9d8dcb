#include "data/compare.hpp"

#include "data/decimal.hpp"

namespace etl {

namespace {

template <typename Number>
int order(Number a, Number b) {
    return a < b ? -1 : (a > b ? 1 : 0);
}

Int128 decimal_at(const Column& column, std::size_t at) {
    return column.type->is_wide_decimal() ? column.data<Int128>()[at] : Int128{column.data<std::int64_t>()[at]};
}

int compare_lists(const Column& a, std::size_t a_at, const Column& b, std::size_t b_at) {
    const auto* const a_offsets = a.data<std::uint32_t>() + a_at;
    const auto* const b_offsets = b.data<std::uint32_t>() + b_at;
    const std::uint32_t a_size = a_offsets[1] - a_offsets[0], b_size = b_offsets[1] - b_offsets[0];
    for (std::uint32_t i = 0; i < a_size && i < b_size; ++i) {
        const int result = compare_rows(a.children[0], a_offsets[0] + i, b.children[0], b_offsets[0] + i);
        if (result != 0) return result;
    }
    return order(a_size, b_size);
}

}  // namespace

int compare_rows(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row) {
    const bool a_valid = a.is_valid(a_row), b_valid = b.is_valid(b_row);
    if (!a_valid || !b_valid) return static_cast<int>(b_valid) - static_cast<int>(a_valid);
    const std::size_t a_at = a.index_of(a_row), b_at = b.index_of(b_row);
    switch (a.type->kind) {
        case TypeKind::null: return 0;
        case TypeKind::boolean: return order(a.data<std::uint8_t>()[a_at], b.data<std::uint8_t>()[b_at]);
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: return order(a.data<std::int64_t>()[a_at], b.data<std::int64_t>()[b_at]);
        case TypeKind::date: return order(a.data<std::int32_t>()[a_at], b.data<std::int32_t>()[b_at]);
        case TypeKind::floating: return compare_floats(a.data<double>()[a_at], b.data<double>()[b_at]);
        case TypeKind::decimal:
            return compare_decimal(decimal_at(a, a_at), a.type->scale, decimal_at(b, b_at), b.type->scale);
        case TypeKind::text: return compare_texts(a.data<Text>()[a_at], b.data<Text>()[b_at]);
        case TypeKind::list: return compare_lists(a, a_at, b, b_at);
        case TypeKind::record:
            for (std::size_t i = 0; i < a.children.size(); ++i) {
                const int result = compare_rows(a.children[i], static_cast<std::uint32_t>(a_at), b.children[i],
                                                static_cast<std::uint32_t>(b_at));
                if (result != 0) return result;
            }
            return 0;
    }
    return 0;
}

bool equal_rows(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row) {
    if (a.type->kind == TypeKind::text && a.is_valid(a_row) && b.is_valid(b_row))
        return equal_texts(a.data<Text>()[a.index_of(a_row)], b.data<Text>()[b.index_of(b_row)]);
    return compare_rows(a, a_row, b, b_row) == 0;
}

int compare_values(const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return static_cast<int>(a.is_null()) - static_cast<int>(b.is_null());
    if (const auto* flag = std::get_if<bool>(&a.data)) return order(*flag, std::get<bool>(b.data));
    if (const auto* whole = std::get_if<std::int64_t>(&a.data)) return order(*whole, std::get<std::int64_t>(b.data));
    if (const auto* real = std::get_if<double>(&a.data)) return compare_floats(*real, std::get<double>(b.data));
    if (const auto* number = std::get_if<Int128>(&a.data))
        return compare_decimal(*number, a.type->scale, std::get<Int128>(b.data), b.type->scale);
    if (const auto* text = std::get_if<std::string>(&a.data)) {
        const int result = text->compare(std::get<std::string>(b.data));
        return order(result, 0);
    }
    const auto& a_items = std::get<std::vector<Value>>(a.data);
    const auto& b_items = std::get<std::vector<Value>>(b.data);
    for (std::size_t i = 0; i < a_items.size() && i < b_items.size(); ++i)
        if (const int result = compare_values(a_items[i], b_items[i]); result != 0) return result;
    return order(a_items.size(), b_items.size());
}

}  // namespace etl
