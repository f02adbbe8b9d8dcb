#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "data/column.hpp"
#include "data/value.hpp"

namespace etl {

/// The rows of a column, in the order given, as a new flat column (a constant stays one). Any encoding but raw.
/// Texts are views of the same bytes: keep what the batch kept. `rows` may repeat; kNoRow gives a null.
Column gather(const Column& column, const std::uint32_t* rows, std::uint32_t count, Arena& arena);
inline constexpr std::uint32_t kNoRow = UINT32_MAX;

/// A column of nulls (type must be nullable).
Column null_column(const DataType* type, Arena& arena);
/// Flat, whatever the encoding (but raw) of the column, for rows 0 to rows - 1; the column itself where it is flat
/// already.
Column flatten(const Column& column, std::uint32_t rows, Arena& arena);

/// A flat column that grows. Texts are copied into its own buffers. One thread at a time.
class ColumnBuilder {
  public:
    ColumnBuilder(const DataType* type, Memory& memory);
    ~ColumnBuilder();
    ColumnBuilder(ColumnBuilder&&) noexcept;
    ColumnBuilder& operator=(ColumnBuilder&&) noexcept;

    const DataType* type() const { return type_; }
    std::uint32_t size() const { return size_; }
    /// Of values, bitmaps and texts: for Memory::reserve.
    std::size_t bytes() const;

    void append_null();
    /// Of the builder's type.
    void append_value(const Value& value);
    /// One row, or several, of a column of the builder's type (nullable or not), any encoding but raw. kNoRow: null.
    void append_row(const Column& column, std::uint32_t row);
    void append_rows(const Column& column, const std::uint32_t* rows, std::uint32_t count);
    void append_selected(const Column& column, Selection selected);

    // By kind, without a check.
    void append_bool(bool value);
    void append_int(std::int64_t value);  // integer, date, timestamp, duration
    void append_float(double value);
    void append_decimal(Int128 value);
    void append_text(std::string_view text);
    /// Lists: append to items(), then end_list(). Records: append to each field, then end_record().
    ColumnBuilder& items() { return children_[0]; }
    ColumnBuilder& field(std::size_t number) { return children_[number]; }
    void end_list();
    void end_record();

    /// The column built, flat; its buffers go to `keep`. The builder is empty again.
    Column finish(std::vector<BufferRef>& keep);

  private:
    void grow(std::uint32_t more);
    void mark_null();
    void append_empty();
    void append_nested(const Column& column, std::uint32_t row);
    template <typename Stored>
    void put(Stored value);
    template <typename RowAt>
    void append_by(const Column& column, std::uint32_t count, RowAt&& row_at);
    template <typename Stored, typename RowAt, typename Convert>
    void append_each(const Column& column, std::uint32_t count, RowAt&& row_at, Convert&& convert);
    Text copy_text(std::string_view text);
    Text copy_short(const Text& text);
    const DataType* type_;
    Memory* memory_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
    bool has_nulls_ = false;
    BufferRef values_;
    BufferRef valid_;
    std::vector<BufferRef> texts_;
    char* text_at_ = nullptr;
    char* text_end_ = nullptr;
    std::size_t text_bytes_ = 0;
    std::vector<ColumnBuilder> children_;
};

}  // namespace etl
