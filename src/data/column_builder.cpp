#include <algorithm>
#include <cassert>
#include <cstring>

#include "data/gather.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kFirstRows = 256;
constexpr std::size_t kTextPage_bytes = 64 * 1024 - 128;
constexpr std::size_t kLargeText_bytes = kTextPage_bytes / 4;

}  // namespace

ColumnBuilder::ColumnBuilder(const DataType* type, Memory& memory) : type_(type), memory_(&memory) {
    if (type->kind == TypeKind::list) children_.emplace_back(type->element, memory);
    if (type->kind == TypeKind::record)
        for (const auto& field : type->fields) children_.emplace_back(field.type, memory);
}
ColumnBuilder::~ColumnBuilder() = default;
ColumnBuilder::ColumnBuilder(ColumnBuilder&&) noexcept = default;
ColumnBuilder& ColumnBuilder::operator=(ColumnBuilder&&) noexcept = default;

std::size_t ColumnBuilder::bytes() const {
    std::size_t total = text_bytes_;
    if (values_) total += values_.capacity();
    if (valid_) total += valid_.capacity();
    for (const auto& child : children_) total += child.bytes();
    return total;
}

void ColumnBuilder::grow(std::uint32_t more) {
    const std::size_t needed = std::size_t{size_} + more;
    if (needed <= capacity_) return;
    const std::size_t width = type_->width_bytes();
    const bool is_list = type_->kind == TypeKind::list;
    std::size_t capacity = std::max<std::size_t>({kFirstRows, needed, 2 * std::size_t{capacity_}});
    if (width != 0) {
        BufferRef values = memory_->take((capacity + 1) * width);
        // What the size class gives beyond the request is used too.
        capacity = values.capacity() / width - 1;
        if (values_)
            std::memcpy(values.data(), values_.data(), (std::size_t{size_} + (is_list ? 1 : 0)) * width);
        else if (is_list)
            std::memset(values.data(), 0, width);
        values_ = std::move(values);
    }
    capacity_ = static_cast<std::uint32_t>(std::min<std::size_t>(capacity, UINT32_MAX));
    if (!has_nulls_) return;
    BufferRef valid = memory_->take(bitmap_words(capacity_) * 8);
    const std::size_t kept = bitmap_words(size_) * 8;
    std::memcpy(valid.data(), valid_.data(), kept);
    std::memset(valid.data() + kept, 0xFF, bitmap_words(capacity_) * 8 - kept);
    valid_ = std::move(valid);
}

/// Marks the row that stands at size_ as null; rows behind are not null until they say so.
void ColumnBuilder::mark_null() {
    assert(type_->nullable);
    if (!has_nulls_) {
        valid_ = memory_->take(bitmap_words(capacity_) * 8);
        std::memset(valid_.data(), 0xFF, bitmap_words(capacity_) * 8);
        has_nulls_ = true;
    }
    auto* const words = reinterpret_cast<std::uint64_t*>(valid_.data());
    words[size_ >> 6] &= ~(std::uint64_t{1} << (size_ & 63));
}

Text ColumnBuilder::copy_text(std::string_view text) {
    if (static_cast<std::size_t>(text_end_ - text_at_) < text.size() || text_at_ == nullptr) {
        const bool own = text.size() > kLargeText_bytes;
        BufferRef page = memory_->take(own ? text.size() : kTextPage_bytes);
        text_bytes_ += page.capacity();
        char* const data = page.data();
        texts_.push_back(std::move(page));
        if (own) {
            std::memcpy(data, text.data(), text.size());
            return make_text(data, text.size());
        }
        text_at_ = data;
        text_end_ = data + texts_.back().capacity();
    }
    char* const copy = text_at_;
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    text_at_ += text.size();
    return make_text(copy, text.size());
}

Text ColumnBuilder::copy_short(const Text& text) {
    if (text_at_ == nullptr || static_cast<std::size_t>(text_end_ - text_at_) < text.size)
        return copy_text(text.view());
    Text copy = text;
    copy.data = text_at_;
    copy_text_bytes(text_at_, text);
    text_at_ += text.size;
    return copy;
}

template <typename Stored>
void ColumnBuilder::put(Stored value) {
    grow(1);
    reinterpret_cast<Stored*>(values_.data())[size_++] = value;
}

void ColumnBuilder::append_null() {
    grow(1);
    mark_null();
    switch (type_->kind) {
        case TypeKind::list: end_list(); return;
        case TypeKind::record:
            for (auto& child : children_) child.append_empty();
            ++size_;
            return;
        default: break;
    }
    const std::size_t width = type_->width_bytes();
    std::memset(values_.data() + size_ * width, 0, width);
    ++size_;
}

/// A value that nobody reads, under a null.
void ColumnBuilder::append_empty() {
    if (type_->nullable) return append_null();
    grow(1);
    if (type_->kind == TypeKind::list) return end_list();
    for (auto& child : children_) child.append_empty();
    const std::size_t width = type_->width_bytes();
    if (width != 0) std::memset(values_.data() + size_ * width, 0, width);
    ++size_;
}

void ColumnBuilder::append_bool(bool value) { put(std::uint8_t{value}); }
void ColumnBuilder::append_int(std::int64_t value) {
    if (type_->kind == TypeKind::date)
        put(static_cast<std::int32_t>(value));
    else
        put(value);
}
void ColumnBuilder::append_float(double value) { put(value); }
void ColumnBuilder::append_decimal(Int128 value) {
    if (type_->is_wide_decimal())
        put(value);
    else
        put(static_cast<std::int64_t>(value));
}
void ColumnBuilder::append_text(std::string_view text) { put(copy_text(text)); }

void ColumnBuilder::end_list() {
    grow(1);
    reinterpret_cast<std::uint32_t*>(values_.data())[++size_] = children_[0].size();
}

void ColumnBuilder::end_record() {
    grow(1);
    ++size_;
}

void ColumnBuilder::append_value(const Value& value) {
    if (value.is_null()) return append_null();
    switch (type_->kind) {
        case TypeKind::null: return append_null();
        case TypeKind::boolean: return append_bool(std::get<bool>(value.data));
        case TypeKind::integer:
        case TypeKind::date:
        case TypeKind::timestamp:
        case TypeKind::duration: return append_int(std::get<std::int64_t>(value.data));
        case TypeKind::floating: return append_float(std::get<double>(value.data));
        case TypeKind::decimal: return append_decimal(std::get<Int128>(value.data));
        case TypeKind::text: return append_text(std::get<std::string>(value.data));
        case TypeKind::list:
            for (const auto& item : std::get<std::vector<Value>>(value.data)) children_[0].append_value(item);
            return end_list();
        case TypeKind::record: {
            const auto& fields = std::get<std::vector<Value>>(value.data);
            for (std::size_t i = 0; i < children_.size(); ++i) children_[i].append_value(fields[i]);
            return end_record();
        }
    }
}

void ColumnBuilder::append_row(const Column& column, std::uint32_t row) { append_rows(column, &row, 1); }

/// row_at(i): a row of the column, or kNoRow.
template <typename Stored, typename RowAt, typename Convert>
void ColumnBuilder::append_each(const Column& column, std::uint32_t count, RowAt&& row_at, Convert&& convert) {
    grow(count);
    auto* const to = reinterpret_cast<Stored*>(values_.data());
    const auto* const from = column.data<Stored>();
    const bool may_be_null = column.valid != nullptr;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t row = row_at(i);
        if (row == kNoRow || (may_be_null && !column.is_valid(row))) {
            mark_null();
            to[size_++] = Stored{};
        } else {
            to[size_] = convert(from[column.index_of(row)]);
            ++size_;
        }
    }
}

template <typename RowAt>
void ColumnBuilder::append_by(const Column& column, std::uint32_t count, RowAt&& row_at) {
    const auto same = [](auto value) { return value; };
    switch (type_->kind) {
        case TypeKind::list:
        case TypeKind::record:
            for (std::uint32_t i = 0; i < count; ++i) append_nested(column, row_at(i));
            return;
        case TypeKind::text:
            return append_each<Text>(column, count, row_at, [this](const Text& text) { return copy_short(text); });
        default: break;
    }
    switch (type_->width_bytes()) {
        case 1: return append_each<std::uint8_t>(column, count, row_at, same);
        case 4: return append_each<std::uint32_t>(column, count, row_at, same);
        case 8: return append_each<std::uint64_t>(column, count, row_at, same);
        default: return append_each<Int128>(column, count, row_at, same);
    }
}

void ColumnBuilder::append_nested(const Column& column, std::uint32_t row) {
    if (row == kNoRow || !column.is_valid(row)) return append_null();
    const std::size_t at = column.index_of(row);
    if (type_->kind == TypeKind::record) {
        for (std::size_t i = 0; i < children_.size(); ++i)
            children_[i].append_row(column.children[i], static_cast<std::uint32_t>(at));
        return end_record();
    }
    const std::uint32_t begin = column.data<std::uint32_t>()[at], end = column.data<std::uint32_t>()[at + 1];
    children_[0].append_by(column.children[0], end - begin, [begin](std::uint32_t i) { return begin + i; });
    end_list();
}

void ColumnBuilder::append_rows(const Column& column, const std::uint32_t* rows, std::uint32_t count) {
    append_by(column, count, [rows](std::uint32_t i) { return rows[i]; });
}

void ColumnBuilder::append_selected(const Column& column, Selection selected) {
    append_by(column, selected.size, [selected](std::uint32_t i) { return selected[i]; });
}

Column ColumnBuilder::finish(std::vector<BufferRef>& keep) {
    grow(0);
    if (type_->kind == TypeKind::list && !values_) grow(1);
    Column column;
    column.type = type_;
    if (values_) column.values = values_.data();
    if (has_nulls_) column.valid = reinterpret_cast<const std::uint64_t*>(valid_.data());
    for (auto& child : children_) column.children.push_back(child.finish(keep));
    if (values_) keep.push_back(std::move(values_));
    if (valid_) keep.push_back(std::move(valid_));
    for (auto& page : texts_) keep.push_back(std::move(page));
    texts_.clear();
    values_ = BufferRef();
    valid_ = BufferRef();
    text_at_ = text_end_ = nullptr;
    text_bytes_ = 0;
    size_ = capacity_ = 0;
    has_nulls_ = false;
    return column;
}

}  // namespace etl
