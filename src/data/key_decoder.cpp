#include <cstring>

#include "data/key.hpp"

namespace etl {

namespace {

/// Reads the bytes of an equality key.
class KeyReader {
  public:
    explicit KeyReader(std::string_view key) : at_(key.data()), end_(key.data() + key.size()) {}

    void part(const KeyPart& part, bool is_last, ColumnBuilder& builder) {
        if (part.nullable && *at_++ != '\1') {
            const TypeKind kind = part.type->kind;
            if (kind != TypeKind::text && kind != TypeKind::list && kind != TypeKind::record)
                at_ += part.type->width_bytes();
            builder.append_null();
            return;
        }
        if (part.type->kind == TypeKind::text && is_last) {
            builder.append_text({at_, static_cast<std::size_t>(end_ - at_)});
            return;
        }
        value(part.type, builder);
    }

  private:
    template <typename Number>
    Number take() {
        Number number;
        std::memcpy(&number, at_, sizeof number);
        at_ += sizeof number;
        return number;
    }

    void item(const DataType* type, ColumnBuilder& builder) {
        if ((type->nullable || type->kind == TypeKind::null) && *at_++ != '\1')
            builder.append_null();
        else
            value(type, builder);
    }

    void value(const DataType* type, ColumnBuilder& builder) {
        switch (type->kind) {
            case TypeKind::null: return builder.append_null();
            case TypeKind::boolean: return builder.append_bool(take<std::uint8_t>() != 0);
            case TypeKind::integer:
            case TypeKind::timestamp:
            case TypeKind::duration: return builder.append_int(take<std::int64_t>());
            case TypeKind::date: return builder.append_int(take<std::int32_t>());
            case TypeKind::floating: return builder.append_float(take<double>());
            case TypeKind::decimal:
                return builder.append_decimal(type->is_wide_decimal() ? take<Int128>() : Int128{take<std::int64_t>()});
            case TypeKind::text: {
                const auto size = take<std::uint32_t>();
                builder.append_text({at_, size});
                at_ += size;
                return;
            }
            case TypeKind::list: {
                const auto count = take<std::uint32_t>();
                for (std::uint32_t i = 0; i < count; ++i) item(type->element, builder.items());
                return builder.end_list();
            }
            case TypeKind::record:
                for (std::size_t i = 0; i < type->fields.size(); ++i) item(type->fields[i].type, builder.field(i));
                return builder.end_record();
        }
    }

    const char* at_;
    const char* end_;
};

}  // namespace

void KeyEncoder::decode(std::string_view key, std::span<ColumnBuilder> builders) const {
    KeyReader reader(key);
    for (std::size_t i = 0; i < parts_.size(); ++i) reader.part(parts_[i], i + 1 == parts_.size(), builders[i]);
}

}  // namespace etl
