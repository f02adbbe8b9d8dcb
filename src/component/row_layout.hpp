#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "data/batch.hpp"

namespace etl {

/// A stored row begins with this; behind it stand its null bits, its flat values, the ends of its raw fields (2 bytes
/// each, 4 where the raw bytes are more than 65535), its key, its raw fields with a byte between them, its texts.
struct StoredRow {
    std::uint64_t origin;  // packed
    std::uint32_t size;    // in bytes, of all
    std::uint32_t raw_bytes;
    std::uint32_t key_bytes;
    std::uint32_t layout;  // number in RowLayouts
};

/// How a column stands in a stored row.
struct StoredColumn {
    const DataType* type = nullptr;
    bool raw = false;
    std::uint32_t place = 0;     // flat: where its value is, in bytes from the row's begin; raw: its number among those
    std::uint32_t null_bit = 0;  // flat and nullable: bit number behind the StoredRow
    RawSpelling spelling = RawSpelling::csv;
    char quote = '"';
    char delimiter = ',';
    const ColumnFormat* format = nullptr;
};

/// The shape of the rows of like batches. Never changed once found, but for `canonical`.
struct RowLayout {
    std::uint32_t number = 0;
    std::vector<StoredColumn> columns;
    std::uint32_t raw_columns = 0;
    std::uint32_t head_bytes = 0;                    // of the StoredRow, null bits and flat values
    std::unique_ptr<std::atomic<bool>[]> canonical;  // raw columns: so far every one of them was
    std::vector<std::uint8_t> masked;                // raw columns: private

    std::uint32_t end_bytes(std::uint32_t raw_bytes) const { return raw_columns * (raw_bytes > UINT16_MAX ? 4U : 2U); }
    bool takes(const Batch& batch) const;
};

/// The layouts of one stage's rows: one unless batches come from several sources. Thread-safe.
class RowLayouts {
  public:
    explicit RowLayouts(SchemaPtr schema) : schema_(std::move(schema)) {}

    /// That of the batch's columns; a new one if need be.
    const RowLayout& find(const Batch& batch);
    /// Of a number that a stored row holds.
    const RowLayout& at(std::uint32_t number) const { return *layouts_[number].load(std::memory_order_acquire); }
    const RowLayout& of(const char* row) const { return at(reinterpret_cast<const StoredRow*>(row)->layout); }
    const Schema& schema() const { return *schema_; }

  private:
    static constexpr std::size_t kMost = 256;
    std::unique_ptr<RowLayout> make(const Batch& batch, std::uint32_t number) const;
    SchemaPtr schema_;
    std::mutex lock_;
    std::vector<std::unique_ptr<RowLayout>> owned_;
    std::array<std::atomic<const RowLayout*>, kMost> layouts_{};
};

/// Bytes that a flat value takes in a stored row: of text, list and record those of its size and place.
std::uint32_t stored_width_bytes(const DataType* type);

}  // namespace etl
