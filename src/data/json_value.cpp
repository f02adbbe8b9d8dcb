#include "data/json_value.hpp"

#include <simdjson.h>

namespace etl {

namespace {

JsonValue value_of(simdjson::dom::element element) {
    using Type = simdjson::dom::element_type;
    JsonValue value;
    switch (element.type()) {
        case Type::NULL_VALUE: break;
        case Type::BOOL:
            value.kind = JsonValue::Kind::boolean;
            value.boolean = element.get_bool().value_unsafe();
            break;
        case Type::INT64:
            value.number = static_cast<double>(element.get_int64().value_unsafe());
            value.kind = value.number < 0 ? JsonValue::Kind::number : JsonValue::Kind::integer;
            if (value.number >= 0) value.integer = static_cast<std::uint64_t>(element.get_int64().value_unsafe());
            break;
        case Type::UINT64:
            value.kind = JsonValue::Kind::integer;
            value.integer = element.get_uint64().value_unsafe();
            value.number = static_cast<double>(value.integer);
            break;
        case Type::DOUBLE:
            value.kind = JsonValue::Kind::number;
            value.number = element.get_double().value_unsafe();
            break;
        case Type::STRING:
            value.kind = JsonValue::Kind::text;
            value.text = element.get_string().value_unsafe();
            break;
        case Type::ARRAY: {
            const simdjson::dom::array items = element.get_array().value_unsafe();
            value.kind = JsonValue::Kind::array;
            for (const auto item : items) value.items.push_back(value_of(item));
            break;
        }
        case Type::OBJECT: {
            const simdjson::dom::object members = element.get_object().value_unsafe();
            value.kind = JsonValue::Kind::object;
            for (const auto member : members) {
                value.names.emplace_back(member.key);
                value.items.push_back(value_of(member.value));
            }
            break;
        }
        default: break;
    }
    return value;
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name, Kind wanted) const {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return items[i].kind == wanted ? &items[i] : nullptr;
    return nullptr;
}

std::optional<JsonValue> parse_json(std::string_view text) {
    simdjson::dom::parser parser;
    simdjson::dom::element element;
    if (parser.parse(text.data(), text.size()).get(element) != simdjson::SUCCESS) return std::nullopt;
    return value_of(element);
}

}  // namespace etl
