#include <bit>
#include <cstring>

#include "data/key.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kMargin_bytes = 16;

template <typename Unsigned>
Unsigned big_endian(Unsigned value) {
    if constexpr (sizeof(Unsigned) == 16)
        return (UInt128{__builtin_bswap64(static_cast<std::uint64_t>(value))} << 64) |
               __builtin_bswap64(static_cast<std::uint64_t>(value >> 64));
    else if constexpr (sizeof(Unsigned) == 8)
        return __builtin_bswap64(value);
    else if constexpr (sizeof(Unsigned) == 4)
        return __builtin_bswap32(value);
    else
        return value;
}

template <typename Unsigned>
Unsigned sign_bit() {
    return Unsigned{1} << (8 * sizeof(Unsigned) - 1);
}

/// The bits of a number as they stand in a key; Unsigned is as wide as the number.
template <bool kOrdered, typename Unsigned>
Unsigned number_bits(Unsigned bits, TypeKind kind) {
    if constexpr (sizeof(Unsigned) == 8) {
        if (kind == TypeKind::floating) {
            const double value = std::bit_cast<double>(static_cast<std::uint64_t>(bits));
            if (value == 0) bits = 0;
            if (value != value) bits = 0x7FF8000000000000ULL;
            if (!kOrdered) return bits;
            const bool negative = (bits & sign_bit<Unsigned>()) != 0;
            return big_endian(negative ? static_cast<Unsigned>(~bits) : bits | sign_bit<Unsigned>());
        }
    }
    if (!kOrdered || kind == TypeKind::boolean) return bits;
    return big_endian(static_cast<Unsigned>(bits ^ sign_bit<Unsigned>()));
}

std::uint32_t number_size(const DataType* type) {
    switch (type->kind) {
        case TypeKind::text:
        case TypeKind::list:
        case TypeKind::record: return 0;
        default: return static_cast<std::uint32_t>(type->width_bytes());
    }
}

std::uint32_t count_zeros(std::string_view text) {
    std::uint32_t zeros = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        const void* found = std::memchr(at, 0, static_cast<std::size_t>(end - at));
        if (found == nullptr) break;
        ++zeros;
        at = static_cast<const char*>(found) + 1;
    }
    return zeros;
}

/// A text in an ordered key: a zero byte is 00 FF, the end 00 00.
char* put_ordered_text(char* out, std::string_view text) {
    if (count_zeros(text) == 0) {
        if (!text.empty()) std::memcpy(out, text.data(), text.size());
        out += text.size();
    } else {
        for (const char c : text) {
            *out++ = c;
            if (c == 0) *out++ = '\xFF';
        }
    }
    *out++ = 0;
    *out++ = 0;
    return out;
}

void invert(char* from, const char* to) {
    for (; from < to; ++from) *from = static_cast<char>(~*from);
}

/// Lists and records, and what stands in them: value by value, into a string.
class NestedWriter {
  public:
    NestedWriter(bool ordered, std::string& out) : ordered_(ordered), out_(out) {}

    void item(const Column& column, std::uint32_t row) {
        if (column.type->nullable || column.type->kind == TypeKind::null) {
            const bool valid = column.is_valid(row);
            out_ += valid ? '\1' : '\2';
            if (!valid) return;
        }
        value(column, column.index_of(row));
    }

    void value(const Column& column, std::size_t at) {
        const DataType* const type = column.type;
        switch (type->kind) {
            case TypeKind::text: {
                const std::string_view text = column.data<Text>()[at].view();
                if (!ordered_) {
                    bytes(static_cast<std::uint32_t>(text.size()));
                    out_ += text;
                    return;
                }
                std::string escaped(2 * text.size() + 2, '\0');
                escaped.resize(static_cast<std::size_t>(put_ordered_text(escaped.data(), text) - escaped.data()));
                out_ += escaped;
                return;
            }
            case TypeKind::list: {
                const auto* const offsets = column.data<std::uint32_t>() + at;
                if (!ordered_) bytes(offsets[1] - offsets[0]);
                for (std::uint32_t i = offsets[0]; i < offsets[1]; ++i) {
                    if (ordered_) out_ += '\1';
                    item(column.children[0], i);
                }
                if (ordered_) out_ += '\0';
                return;
            }
            case TypeKind::record:
                for (const auto& child : column.children) item(child, static_cast<std::uint32_t>(at));
                return;
            default: break;
        }
        switch (type->width_bytes()) {
            case 1: return number(column.data<std::uint8_t>()[at], type->kind);
            case 4: return number(column.data<std::uint32_t>()[at], type->kind);
            case 8: return number(column.data<std::uint64_t>()[at], type->kind);
            default: return number(column.data<UInt128>()[at], type->kind);
        }
    }

  private:
    template <typename Unsigned>
    void number(Unsigned bits, TypeKind kind) {
        bytes(ordered_ ? number_bits<true>(bits, kind) : number_bits<false>(bits, kind));
    }
    template <typename Unsigned>
    void bytes(Unsigned stored) {
        out_.append(reinterpret_cast<const char*>(&stored), sizeof stored);
    }
    bool ordered_;
    std::string& out_;
};

/// The columns of one key part over the selected rows.
struct PartColumn {
    const KeyPart& part;
    const Column& column;
    Selection selected;
    bool ordered;
    bool is_first;
    bool is_last;

    char null_mark() const { return part.nulls_first ? '\0' : '\2'; }

    /// row(i, index in values or -1 for null)
    template <typename Body>
    void each(Body&& body) const {
        const bool may_be_null = part.nullable && column.valid != nullptr;
        for (std::uint32_t i = 0; i < selected.size; ++i) {
            const std::uint32_t row = selected[i];
            const bool valid = !may_be_null || column.is_valid(row);
            body(i, valid, column.index_of(row));
        }
    }

    template <typename Unsigned, bool kOrdered, typename Place>
    void put_numbers(Place&& place) const {
        const auto* const from = column.data<Unsigned>();
        const TypeKind kind = part.type->kind;
        const Unsigned flip = static_cast<Unsigned>(kOrdered && part.descending ? ~Unsigned{0} : Unsigned{0});
        if (!part.nullable) {
            each([&](std::uint32_t i, bool, std::size_t at) {
                const Unsigned bits = static_cast<Unsigned>(number_bits<kOrdered>(from[at], kind) ^ flip);
                std::memcpy(place(i, static_cast<std::uint32_t>(sizeof bits)), &bits, sizeof bits);
            });
            return;
        }
        const char null = null_mark();
        each([&](std::uint32_t i, bool valid, std::size_t at) {
            char* const out = place(i, static_cast<std::uint32_t>(sizeof(Unsigned) + 1));
            const Unsigned bits =
                valid ? static_cast<Unsigned>(number_bits<kOrdered>(from[at], kind) ^ flip) : Unsigned{0};
            *out = valid ? '\1' : null;
            std::memcpy(out + 1, &bits, sizeof bits);
        });
    }

    template <typename Place>
    void put_all_numbers(Place&& place) const {
        const auto put = [&]<typename Unsigned>(Unsigned) {
            if (ordered)
                put_numbers<Unsigned, true>(place);
            else
                put_numbers<Unsigned, false>(place);
        };
        switch (part.type->width_bytes()) {
            case 1: return put(std::uint8_t{0});
            case 4: return put(std::uint32_t{0});
            case 8: return put(std::uint64_t{0});
            default: return put(UInt128{0});
        }
    }

    std::uint32_t text_size(const Text& text) const {
        if (ordered) return text.size + 2 + count_zeros(text.view());
        return text.size + (is_last ? 0 : 4);
    }

    void add_text_sizes(std::uint32_t* sizes) const {
        const auto* const from = column.data<Text>();
        each([&](std::uint32_t i, bool valid, std::size_t at) {
            sizes[i] += (part.nullable ? 1 : 0) + (valid ? text_size(from[at]) : 0);
        });
    }

    char* put_text(char* out, const Text& text) const {
        if (ordered) return put_ordered_text(out, text.view());
        if (!is_last) {
            std::memcpy(out, &text.size, 4);
            out += 4;
        }
        // The first part is written from key to key, so that what it writes too much is written over.
        if (is_first)
            copy_text_bytes(out, text);
        else if (text.size != 0)
            std::memcpy(out, text.data, text.size);
        return out + text.size;
    }

    void put_texts(std::uint32_t* cursors, char* bytes) const {
        const auto* const from = column.data<Text>();
        each([&](std::uint32_t i, bool valid, std::size_t at) {
            char* out = bytes + cursors[i];
            if (part.nullable) *out++ = valid ? '\1' : null_mark();
            char* const first = out;
            if (valid) out = put_text(out, from[at]);
            if (part.descending && ordered) invert(first, out);
            cursors[i] = static_cast<std::uint32_t>(out - bytes);
        });
    }

    /// Lists and records: every row's bytes one after the other in `all`, their sizes in `sizes`.
    void write_nested(std::string& all, std::vector<std::uint32_t>& sizes) const {
        NestedWriter writer(ordered, all);
        each([&](std::uint32_t, bool valid, std::size_t at) {
            const std::size_t before = all.size();
            if (part.nullable) all += valid ? '\1' : null_mark();
            const std::size_t first = all.size();
            if (valid) writer.value(column, at);
            if (part.descending && ordered) invert(all.data() + first, all.data() + all.size());
            sizes.push_back(static_cast<std::uint32_t>(all.size() - before));
        });
    }
};

struct NestedPart {
    std::string bytes;
    std::vector<std::uint32_t> sizes;
};

}  // namespace

KeyEncoder::KeyEncoder(std::vector<KeyPart> parts, KeyUse use) : parts_(std::move(parts)), use_(use) {
    for (const auto& part : parts_) {
        const std::uint32_t size = number_size(part.type);
        if (size == 0) {
            fixed_size_ = 0;
            return;
        }
        fixed_size_ += size + (part.nullable ? 1 : 0);
    }
}

void KeyEncoder::encode(std::span<const Column* const> columns, Selection selected, KeyBatch& out) const {
    const bool ordered = use_ == KeyUse::order;
    const auto part_at = [&](std::size_t i) {
        return PartColumn{parts_[i], *columns[i], selected, ordered, i == 0, i + 1 == parts_.size()};
    };
    out.count = selected.size;
    out.fixed_size = fixed_size_;
    out.texts = nullptr;
    const bool is_text = parts_.size() == 1 && parts_[0].type->is(TypeKind::text);
    if (is_text && !ordered && !parts_[0].nullable && columns[0]->encoding == Encoding::flat) {
        // Its bytes are the key.
        out.texts = columns[0]->data<Text>();
        out.text_rows = selected;
        hash_keys(out);
        return;
    }
    if (fixed_size_ != 0) {
        out.bytes.resize(std::size_t{fixed_size_} * selected.size + kMargin_bytes);
        char* at = out.bytes.data();
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            part_at(p).put_all_numbers(
                [at, step = fixed_size_](std::uint32_t i, std::uint32_t) { return at + std::size_t{i} * step; });
            at += number_size(parts_[p].type) + (parts_[p].nullable ? 1 : 0);
        }
        if (!ordered) hash_keys(out);
        return;
    }
    encode_variable(columns, selected, out);
    if (!ordered) hash_keys(out);
}

/// Sizes first, then the bytes part by part. offsets[i + 1] is the cursor of key i: when all parts are written it
/// stands where key i ends.
void KeyEncoder::encode_variable(std::span<const Column* const> columns, Selection selected, KeyBatch& out) const {
    const bool ordered = use_ == KeyUse::order;
    std::vector<NestedPart> nested(parts_.size());
    out.offsets.assign(std::size_t{selected.size} + 1, 0);
    std::uint32_t* const cursors = out.offsets.data() + 1;
    std::uint32_t fixed = 0;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        const PartColumn part{parts_[p], *columns[p], selected, ordered, p == 0, p + 1 == parts_.size()};
        const TypeKind kind = parts_[p].type->kind;
        if (kind == TypeKind::text) {
            part.add_text_sizes(cursors);
        } else if (kind == TypeKind::list || kind == TypeKind::record) {
            part.write_nested(nested[p].bytes, nested[p].sizes);
            for (std::uint32_t i = 0; i < selected.size; ++i) cursors[i] += nested[p].sizes[i];
        } else {
            fixed += number_size(parts_[p].type) + (parts_[p].nullable ? 1 : 0);
        }
    }
    std::uint32_t begin = 0;
    for (std::uint32_t i = 0; i < selected.size; ++i) {
        const std::uint32_t size = cursors[i] + fixed;
        cursors[i] = begin;
        begin += size;
    }
    out.bytes.resize(std::size_t{begin} + kMargin_bytes);
    char* const bytes = out.bytes.data();
    for (std::size_t p = 0; p < parts_.size(); ++p) {
        const PartColumn part{parts_[p], *columns[p], selected, ordered, p == 0, p + 1 == parts_.size()};
        const TypeKind kind = parts_[p].type->kind;
        if (kind == TypeKind::text) {
            part.put_texts(cursors, bytes);
        } else if (kind == TypeKind::list || kind == TypeKind::record) {
            const char* from = nested[p].bytes.data();
            for (std::uint32_t i = 0; i < selected.size; ++i) {
                std::memcpy(bytes + cursors[i], from, nested[p].sizes[i]);
                cursors[i] += nested[p].sizes[i];
                from += nested[p].sizes[i];
            }
        } else {
            part.put_all_numbers([&](std::uint32_t i, std::uint32_t size) {
                char* const at = bytes + cursors[i];
                cursors[i] += size;
                return at;
            });
        }
    }
}

void KeyEncoder::append(std::span<const Column* const> columns, std::uint32_t row, std::string& out) const {
    KeyBatch one;
    encode(columns, {&row, 1}, one);
    out += one.key(0);
}

}  // namespace etl
