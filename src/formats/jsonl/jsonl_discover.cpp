#include <simdjson.h>

#include <algorithm>

#include "base/error.hpp"
#include "formats/jsonl/jsonl_format.hpp"

namespace etl {

namespace {

namespace dom = simdjson::dom;

const DataType* type_of(dom::element value);

const DataType* merge(const DataType* a, const DataType* b) {
    if (a == b || b->is(TypeKind::null)) return a;
    if (a->is(TypeKind::null)) return b;
    const bool numbers = (a->is(TypeKind::integer) || a->is(TypeKind::floating)) &&
                         (b->is(TypeKind::integer) || b->is(TypeKind::floating));
    if (numbers) return simple_type(TypeKind::floating, true);
    if (a->is(TypeKind::list) && b->is(TypeKind::list)) return list_type(merge(a->element, b->element), true);
    if (!a->is(TypeKind::record) || !b->is(TypeKind::record)) return simple_type(TypeKind::text, true);
    std::vector<RecordField> fields = a->fields;
    for (const RecordField& field : b->fields) {
        const auto known =
            std::find_if(fields.begin(), fields.end(), [&](const RecordField& f) { return f.name == field.name; });
        if (known == fields.end())
            fields.push_back(field);
        else
            known->type = merge(known->type, field.type);
    }
    return record_type(std::move(fields), true);
}

const DataType* type_of(dom::element value) {
    switch (value.type()) {
        case dom::element_type::INT64: return simple_type(TypeKind::integer, true);
        case dom::element_type::UINT64:
        case dom::element_type::DOUBLE: return simple_type(TypeKind::floating, true);
        case dom::element_type::BOOL: return simple_type(TypeKind::boolean, true);
        case dom::element_type::STRING: return simple_type(TypeKind::text, true);
        case dom::element_type::NULL_VALUE: return simple_type(TypeKind::null, true);
        case dom::element_type::ARRAY: {
            const DataType* item = simple_type(TypeKind::null, true);
            for (const dom::element element : dom::array(value.get_array())) item = merge(item, type_of(element));
            return list_type(item, true);
        }
        case dom::element_type::OBJECT: {
            std::vector<RecordField> fields;
            for (const auto member : dom::object(value.get_object()))
                fields.push_back({std::string(member.key), type_of(member.value)});
            return record_type(std::move(fields), true);
        }
    }
    return simple_type(TypeKind::text, true);
}

/// What was null everywhere is text.
const DataType* settled(const DataType* type) {
    if (type->is(TypeKind::null)) return simple_type(TypeKind::text, true);
    if (type->is(TypeKind::list)) return list_type(settled(type->element), true);
    if (!type->is(TypeKind::record)) return type;
    std::vector<RecordField> fields = type->fields;
    for (RecordField& field : fields) field.type = settled(field.type);
    return record_type(std::move(fields), true);
}

}  // namespace

std::vector<SourceColumn> discover_jsonl(std::span<const char> head, bool at_end, const OptionValues& /*options*/) {
    std::string_view rest(head.data(), head.size());
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    dom::parser parser;
    const DataType* all = record_type({}, true);
    bool seen = false;
    while (!rest.empty()) {
        const std::size_t stop = rest.find('\n');
        if (stop == std::string_view::npos && !at_end) break;
        const std::string_view line = rest.substr(0, stop);
        rest = stop == std::string_view::npos ? std::string_view() : rest.substr(stop + 1);
        dom::element element;
        if (parser.parse(simdjson::padded_string(line)).get(element) != simdjson::SUCCESS || !element.is_object())
            continue;
        all = merge(all, type_of(element));
        seen = true;
    }
    if (!seen) throw Error("E432", "no JSON object is found in the file's first lines, so its columns are not known");
    std::vector<SourceColumn> columns;
    for (const RecordField& field : settled(all)->fields) {
        SourceColumn column;
        column.name = column.source_name = field.name;
        column.type = field.type;
        columns.push_back(std::move(column));
    }
    return columns;
}

}  // namespace etl
