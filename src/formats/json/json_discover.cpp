#include <simdjson.h>

#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "formats/json/json_document.hpp"
#include "formats/json/json_format.hpp"

namespace etl {

namespace {

namespace dom = simdjson::dom;

const DataType* type_of(dom::element value);

const DataType* merge(const DataType* a, const DataType* b) {
    if (a == b || b->is(TypeKind::null)) return a;
    if (a->is(TypeKind::null)) return b;
    const bool numbers = a->is_number() && b->is_number();
    const auto is_whole = [](const DataType* type) {
        return type->is(TypeKind::integer) || type->is(TypeKind::decimal);
    };
    if (is_whole(a) && is_whole(b)) return decimal_type(20, 0, true);
    if (numbers) return simple_type(TypeKind::floating, true);
    if (a->is(TypeKind::list) && b->is(TypeKind::list)) return list_type(merge(a->element, b->element), true);
    if (!a->is(TypeKind::record) || !b->is(TypeKind::record)) return simple_type(TypeKind::text, true);
    std::vector<RecordField> fields = a->fields;
    fields.reserve(a->fields.size() + b->fields.size());  // so that the names stay where they are
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < fields.size(); ++i) places.try_emplace(fields[i].name, i);
    for (const RecordField& field : b->fields) {
        const auto known = places.find(field.name);
        if (known != places.end()) {
            fields[known->second].type = merge(fields[known->second].type, field.type);
            continue;
        }
        fields.push_back(field);
        places.emplace(fields.back().name, fields.size() - 1);
    }
    return record_type(std::move(fields), true);
}

const DataType* type_of(dom::element value) {
    switch (value.type()) {
        case dom::element_type::INT64: return simple_type(TypeKind::integer, true);
        case dom::element_type::UINT64: return decimal_type(20, 0, true);  // beyond int, and no float holds it
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

/// The types of the objects that were seen.
class SeenTypes {
  public:
    void add(std::string_view text) {
        dom::element element;
        if (parser_.parse(simdjson::padded_string(text)).get(element) != simdjson::SUCCESS || !element.is_object())
            return;
        all_ = merge(all_, type_of(element));
        is_any_ = true;
    }
    std::vector<SourceColumn> columns() const {
        if (!is_any_)
            throw Error("E432", "no JSON object is found in the file's beginning, so its columns are not known");
        std::vector<SourceColumn> columns;
        for (const RecordField& field : settled(all_)->fields) {
            SourceColumn column;
            column.name = column.source_name = field.name;
            column.type = field.type;
            columns.push_back(std::move(column));
        }
        return columns;
    }

  private:
    dom::parser parser_;
    const DataType* all_ = record_type({}, true);
    bool is_any_ = false;
};

}  // namespace

std::vector<SourceColumn> discover_jsonl(std::span<const char> head, bool at_end, const OptionValues& options) {
    const std::size_t begin = json_text_begin(head, true, options.text("encoding"), "").value_or(0);
    std::string_view rest(head.data() + begin, head.size() - begin);
    SeenTypes seen;
    while (!rest.empty()) {
        const std::size_t stop = rest.find('\n');
        if (stop == std::string_view::npos && !at_end) break;
        seen.add(rest.substr(0, stop));
        rest = stop == std::string_view::npos ? std::string_view() : rest.substr(stop + 1);
    }
    return seen.columns();
}

std::vector<SourceColumn> discover_json(std::span<const char> head, bool at_end, const OptionValues& options) {
    const std::size_t begin = json_text_begin(head, true, options.text("encoding"), "").value_or(0);
    JsonDocument document(options.text("rows"), static_cast<std::uint64_t>(options.integer("max_record")));
    document.begin("", begin);
    CutState state;
    SeenTypes seen;
    for (std::size_t at = begin; at < head.size();) {
        const std::size_t size = document.cut(head.subspan(at), at_end, 0, state);
        if (size == 0) break;
        const std::string_view piece(head.data() + at, size);
        std::vector<JsonSpan> values;
        if (!state.passed) index_json_values(piece, 0, values);
        for (const JsonSpan& value : values) seen.add(piece.substr(value.begin, value.end - value.begin));
        at += size;
    }
    if (at_end) document.end(state);
    return seen.columns();
}

}  // namespace etl
