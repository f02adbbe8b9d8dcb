#include "component/row_layout.hpp"

#include "base/error.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kPlacedValue_bytes = 8;  // size and place of what stands behind the head

bool is_placed(const DataType* type) {
    return type->kind == TypeKind::text || type->kind == TypeKind::list || type->kind == TypeKind::record;
}

}  // namespace

std::uint32_t stored_width_bytes(const DataType* type) {
    if (type->kind == TypeKind::null) return 0;
    return is_placed(type) ? kPlacedValue_bytes : static_cast<std::uint32_t>(type->width_bytes());
}

bool RowLayout::takes(const Batch& batch) const {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = batch.columns[i];
        const StoredColumn& stored = columns[i];
        if ((column.encoding == Encoding::raw) != stored.raw) return false;
        if (stored.raw && (column.spelling != stored.spelling || column.quote != stored.quote ||
                           column.delimiter != stored.delimiter || column.format != stored.format))
            return false;
    }
    return true;
}

const RowLayout& RowLayouts::find(const Batch& batch) {
    const RowLayout* found = nullptr;
    for (std::size_t i = 0; i < kMost && found == nullptr; ++i) {
        const RowLayout* layout = layouts_[i].load(std::memory_order_acquire);
        if (layout == nullptr) break;
        if (layout->takes(batch)) found = layout;
    }
    if (found == nullptr) {
        const std::lock_guard guard(lock_);
        for (const auto& layout : owned_)
            if (layout->takes(batch)) found = layout.get();
        if (found == nullptr) {
            if (owned_.size() == kMost) throw Error("E504", "rows of more than 256 kinds of sources meet in one stage");
            owned_.push_back(make(batch, static_cast<std::uint32_t>(owned_.size())));
            found = owned_.back().get();
            layouts_[found->number].store(found, std::memory_order_release);
        }
    }
    for (std::size_t i = 0; i < batch.columns.size(); ++i)
        if (found->columns[i].raw && !batch.columns[i].canonical && found->canonical[i].load(std::memory_order_relaxed))
            found->canonical[i].store(false, std::memory_order_relaxed);
    return *found;
}

std::unique_ptr<RowLayout> RowLayouts::make(const Batch& batch, std::uint32_t number) const {
    auto layout = std::make_unique<RowLayout>();
    layout->number = number;
    layout->canonical = std::make_unique<std::atomic<bool>[]>(batch.columns.size());
    std::uint32_t null_bits = 0;
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
        const Column& column = batch.columns[i];
        StoredColumn stored{.type = schema_->fields[i].type};
        stored.raw = column.encoding == Encoding::raw;
        stored.spelling = column.spelling;
        stored.quote = column.quote;
        stored.delimiter = column.delimiter;
        stored.format = column.format;
        layout->canonical[i] = true;
        if (stored.raw) {
            stored.place = layout->raw_columns++;
            layout->masked.push_back(schema_->fields[i].is_private ? 1 : 0);
        } else {
            stored.null_bit = null_bits++;
        }
        layout->columns.push_back(stored);
    }
    layout->head_bytes = static_cast<std::uint32_t>(sizeof(StoredRow)) + (null_bits + 7) / 8;
    for (StoredColumn& stored : layout->columns) {
        if (stored.raw) continue;
        stored.place = layout->head_bytes;
        layout->head_bytes += stored_width_bytes(stored.type);
    }
    layout->head_bytes = (layout->head_bytes + 3) / 4 * 4;  // ends of raw fields are aligned
    return layout;
}

}  // namespace etl
