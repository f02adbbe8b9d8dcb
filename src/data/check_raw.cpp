#include "data/column_format.hpp"
#include "data/raw_fields.hpp"
#include "data/read_value.hpp"
#include "data/unpack.hpp"

namespace etl {

namespace {

constexpr std::uint64_t repeat(char c) { return 0x0101010101010101ULL * static_cast<unsigned char>(c); }

bool has_zero_byte(std::uint64_t word) { return ((word - 0x0101010101010101ULL) & ~word & digits::kHighBits) != 0; }

/// Whether one of the bytes stands in the text; the block may be read behind it.
template <typename... Bytes>
bool holds_any(const char* at, std::size_t size, Bytes... bytes) {
    for (std::size_t i = 0; i < size; i += 8) {
        std::uint64_t word = digits::load<std::uint64_t>(at + i);
        // What is behind the text becomes 0, which none of the bytes is.
        if (size - i < 8) word &= (std::uint64_t{1} << (8 * (size - i))) - 1;
        if ((has_zero_byte(word ^ repeat(bytes)) || ...)) return true;
    }
    return false;
}

struct RawCheck {
    const Column& raw;
    const RawRows& rows;
    std::vector<ParseFailure>& failures;

    template <typename Body>
    bool each(Body&& body) const {
        bool all_canonical = true;
        for_each_field(raw, rows, [&](std::uint32_t row, const char* at, std::size_t size) {
            bool canonical = false;
            const ParseResult result = body(at, size, canonical);
            if (result == ParseResult::ok)
                all_canonical = all_canonical && canonical;
            else
                failures.push_back({row, result});
        });
        return all_canonical;
    }

    bool texts() const {
        return each([this, empty_quoted = raw.type->nullable](const char* at, std::size_t size, bool& canonical) {
            if (size == 0 || *at != raw.quote) {
                // It holds no delimiter and no line feed.
                canonical = !holds_any(at, size, raw.quote, '\r');
            } else if (size == 2) {
                canonical = empty_quoted;
            } else {
                canonical = holds_any(at + 1, size - 2, raw.delimiter, raw.quote, '\n', '\r');
            }
            return ParseResult::ok;
        });
    }

    /// parse(bytes, size, canonical), not for empty fields.
    template <typename Parse>
    bool typed(Parse&& parse) const {
        std::string scratch;
        return each([&, nullable = raw.type->nullable](const char* at, std::size_t size, bool& canonical) {
            if (size != 0 && *at != raw.quote) [[likely]]
                return parse(at, size, canonical);
            canonical = size == 0;
            const std::string_view inside = unquote_csv({at, size}, raw.quote, scratch);
            if (inside.empty()) return nullable ? ParseResult::ok : ParseResult::malformed;
            bool ignored = false;
            return parse(inside.data(), inside.size(), ignored);
        });
    }

    bool formatted(const ColumnFormat& format) const {
        Value value;
        typed(
            [&](const char* at, std::size_t size, bool&) { return parse_value({at, size}, raw.type, format, value); });
        return false;
    }

    template <typename Integer>
    bool decimals() const {
        const unsigned precision = raw.type->precision, scale = raw.type->scale;
        return typed([precision, scale](const char* at, std::size_t size, bool& canonical) {
            Integer value = 0;
            return read_decimal<true>(at, size, precision, scale, value, canonical);
        });
    }
};

}  // namespace

bool check_raw(const Column& raw, const RawRows& rows, const ColumnFormat& format,
               std::vector<ParseFailure>& failures) {
    const RawCheck check{raw, rows, failures};
    if (raw.type->kind == TypeKind::text) return check.texts();
    if (!format.is_default()) return check.formatted(format);
    switch (raw.type->kind) {
        case TypeKind::boolean:
            return check.typed([](const char* at, std::size_t size, bool& canonical) {
                bool value = false;
                canonical = true;
                return read_bool<true>(at, size, value);
            });
        case TypeKind::integer:
            return check.typed([](const char* at, std::size_t size, bool& canonical) {
                std::int64_t value = 0;
                return read_int<true>(at, size, value, canonical);
            });
        case TypeKind::floating:
            return check.typed([](const char* at, std::size_t size, bool& canonical) {
                double value = 0;
                return read_float<true, true>(at, size, value, canonical);
            });
        case TypeKind::decimal:
            return raw.type->is_wide_decimal() ? check.decimals<Int128>() : check.decimals<std::int64_t>();
        case TypeKind::date:
            return check.typed([](const char* at, std::size_t size, bool& canonical) {
                std::int32_t value = 0;
                canonical = true;
                return read_date(at, size, value);
            });
        case TypeKind::timestamp:
            return check.typed([&format](const char* at, std::size_t size, bool& canonical) {
                std::int64_t value = 0;
                return read_timestamp(at, size, format.zone, value, canonical);
            });
        default: return check.formatted(format);
    }
}

}  // namespace etl
