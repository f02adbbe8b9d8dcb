#include "data/data_type.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace etl {

namespace {

struct InternTable {
    std::mutex mutex;
    std::unordered_map<std::string, std::unique_ptr<const DataType>> types;
};

InternTable& table() {
    // Never destroyed: types are used until the very end of the program.
    static auto* const interned = new InternTable;
    return *interned;
}

void append_pointer(std::string& key, const void* pointer) {
    key.append(reinterpret_cast<const char*>(&pointer), sizeof pointer);
}

std::string key_of(const DataType& type) {
    std::string key{static_cast<char>(type.kind), static_cast<char>(type.nullable), static_cast<char>(type.precision),
                    static_cast<char>(type.scale)};
    append_pointer(key, type.element);
    for (const auto& field : type.fields) {
        append_pointer(key, field.type);
        key += std::to_string(field.name.size());
        key += ':';
        key += field.name;
    }
    return key;
}

std::string_view kind_name(TypeKind kind) {
    constexpr std::array<std::string_view, 11> names{"null", "bool",      "int",      "float", "decimal", "text",
                                                     "date", "timestamp", "duration", "list",  "record"};
    return names[static_cast<std::size_t>(kind)];
}

bool is_plain_name(std::string_view name) {
    constexpr std::array<std::string_view, 12> reserved{"and",  "or",    "not", "in",   "is",   "null",
                                                        "true", "false", "if",  "then", "else", "match"};
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
    for (const auto word : reserved)
        if (word == name) return false;
    return true;
}

}  // namespace

std::size_t DataType::width_bytes() const {
    switch (kind) {
        case TypeKind::null:
        case TypeKind::boolean: return 1;
        case TypeKind::integer:
        case TypeKind::floating:
        case TypeKind::timestamp:
        case TypeKind::duration: return 8;
        case TypeKind::decimal: return is_wide_decimal() ? 16 : 8;
        case TypeKind::text: return 16;
        case TypeKind::date:
        case TypeKind::list: return 4;
        case TypeKind::record: return 0;
    }
    return 0;
}

const DataType* intern(DataType type) {
    auto& interned = table();
    const std::lock_guard lock(interned.mutex);
    auto& slot = interned.types[key_of(type)];
    if (!slot) slot = std::make_unique<const DataType>(std::move(type));
    return slot.get();
}

const DataType* simple_type(TypeKind kind, bool nullable) {
    DataType type;
    type.kind = kind;
    type.nullable = nullable || kind == TypeKind::null;
    return intern(std::move(type));
}

const DataType* decimal_type(unsigned precision, unsigned scale, bool nullable) {
    DataType type;
    type.kind = TypeKind::decimal;
    type.nullable = nullable;
    type.precision = static_cast<std::uint8_t>(precision);
    type.scale = static_cast<std::uint8_t>(scale);
    return intern(std::move(type));
}

const DataType* list_type(const DataType* element, bool nullable) {
    DataType type;
    type.kind = TypeKind::list;
    type.nullable = nullable;
    type.element = element;
    return intern(std::move(type));
}

const DataType* record_type(std::vector<RecordField> fields, bool nullable) {
    DataType type;
    type.kind = TypeKind::record;
    type.nullable = nullable;
    type.fields = std::move(fields);
    return intern(std::move(type));
}

const DataType* with_nullable(const DataType* type, bool nullable) {
    if (type->nullable == nullable || type->kind == TypeKind::null) return type;
    DataType changed = *type;
    changed.nullable = nullable;
    return intern(std::move(changed));
}

std::string to_string(const DataType* type) {
    std::string text{kind_name(type->kind)};
    if (type->kind == TypeKind::decimal)
        text += "(" + std::to_string(type->precision) + ", " + std::to_string(type->scale) + ")";
    if (type->kind == TypeKind::list) text += "<" + to_string(type->element) + ">";
    if (type->kind == TypeKind::record) {
        text += " {";
        for (std::size_t i = 0; i < type->fields.size(); ++i) {
            const auto& name = type->fields[i].name;
            text += i == 0 ? " " : ", ";
            text += is_plain_name(name) ? name : "`" + name + "`";
            text += ": " + to_string(type->fields[i].type);
        }
        text += " }";
    }
    if (type->nullable && type->kind != TypeKind::null) text += '?';
    return text;
}

}  // namespace etl
