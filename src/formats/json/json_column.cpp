#include "formats/json/json_column.hpp"

#include <cstdlib>
#include <cstring>

#include "base/error.hpp"
#include "data/read_value.hpp"

namespace etl {

namespace {

/// 1.25e2 as 125: decimals and ints are exact, so they do not go through a float. "" where it is out of all bounds.
std::string without_exponent(std::string_view token) {
    const std::size_t at = token.find_first_of("eE");
    std::string digits(token.substr(0, at));
    const long exponent = std::strtol(std::string(token.substr(at + 1)).c_str(), nullptr, 10);
    if (exponent > 60 || exponent < -60) return {};
    const bool negative = digits.starts_with('-');
    if (negative) digits.erase(0, 1);
    const std::size_t point = digits.find('.');
    long whole = static_cast<long>(point == std::string::npos ? digits.size() : point) + exponent;
    if (point != std::string::npos) digits.erase(point, 1);
    if (whole < 1) {
        digits.insert(0, static_cast<std::size_t>(1 - whole), '0');
        whole = 1;
    }
    const auto places = static_cast<std::size_t>(whole);
    if (places > digits.size()) digits.resize(places, '0');
    if (places < digits.size()) digits.insert(places, ".");
    return (negative ? "-" : "") + digits;
}

/// Digits as JSON has them, before and behind a point, for an int or a decimal of at most 18 places; in a block, behind
/// whose bytes 8 more may be read. False: spelled otherwise, or no value of the type.
bool read_plain_number(std::string_view token, const DataType& type, std::int64_t& number) {
    const std::size_t first = token.starts_with('-') ? 1 : 0;
    const auto is_digit = [&](std::size_t at) { return at < token.size() && token[at] >= '0' && token[at] <= '9'; };
    if (!is_digit(first) || (token[first] == '0' && is_digit(first + 1))) return false;
    bool ignored = false;
    if (type.is(TypeKind::integer))
        return read_int<true>(token.data(), token.size(), number, ignored) == ParseResult::ok;
    return read_decimal<true>(token.data(), token.size(), type.precision, type.scale, number, ignored) ==
           ParseResult::ok;
}

std::string_view without_zero_places(std::string_view token) {
    const std::size_t point = token.find('.');
    return point != std::string_view::npos && token.find_last_not_of('0') == point ? token.substr(0, point) : token;
}

void store_value(const Value& value, const DataType* type, void* values, std::uint32_t row) {
    switch (type->kind) {
        case TypeKind::boolean: static_cast<std::uint8_t*>(values)[row] = std::get<bool>(value.data) ? 1 : 0; return;
        case TypeKind::floating: static_cast<double*>(values)[row] = std::get<double>(value.data); return;
        case TypeKind::date:
            static_cast<std::int32_t*>(values)[row] = static_cast<std::int32_t>(std::get<std::int64_t>(value.data));
            return;
        case TypeKind::decimal:
            if (type->is_wide_decimal())
                static_cast<Int128*>(values)[row] = std::get<Int128>(value.data);
            else
                static_cast<std::int64_t*>(values)[row] = static_cast<std::int64_t>(std::get<Int128>(value.data));
            return;
        default: static_cast<std::int64_t*>(values)[row] = std::get<std::int64_t>(value.data);
    }
}

bool malformed(JsonFailure& failure, const char* what) {
    failure = {nullptr, "", std::string("not valid JSON: ") + what};
    return false;
}

}  // namespace

JsonField make_json_field(const SourceColumn& column, TimeZone zone) {
    JsonField field{column.source_name, column.name, column.type, {}, column.is_private, column.span, {}};
    const bool nested = column.type->is(TypeKind::record) || column.type->is(TypeKind::list);
    if (!nested) {
        std::string error;
        auto format = compile_column_format(column.type, column.formats, zone, error);
        if (!format) throw Error("E429", "column " + column.name + ": " + error);
        field.format = std::move(*format);
    }
    const auto add = [&](const std::string& name, const DataType* type) {
        SourceColumn child = column;
        child.name = column.name + "." + name;
        child.source_name = name;
        child.type = type;
        field.fields.push_back(make_json_field(child, zone));
    };
    for (const RecordField& child : column.type->fields) add(child.name, child.type);
    if (column.type->is(TypeKind::list)) add("[]", column.type->element);
    return field;
}

JsonColumn::JsonColumn(const JsonField& field, Memory& memory)
    : field_(&field),
      memory_(&memory),
      is_plain_(field.format.is_default() && (field.type->is(TypeKind::integer) ||
                                              (field.type->is(TypeKind::decimal) && !field.type->is_wide_decimal()))) {
    if (field.type->is(TypeKind::record))
        for (const JsonField& child : field.fields) children_.columns.emplace_back(child, memory);
}

void JsonColumn::start(std::uint32_t rows, Arena& arena) {
    rows_ = rows;
    valid_ = nullptr;
    values_ = nullptr;
    lists_.clear();
    seen_row_ = UINT32_MAX;
    for (JsonColumn& child : children_.columns) child.start(rows, arena);
    if (field_->type->is(TypeKind::list)) return;
    if (field_->type->nullable) {
        const std::size_t words = bitmap_words(rows) + 1;
        valid_ = arena.array<std::uint64_t>(words);
        std::memset(valid_, 0xFF, words * sizeof(std::uint64_t));
    }
    if (children_.columns.empty()) values_ = arena.take((std::size_t{rows} + 1) * field_->type->width_bytes());
}

bool JsonColumn::fail(JsonFailure& failure, std::string_view value, std::string reason) const {
    failure = {field_, field_->is_private ? "***" : std::string(value.substr(0, 1000)), std::move(reason)};
    return false;
}

bool JsonColumn::put_null(std::uint32_t row, JsonFailure& failure) {
    if (!field_->type->nullable)
        return fail(failure, "", "null or missing, but " + to_string(field_->type) + " must have a value");
    if (field_->type->is(TypeKind::list)) return true;
    valid_[row >> 6] &= ~(1ULL << (row & 63));
    const std::size_t width = field_->type->width_bytes();
    if (children_.columns.empty()) std::memset(static_cast<char*>(values_) + row * width, 0, width);
    for (JsonColumn& child : children_.columns) {
        child.seen_row_ = row;
        JsonFailure ignored;
        if (child.field_->type->nullable) child.put_null(row, ignored);
    }
    return true;
}

bool JsonColumn::put(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch) {
    JsonFailure& failure = batch.failure;
    seen_row_ = row;
    const char first = cursor.peek();
    if (first == 'n') {
        if (cursor.token() != "null") return malformed(failure, "a word that is neither true, false nor null");
        cursor.next();
        return put_null(row, failure);
    }
    switch (field_->type->kind) {
        case TypeKind::text: return put_text(cursor, row, batch);
        case TypeKind::list: return put_list(cursor, row, batch);
        case TypeKind::record:
            if (first != '{') return fail(failure, cursor.token(), "not an object");
            return read_members(cursor, children_, row, batch);
        default: return put_scalar(cursor, row, failure);
    }
}

bool JsonColumn::put_text(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch) {
    JsonFailure& failure = batch.failure;
    auto* texts = static_cast<Text*>(values_);
    std::string_view text;
    if (cursor.peek() != '"') {
        // A number, a bool, an object or a list comes as it is spelled.
        if (cursor.peek() == '\0' || !cursor.spelled(text)) return malformed(failure, "a value is missing");
        texts[row] = make_text(text.data(), text.size());
        return true;
    }
    if (!cursor.string(text)) return malformed(failure, "text behind a string");
    cursor.next();
    if (batch.has_escapes && std::memchr(text.data(), '\\', text.size()) != nullptr) {
        char* copy = batch.arena.array<char>(text.size() + 1);
        const std::ptrdiff_t size = unescape_json(text, copy);
        if (size < 0) return fail(failure, text, "not valid JSON: a wrong escape in a string");
        text = {copy, static_cast<std::size_t>(size)};
    }
    texts[row] = make_text(text.data(), text.size());
    return true;
}

bool JsonColumn::put_scalar(JsonCursor& cursor, std::uint32_t row, JsonFailure& failure) {
    const char first = cursor.peek();
    std::string_view token;
    if (first == '"') {
        if (!cursor.string(token)) return malformed(failure, "text behind a string");
        cursor.next();
        std::string room(token.size(), '\0');
        const std::ptrdiff_t size = unescape_json(token, room.data());
        if (size < 0) return fail(failure, token, "not valid JSON: a wrong escape in a string");
        return put_parsed(std::string_view(room).substr(0, static_cast<std::size_t>(size)), row, failure);
    }
    if (first == '{' || first == '[')
        return fail(failure, std::string_view(&first, 1), parse_reason(ParseResult::malformed, field_->type));
    if (first == '\0' || first == '}' || first == ']' || first == ',' || first == ':')
        return malformed(failure, "a value is missing");
    token = cursor.token();
    cursor.next();
    if (is_plain_ && read_plain_number(token, *field_->type, static_cast<std::int64_t*>(values_)[row])) return true;
    if (token == "true" || token == "false") return put_parsed(token, row, failure);
    if (!is_json_number(token)) return fail(failure, token, "not valid JSON: neither a number nor true, false or null");
    if (field_->type->is(TypeKind::floating)) return put_parsed(token, row, failure);
    if (token.find_first_of("eE") != std::string_view::npos) {
        const std::string plain = without_exponent(token);
        if (plain.empty()) return fail(failure, token, parse_reason(ParseResult::out_of_range, field_->type));
        return put_parsed(field_->type->is(TypeKind::integer) ? without_zero_places(plain) : plain, row, failure);
    }
    return put_parsed(field_->type->is(TypeKind::integer) ? without_zero_places(token) : token, row, failure);
}

bool JsonColumn::put_parsed(std::string_view text, std::uint32_t row, JsonFailure& failure) {
    const DataType* type = field_->type;
    ParseResult result = ParseResult::ok;
    if (field_->format.is_default() && type->is(TypeKind::integer)) {
        result = parse_int(text, static_cast<std::int64_t*>(values_)[row]);
    } else if (field_->format.is_default() && type->is(TypeKind::decimal) && !type->is_wide_decimal()) {
        result = parse_decimal(text, type->precision, type->scale, static_cast<std::int64_t*>(values_)[row]);
    } else {
        Value value;
        result = parse_value(text, type, field_->format, value);
        if (result == ParseResult::ok) store_value(value, type, values_, row);
    }
    return result == ParseResult::ok || fail(failure, text, parse_reason(result, type));
}

bool JsonColumn::put_list(JsonCursor& cursor, std::uint32_t row, JsonBatch& batch) {
    JsonFailure& failure = batch.failure;
    if (!cursor.take('[')) return fail(failure, cursor.peek() == '\0' ? "" : cursor.token(), "not a list");
    std::vector<Value> items;
    const JsonField& item_field = field_->fields.front();
    JsonColumn item(item_field, *memory_);
    if (!cursor.take(']')) {
        do {
            item.start(1, batch.arena);
            if (!item.put(cursor, 0, batch)) return false;
            std::vector<BufferRef> keep;
            items.push_back(value_at(item.finish(keep), 0));
        } while (cursor.take(','));
        if (!cursor.take(']')) return malformed(failure, "a list does not end");
    }
    if (!lists_.empty() && lists_.back().first == row) lists_.pop_back();
    lists_.emplace_back(row, Value{field_->type, std::move(items)});
    return true;
}

bool JsonColumn::settle(std::uint32_t row, JsonFailure& failure) {
    if (seen_row_ == row) return true;
    seen_row_ = row;
    return put_null(row, failure);
}

Column JsonColumn::finish(std::vector<BufferRef>& keep) {
    if (field_->type->is(TypeKind::list)) {
        ColumnBuilder builder(with_nullable(field_->type, true), *memory_);
        auto list = lists_.begin();
        for (std::uint32_t row = 0; row < rows_; ++row) {
            if (list != lists_.end() && list->first == row)
                builder.append_value((list++)->second);
            else
                builder.append_null();
        }
        Column column = builder.finish(keep);
        column.type = field_->type;
        return column;
    }
    Column column;
    column.type = field_->type;
    column.values = values_;
    column.valid = valid_;
    for (JsonColumn& child : children_.columns) column.children.push_back(child.finish(keep));
    return column;
}

namespace {

JsonColumn* find_member(JsonMembers& members, std::size_t place, std::string_view name) {
    if (members.by_name.empty())
        for (JsonColumn& column : members.columns) members.by_name.insert_or_assign(column.field().name, &column);
    const auto at = members.by_name.find(name);
    JsonColumn* const found = at == members.by_name.end() ? nullptr : at->second;
    if (members.guesses.size() <= place) members.guesses.resize(place + 1);
    members.guesses[place] = {JsonName(name), found};
    return found;
}

bool read_member(JsonCursor& cursor, JsonMembers& members, std::size_t place, std::uint32_t row, JsonBatch& batch) {
    std::string_view key;
    if (!cursor.string(key)) return malformed(batch.failure, "a member's name is expected");
    cursor.next();
    if (!cursor.take(':')) return malformed(batch.failure, "`:` is expected behind a member's name");
    JsonColumn* column = nullptr;
    if (place < members.guesses.size() && members.guesses[place].name.is(key)) {
        column = members.guesses[place].column;
    } else if (batch.has_escapes && key.find('\\') != std::string_view::npos) {
        std::string plain(key.size(), '\0');
        const std::ptrdiff_t size = unescape_json(key, plain.data());
        if (size < 0) return malformed(batch.failure, "a wrong escape in a member's name");
        column = find_member(members, place, std::string_view(plain).substr(0, static_cast<std::size_t>(size)));
    } else {
        column = find_member(members, place, key);
    }
    if (column != nullptr) return column->put(cursor, row, batch);
    return cursor.skip() || malformed(batch.failure, "a value is expected, or a bracket does not close");
}

}  // namespace

bool read_members(JsonCursor& cursor, JsonMembers& members, std::uint32_t row, JsonBatch& batch) {
    if (!cursor.take('{')) return malformed(batch.failure, "an object is expected");
    if (!cursor.take('}')) {
        std::size_t place = 0;
        do {
            if (!read_member(cursor, members, place++, row, batch)) return false;
        } while (cursor.take(','));
        if (!cursor.take('}')) return malformed(batch.failure, "`,` or `}` is expected");
    }
    for (JsonColumn& column : members.columns)
        if (!column.settle(row, batch.failure)) return false;
    return true;
}

}  // namespace etl
