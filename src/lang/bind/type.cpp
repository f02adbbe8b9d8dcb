#include "lang/bind/type.hpp"

#include <charconv>

namespace etl::bind {

namespace {

struct Word {
    std::string_view name;
    TypeKind kind;
};

constexpr Word kWords[] = {
    {"bool", TypeKind::boolean}, {"int", TypeKind::integer},   {"float", TypeKind::floating},
    {"text", TypeKind::text},    {"date", TypeKind::date},     {"timestamp", TypeKind::timestamp},
    {"list", TypeKind::list},    {"record", TypeKind::record}, {"decimal", TypeKind::decimal}};

std::vector<std::string> type_names(TypePlace place) {
    std::vector<std::string> names = {"bool", "int",       "float",     "decimal(p, s)", "text",
                                      "date", "timestamp", "list<...>", "record { ... }"};
    if (place == TypePlace::param) names.emplace_back("path");
    return names;
}

const DataType* bind_decimal(const ast::Type& type, Diagnostics& diagnostics) {
    if (!type.precision || !type.scale) {
        diagnostics.error("E225", type.span, "a decimal needs its digits", "how many, and how many places?",
                          {"write decimal(12, 2)"});
        return nullptr;
    }
    const auto read = [](const ast::Literal& literal) {
        unsigned number = 1000;
        std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), number);
        return number;
    };
    const unsigned precision = read(*type.precision);
    const unsigned scale = read(*type.scale);
    if (precision < 1 || precision > 38) {
        diagnostics.error("E225", type.precision->span, "a decimal has 1 to 38 digits", "out of bounds");
        return nullptr;
    }
    if (scale > precision) {
        diagnostics.error("E225", type.scale->span, "a decimal cannot have more places than digits",
                          "more than " + std::to_string(precision));
        return nullptr;
    }
    return decimal_type(precision, scale, type.nullable);
}

const DataType* bind_record(const ast::Type& type, Diagnostics& diagnostics) {
    std::vector<RecordField> fields;
    bool good = true;
    for (const ast::Column& column : type.columns.items) {
        const DataType* field = bind_type(column.type, diagnostics);
        for (const RecordField& other : fields)
            if (other.name == column.name.text) {
                diagnostics.error("E217", column.name.span, "`" + other.name + "` stands twice in the record",
                                  "named before");
                good = false;
            }
        good = good && field != nullptr;
        fields.push_back({column.name.text, field});
    }
    return good ? record_type(std::move(fields), type.nullable) : nullptr;
}

}  // namespace

std::string list_types(TypePlace place) { return list_names(type_names(place), 16); }

std::optional<TypeKind> kind_of_word(std::string_view word) {
    for (const Word& each : kWords)
        if (each.name == word) return each.kind;
    return std::nullopt;
}

std::vector<std::string> nearest_type(const std::string& word) {
    std::string near =
        did_you_mean(word, {"bool", "int", "float", "decimal", "text", "date", "timestamp", "list", "record"});
    if (word == "string" || word == "varchar" || word == "str") near = "did you mean `text`?";
    if (word == "integer" || word == "bigint") near = "did you mean `int`?";
    if (word == "boolean") near = "did you mean `bool`?";
    if (word == "double" || word == "real") near = "did you mean `float`?";
    if (word == "numeric" || word == "number" || word == "money") near = "did you mean `decimal(12, 2)`?";
    if (word == "datetime" || word == "time") near = "did you mean `timestamp`?";
    if (near.empty()) return {};
    return {near};
}

const DataType* bind_type(const ast::Type& type, Diagnostics& diagnostics, TypePlace place) {
    const std::string& word = type.name.text;
    if (word == "path" && place == TypePlace::param) return simple_type(TypeKind::text, type.nullable);
    const std::optional<TypeKind> kind = kind_of_word(word);
    if (!kind) {
        diagnostics.error("E225", type.name.span, "unknown type `" + word + "`", "there are " + list_types(place),
                          nearest_type(word));
        return nullptr;
    }
    if (*kind == TypeKind::decimal) return bind_decimal(type, diagnostics);
    if (*kind == TypeKind::record) return bind_record(type, diagnostics);
    if (*kind == TypeKind::list) {
        const DataType* element = type.element.empty() ? nullptr : bind_type(type.element.front(), diagnostics);
        return element == nullptr ? nullptr : list_type(element, type.nullable);
    }
    return simple_type(*kind, type.nullable);
}

}  // namespace etl::bind
