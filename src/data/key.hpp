#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/column.hpp"
#include "data/gather.hpp"

namespace etl {

std::uint64_t hash_bytes(const void* data, std::size_t size);
/// Equal values (as compare.hpp says) have equal hashes. Any encoding but raw.
std::uint64_t hash_row(const Column& column, std::uint32_t row);

/// One column of a key. All columns that meet under one key must be of the same type but for nullability.
struct KeyPart {
    const DataType* type = nullptr;
    bool nullable = false;  // a null can come: costs a byte a row; must be the same wherever keys are compared
    bool descending = false;
    bool nulls_first = false;
};

enum class KeyUse : std::uint8_t {
    equality,  // equal keys have equal bytes, others have not; can be decoded
    order,     // also: memcmp of two keys is the order of their values
};

/// The keys of a batch's selected rows, one after the other, or the texts of a column where these are the keys: then it
/// must live as long. Used again from batch to batch.
struct KeyBatch {
    std::uint32_t count = 0;
    const Text* texts = nullptr;         // by row; then there are neither offsets nor bytes, and the keys are
    Selection text_rows;                 // those of these rows
    std::uint32_t fixed_size = 0;        // bytes of each key; 0: they differ, see offsets
    std::vector<std::uint32_t> offsets;  // count + 1, unless fixed_size
    std::vector<char> bytes;             // 16 more behind the last may be read
    std::vector<std::uint64_t> hashes;   // equality only

    std::string_view key(std::uint32_t i) const {
        if (texts != nullptr) return texts[text_rows[i]].view();
        if (fixed_size != 0) return {bytes.data() + std::size_t{i} * fixed_size, fixed_size};
        return {bytes.data() + offsets[i], offsets[i + 1] - offsets[i]};
    }
};

/// Fills the hashes of the keys. Equal keys have equal hashes; those of hash_bytes are others.
void hash_keys(KeyBatch& keys);

/// Makes key bytes of columns, a column at a time. Immutable: shared by workers.
class KeyEncoder {
  public:
    KeyEncoder(std::vector<KeyPart> parts, KeyUse use);

    const std::vector<KeyPart>& parts() const { return parts_; }
    /// Bytes of every key; 0: they differ.
    std::uint32_t fixed_size() const { return fixed_size_; }
    /// The columns of the parts, flat or constant; key i of `out` is that of selected[i]. At most 4 GiB of keys.
    void encode(std::span<const Column* const> columns, Selection selected, KeyBatch& out) const;
    /// One row's key, appended.
    void append(std::span<const Column* const> columns, std::uint32_t row, std::string& out) const;
    /// Equality: appends the parts of a key to one builder each. -0.0 comes back as 0.0.
    void decode(std::string_view key, std::span<ColumnBuilder> builders) const;

  private:
    void encode_variable(std::span<const Column* const> columns, Selection selected, KeyBatch& out) const;
    std::vector<KeyPart> parts_;
    KeyUse use_;
    std::uint32_t fixed_size_ = 0;
};

/// True where a column of the key is null: bit i of `any` (bitmap_words(selected.size) words) is that of selected[i].
void mark_null_keys(std::span<const Column* const> columns, Selection selected, std::vector<std::uint64_t>& any);

}  // namespace etl
