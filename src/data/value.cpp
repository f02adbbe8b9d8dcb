#include "data/value.hpp"

#include <cstring>

#include "data/gather.hpp"

namespace etl {

namespace {

/// A value as a flat column of one row, in the arena.
void fill_one(const Value& value, const DataType* type, Arena& arena, Column& out) {
    out.type = type;
    const bool null = value.is_null();
    if (null) {
        auto* const word = arena.array<std::uint64_t>(1);
        *word = 0;
        out.valid = word;
    }
    const std::size_t width = type->width_bytes();
    auto* const bytes = static_cast<char*>(arena.take(width < 16 ? 16 : width));
    std::memset(bytes, 0, 16);
    out.values = bytes;
    const auto* const items = std::get_if<std::vector<Value>>(&value.data);
    const auto put = [bytes](const auto& stored) { std::memcpy(bytes, &stored, sizeof stored); };
    switch (type->kind) {
        case TypeKind::null: break;
        case TypeKind::boolean: put(std::uint8_t{!null && std::get<bool>(value.data)}); break;
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: put(null ? std::int64_t{0} : std::get<std::int64_t>(value.data)); break;
        case TypeKind::date:
            put(static_cast<std::int32_t>(null ? std::int64_t{0} : std::get<std::int64_t>(value.data)));
            break;
        case TypeKind::floating: put(null ? 0.0 : std::get<double>(value.data)); break;
        case TypeKind::decimal: {
            const Int128 number = null ? Int128{0} : std::get<Int128>(value.data);
            if (type->is_wide_decimal())
                put(number);
            else
                put(static_cast<std::int64_t>(number));
            break;
        }
        case TypeKind::text: {
            const std::string_view text =
                null ? std::string_view() : std::string_view(std::get<std::string>(value.data));
            auto* const copy = static_cast<char*>(arena.take(text.size()));
            if (!text.empty()) std::memcpy(copy, text.data(), text.size());
            put(make_text(copy, text.size()));
            break;
        }
        case TypeKind::list: {
            auto* const offsets = arena.array<std::uint32_t>(2);
            offsets[0] = 0;
            offsets[1] = null ? 0 : static_cast<std::uint32_t>(items->size());
            out.values = offsets;
            ColumnBuilder builder(type->element, arena.memory());
            for (std::uint32_t i = 0; i < offsets[1]; ++i) builder.append_value((*items)[i]);
            std::vector<BufferRef> keep;
            out.children.push_back(builder.finish(keep));
            arena.keep(std::move(keep));
            break;
        }
        case TypeKind::record:
            out.values = nullptr;
            for (std::size_t i = 0; i < type->fields.size(); ++i)
                fill_one(null ? Value{} : (*items)[i], type->fields[i].type, arena, out.children.emplace_back());
            break;
    }
}

}  // namespace

Column constant_column(const Value& value, Arena& arena) {
    Column column;
    fill_one(value, value.type, arena, column);
    column.encoding = Encoding::constant;
    return column;
}

Value value_at(const Column& column, std::uint32_t row) {
    Value value;
    value.type = column.type;
    if (!column.is_valid(row)) return value;
    const std::size_t at = column.index_of(row);
    switch (column.type->kind) {
        case TypeKind::null: break;
        case TypeKind::boolean: value.data = column.data<std::uint8_t>()[at] != 0; break;
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: value.data = column.data<std::int64_t>()[at]; break;
        case TypeKind::date: value.data = std::int64_t{column.data<std::int32_t>()[at]}; break;
        case TypeKind::floating: value.data = column.data<double>()[at]; break;
        case TypeKind::decimal:
            value.data =
                column.type->is_wide_decimal() ? column.data<Int128>()[at] : Int128{column.data<std::int64_t>()[at]};
            break;
        case TypeKind::text: value.data = std::string(column.data<Text>()[at].view()); break;
        case TypeKind::list: {
            std::vector<Value> items;
            const auto* const offsets = column.data<std::uint32_t>();
            for (std::uint32_t i = offsets[at]; i < offsets[at + 1]; ++i)
                items.push_back(value_at(column.children[0], i));
            value.data = std::move(items);
            break;
        }
        case TypeKind::record: {
            std::vector<Value> fields;
            for (const auto& child : column.children) fields.push_back(value_at(child, static_cast<std::uint32_t>(at)));
            value.data = std::move(fields);
            break;
        }
    }
    return value;
}

}  // namespace etl
