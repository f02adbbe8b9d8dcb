#include "base/json_writer.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

enum class Style : std::uint8_t { plain, json, literal };

template <std::size_t kWidth, typename Print>
void append_printed(std::string& out, Print&& print) {
    char buffer[kWidth];
    const char* const end = print(buffer);
    out.append(buffer, static_cast<std::size_t>(end - buffer));
}

template <std::size_t kWidth, typename Print>
void append_quoted(std::string& out, Style style, Print&& print) {
    if (style == Style::json) out += '"';
    append_printed<kWidth>(out, print);
    if (style == Style::json) out += '"';
}

void append_float(std::string& out, double value, Style style) {
    if (style == Style::json && (value != value || value - value != 0))
        out += "null";
    else
        append_printed<kFloatWidth_bytes>(out, [value](char* at) { return print_float(at, value); });
}

void append_wide(std::string& out, Int128 value, unsigned scale) {
    append_printed<kDecimalWidth_bytes>(out, [value, scale](char* at) { return print_decimal(at, value, scale); });
}

void append_whole(std::string& out, std::int64_t value, const DataType* type, Style style) {
    switch (type->kind) {
        case TypeKind::date:
            return append_quoted<kDateWidth_bytes>(
                out, style, [value](char* at) { return print_date(at, static_cast<std::int32_t>(value)); });
        case TypeKind::timestamp:
            return append_quoted<kTimestampWidth_bytes>(out, style,
                                                        [value](char* at) { return print_timestamp(at, value); });
        case TypeKind::duration:
            return append_quoted<kDurationWidth_bytes>(out, style,
                                                       [value](char* at) { return print_duration(at, value); });
        default: return append_printed<kIntWidth_bytes>(out, [value](char* at) { return print_int(at, value); });
    }
}

/// List and record as JSON, whatever the style.
void append_nested(std::string& out, const Column& column, std::size_t at) {
    if (column.type->kind == TypeKind::list) {
        const auto* const offsets = column.data<std::uint32_t>();
        out += '[';
        for (std::uint32_t i = offsets[at]; i < offsets[at + 1]; ++i) {
            if (i != offsets[at]) out += ',';
            append_json(out, column.children[0], i);
        }
        out += ']';
        return;
    }
    out += '{';
    for (std::size_t i = 0; i < column.children.size(); ++i) {
        if (i != 0) out += ',';
        append_json_string(out, column.type->fields[i].name);
        out += ':';
        append_json(out, column.children[i], static_cast<std::uint32_t>(at));
    }
    out += '}';
}

void append_valid(std::string& out, const Column& column, std::size_t at, Style style) {
    const DataType* const type = column.type;
    switch (type->kind) {
        case TypeKind::null: break;
        case TypeKind::boolean: out += column.data<std::uint8_t>()[at] != 0 ? "true" : "false"; break;
        case TypeKind::floating: append_float(out, column.data<double>()[at], style); break;
        case TypeKind::decimal:
            append_wide(out,
                        type->is_wide_decimal() ? column.data<Int128>()[at] : Int128{column.data<std::int64_t>()[at]},
                        type->scale);
            break;
        case TypeKind::text: {
            const std::string_view text = column.data<Text>()[at].view();
            if (style == Style::json)
                append_json_string(out, text);
            else
                out += text;
            break;
        }
        case TypeKind::date: append_whole(out, column.data<std::int32_t>()[at], type, style); break;
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: append_whole(out, column.data<std::int64_t>()[at], type, style); break;
        case TypeKind::list:
        case TypeKind::record: append_nested(out, column, at); break;
    }
}

void append_literal_text(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n' || c == '\t' || c == '\r') {
            out += c == '\n' ? "\\n" : (c == '\t' ? "\\t" : "\\r");
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += "\\u{";
            if (c >= 0x10) out += hex[static_cast<std::size_t>(c >> 4)];
            out += hex[static_cast<std::size_t>(c & 15)];
            out += '}';
        } else {
            out += c;
        }
    }
    out += '"';
}

/// Lists and records inside a plain text are JSON; in a literal they are literals.
void append_value(std::string& out, const Value& value, Style style) {
    if (value.is_null()) {
        if (style != Style::plain) out += "null";
        return;
    }
    const DataType* const type = value.type;
    if (const auto* flag = std::get_if<bool>(&value.data)) {
        out += *flag ? "true" : "false";
    } else if (const auto* whole = std::get_if<std::int64_t>(&value.data)) {
        const bool quoted = type->kind == TypeKind::date || type->kind == TypeKind::timestamp;
        if (style == Style::literal)
            append_whole(out, *whole, type, quoted ? Style::json : Style::plain);
        else
            append_whole(out, *whole, type, style);
    } else if (const auto* real = std::get_if<double>(&value.data)) {
        append_float(out, *real, style);
    } else if (const auto* number = std::get_if<Int128>(&value.data)) {
        append_wide(out, *number, type->scale);
    } else if (const auto* text = std::get_if<std::string>(&value.data)) {
        if (style == Style::plain)
            out += *text;
        else if (style == Style::json)
            append_json_string(out, *text);
        else
            append_literal_text(out, *text);
    } else {
        const auto& items = std::get<std::vector<Value>>(value.data);
        const bool is_list = type->kind == TypeKind::list;
        const bool literal = style == Style::literal;
        out += is_list ? '[' : '{';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i != 0) out += literal ? ", " : ",";
            if (!is_list) {
                if (literal) {
                    out += i == 0 ? " " : "";
                    out += type->fields[i].name + " = ";
                } else {
                    append_json_string(out, type->fields[i].name);
                    out += ':';
                }
            }
            append_value(out, items[i], literal ? style : Style::json);
        }
        if (!is_list && literal) out += ' ';
        out += is_list ? ']' : '}';
    }
}

}  // namespace

void append_text(std::string& out, const Column& column, std::uint32_t row) {
    if (column.is_valid(row)) append_valid(out, column, column.index_of(row), Style::plain);
}

void append_json(std::string& out, const Column& column, std::uint32_t row) {
    if (column.is_valid(row) && column.type->kind != TypeKind::null)
        append_valid(out, column, column.index_of(row), Style::json);
    else
        out += "null";
}

std::string to_text(const Value& value) {
    std::string out;
    append_value(out, value, Style::plain);
    return out;
}

std::string to_literal(const Value& value) {
    std::string out;
    append_value(out, value, Style::literal);
    return out;
}

}  // namespace etl
