#include "data/unpack.hpp"

#include <cstring>

#include "data/column_format.hpp"
#include "data/print.hpp"
#include "data/raw_fields.hpp"
#include "data/read_value.hpp"

namespace etl {

namespace {

/// The bytes between the quotes of a field that begins with one.
std::string_view inside_quotes(const char* at, std::size_t size, char quote) {
    const std::size_t closing = size > 1 && at[size - 1] == quote ? 1 : 0;
    return {at + 1, size - 1 - closing};
}

/// Writes the text with every doubled quote as one; returns the end.
char* undouble(std::string_view text, char quote, char* out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        *out++ = text[i];
        if (text[i] == quote && i + 1 < text.size() && text[i + 1] == quote) ++i;
    }
    return out;
}

constexpr std::size_t kPadding_bytes = 16;

/// A quoted field of a type other than text; bytes behind the result may be read.
std::string_view unquote_padded(const char* at, std::size_t size, char quote, std::string& scratch) {
    const std::string_view inside = inside_quotes(at, size, quote);
    if (inside.find(quote) == std::string_view::npos) return inside;
    scratch.resize(inside.size() + kPadding_bytes);
    const char* end = undouble(inside, quote, scratch.data());
    return {scratch.data(), static_cast<std::size_t>(end - scratch.data())};
}

Text padded_text(const char* at, std::size_t size) {
    Text text;
    text.size = static_cast<std::uint32_t>(size);
    text.data = at;
    const std::uint32_t head = digits::load<std::uint32_t>(at);
    // Without a branch: lengths are hard to foresee.
    const auto kept = static_cast<std::uint32_t>(head & ((std::uint64_t{1} << (8 * (size < 4 ? size : 4))) - 1));
    std::memcpy(text.prefix, &kept, 4);
    return text;
}

std::uint64_t* take_bitmap(std::uint32_t rows, Arena& arena) {
    auto* words = arena.array<std::uint64_t>(bitmap_words(rows) + 1);
    std::memset(words, 0xFF, bitmap_words(rows) * 8);
    return words;
}

void clear_bit(std::uint64_t* words, std::uint32_t row) { words[row >> 6] &= ~(std::uint64_t{1} << (row & 63)); }

void unpack_texts(const Column& raw, const RawRows& rows, Arena& arena, Column& out) {
    auto* const values = arena.array<Text>(rows.rows);
    std::uint64_t* const valid = raw.type->nullable ? take_bitmap(rows.rows, arena) : nullptr;
    bool has_nulls = false;
    const char quote = raw.quote;
    const auto unquote = [&](std::uint32_t row, const char* at, std::size_t size) {
        const std::string_view inside = inside_quotes(at, size, quote);
        if (inside.find(quote) == std::string_view::npos) {
            values[row] = padded_text(inside.data(), inside.size());
            return;
        }
        char* const copy = arena.reserve_bytes(inside.size());
        char* const end = undouble(inside, quote, copy);
        arena.commit_bytes(end);
        values[row] = make_text(copy, static_cast<std::size_t>(end - copy));
    };
    for_each_field(raw, rows, [&](std::uint32_t row, const char* at, std::size_t size) {
        // An empty field's first byte is the delimiter or line end behind it.
        if (*at == quote && size != 0) {
            unquote(row, at, size);
            return;
        }
        values[row] = padded_text(at, size);
        if (size == 0 && valid != nullptr) {
            clear_bit(valid, row);
            has_nulls = true;
        }
    });
    out.values = values;
    out.valid = has_nulls ? valid : nullptr;
}

/// parse(bytes, size, value): up to 8 bytes behind the bytes may be read.
template <typename Stored, typename Parse>
void unpack_typed(const Column& raw, const RawRows& rows, Arena& arena, Column& out,
                  std::vector<ParseFailure>& failures, Parse&& parse) {
    auto* const values = arena.array<Stored>(rows.rows);
    std::uint64_t* const valid = raw.type->nullable ? take_bitmap(rows.rows, arena) : nullptr;
    bool has_nulls = false;
    std::string scratch;
    const char quote = raw.quote;
    const auto fail = [&](std::uint32_t row, ParseResult why) {
        values[row] = 0;
        failures.push_back({row, why});
    };
    const auto unusual = [&](std::uint32_t row, const char* at, std::size_t size) __attribute__((noinline)) {
        const std::string_view inside = size == 0 ? std::string_view() : unquote_padded(at, size, quote, scratch);
        ParseResult result = ParseResult::malformed;
        if (!inside.empty()) {
            result = parse(inside.data(), inside.size(), values[row]);
        } else if (valid != nullptr) {
            clear_bit(valid, row);
            has_nulls = true;
            values[row] = 0;
            return;
        }
        if (result != ParseResult::ok) fail(row, result);
    };
    for_each_field(raw, rows, [&](std::uint32_t row, const char* at, std::size_t size) {
        if (size == 0 || *at == quote) [[unlikely]] {
            unusual(row, at, size);
            return;
        }
        Stored value{};
        const ParseResult result = parse(at, size, value);
        values[row] = value;
        if (result != ParseResult::ok) [[unlikely]]
            fail(row, result);
    });
    out.values = values;
    out.valid = has_nulls ? valid : nullptr;
}

void unpack_formatted(const Column& raw, const RawRows& rows, const ColumnFormat& format, Arena& arena, Column& out,
                      std::vector<ParseFailure>& failures) {
    const DataType* const type = raw.type;
    switch (type->kind) {
        case TypeKind::boolean:
            return unpack_typed<std::uint8_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::uint8_t& value) {
                                                  bool flag = false;
                                                  const auto result = parse_formatted({at, size}, format, flag);
                                                  value = flag ? 1 : 0;
                                                  return result;
                                              });
        case TypeKind::integer:
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::int64_t& value) {
                                                  return parse_formatted_int({at, size}, format, value);
                                              });
        case TypeKind::floating:
            return unpack_typed<double>(raw, rows, arena, out, failures,
                                        [&](const char* at, std::size_t size, double& value) {
                                            return parse_formatted({at, size}, format, value);
                                        });
        case TypeKind::decimal: {
            const auto parse = [&](const char* at, std::size_t size, auto& value) {
                Int128 number = 0;
                const auto result = parse_formatted({at, size}, format, type, number);
                value = static_cast<std::remove_reference_t<decltype(value)>>(number);
                return result;
            };
            if (type->is_wide_decimal()) return unpack_typed<Int128>(raw, rows, arena, out, failures, parse);
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures, parse);
        }
        case TypeKind::date:
            return unpack_typed<std::int32_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::int32_t& value) {
                                                  return parse_formatted_date({at, size}, format, value);
                                              });
        default:
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::int64_t& value) {
                                                  return parse_formatted_timestamp({at, size}, format, value);
                                              });
    }
}

ParseResult refuse(const char*, std::size_t, std::uint8_t&) { return ParseResult::malformed; }

}  // namespace

void unpack(const Column& raw, const RawRows& rows, const ColumnFormat& format, Arena& arena, Column& out,
            std::vector<ParseFailure>& failures) {
    const DataType* const type = raw.type;
    out = Column();
    out.type = type;
    if (type->kind == TypeKind::text) return unpack_texts(raw, rows, arena, out);
    if (!format.is_default()) return unpack_formatted(raw, rows, format, arena, out, failures);
    bool canonical = false;
    switch (type->kind) {
        case TypeKind::boolean:
            return unpack_typed<std::uint8_t>(raw, rows, arena, out, failures,
                                              [](const char* at, std::size_t size, std::uint8_t& value) {
                                                  bool flag = false;
                                                  const auto result = read_bool<true>(at, size, flag);
                                                  value = flag ? 1 : 0;
                                                  return result;
                                              });
        case TypeKind::integer:
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::int64_t& value) {
                                                  return read_int<true>(at, size, value, canonical);
                                              });
        case TypeKind::floating:
            return unpack_typed<double>(raw, rows, arena, out, failures,
                                        [&](const char* at, std::size_t size, double& value) {
                                            return read_float<true, false>(at, size, value, canonical);
                                        });
        case TypeKind::decimal: {
            const auto parse = [&, precision = type->precision, scale = type->scale](const char* at, std::size_t size,
                                                                                     auto& value) {
                return read_decimal<true>(at, size, precision, scale, value, canonical);
            };
            if (type->is_wide_decimal()) return unpack_typed<Int128>(raw, rows, arena, out, failures, parse);
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures, parse);
        }
        case TypeKind::date:
            return unpack_typed<std::int32_t>(
                raw, rows, arena, out, failures,
                [](const char* at, std::size_t size, std::int32_t& value) { return read_date(at, size, value); });
        case TypeKind::timestamp:
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures,
                                              [&](const char* at, std::size_t size, std::int64_t& value) {
                                                  return read_timestamp(at, size, format.zone, value, canonical);
                                              });
        case TypeKind::duration:
            return unpack_typed<std::int64_t>(raw, rows, arena, out, failures,
                                              [](const char* at, std::size_t size, std::int64_t& value) {
                                                  return parse_duration({at, size}, value);
                                              });
        default: return unpack_typed<std::uint8_t>(raw, rows, arena, out, failures, refuse);
    }
}

std::string_view unquote_csv(std::string_view field, char quote, std::string& out) {
    if (field.empty() || field[0] != quote) return field;
    return unquote_padded(field.data(), field.size(), quote, out);
}

}  // namespace etl
