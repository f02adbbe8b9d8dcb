#include "stages/group/group_state.hpp"

#include <algorithm>

namespace etl {

namespace {

constexpr std::uint32_t kOrder_bytes = 8;

}  // namespace

GroupLayout::GroupLayout(std::vector<BoundAggregate> aggregates) : aggregates_(std::move(aggregates)) {
    payload_bytes_ = kOrder_bytes;
    for (const BoundAggregate& aggregate : aggregates_) {
        offsets_.push_back(payload_bytes_);
        payload_bytes_ += static_cast<std::uint32_t>((aggregate.overload->state_bytes + 7) / 8 * 8);
    }
}

GroupState::GroupState(const GroupLayout& layout, std::uint32_t key_bytes, Memory& memory, std::string label)
    : layout_(&layout),
      account_(memory, std::move(label)),
      table_(key_bytes, layout.payload_bytes(), account_),
      arena_(memory) {}

std::uint32_t GroupState::add(const KeyBatch* keys, const std::vector<Column>& inputs, Selection rows,
                              std::uint32_t row_count, std::uint64_t order) {
    if (rows.size == 0) return 0;
    const std::uint32_t known = table_.size();
    if (keys != nullptr) {
        numbers_.resize(rows.size);
        table_.put(*keys, numbers_.data());
        start_groups(known);
    } else {
        numbers_.assign(rows.size, 0);
        add_only_group();
    }
    group_of_row_.resize(row_count);
    order_of_row_.resize(row_count);
    const bool in_order = order >= greatest_order_;
    greatest_order_ = std::max(greatest_order_, order);
    for (std::uint32_t i = 0; i < rows.size; ++i) {
        const std::uint32_t row = rows[i];
        group_of_row_[row] = numbers_[i];
        order_of_row_[row] = order + row;
        // Batches most often come in order: then only what is new has its first appearance here.
        if (in_order && numbers_[i] < known) continue;
        auto& first = table_.payload_as<std::uint64_t>(numbers_[i]);
        first = std::min(first, order + row);
    }
    update(inputs, rows);
    count_arena();
    return table_.size() - known;
}

void GroupState::update(const std::vector<Column>& inputs, Selection rows) {
    std::size_t next = 0;
    std::vector<const Column*> in;
    for (std::size_t i = 0; i < layout_->aggregates().size(); ++i) {
        const BoundAggregate& aggregate = layout_->aggregates()[i];
        in.clear();
        for (std::size_t k = 0; k < aggregate.args.size(); ++k) in.push_back(&inputs[next++]);
        aggregate.overload->update({.in = in,
                                    .rows = rows,
                                    .groups = group_of_row_.data(),
                                    .states = table_.payloads() + layout_->state_offset(i),
                                    .stride = table_.stride(),
                                    .order = order_of_row_.data(),
                                    .arena = arena_,
                                    .prepared = aggregate.prepared.get()});
    }
}

void GroupState::start_groups(std::uint32_t first) {
    for (std::uint32_t group = first; group < table_.size(); ++group) {
        table_.payload_as<std::uint64_t>(group) = UINT64_MAX;
        for (std::size_t i = 0; i < layout_->aggregates().size(); ++i)
            layout_->aggregates()[i].overload->init(table_.payload(group) + layout_->state_offset(i));
    }
}

void GroupState::add_only_group() {
    if (table_.size() != 0) return;
    KeyBatch key;
    key.count = 1;
    key.fixed_size = 1;
    key.bytes.resize(17);
    key.hashes.resize(1);
    std::uint32_t number;
    table_.put(key, &number);
    start_groups(0);
}

void GroupState::count_arena() {
    if (arena_.buffers().size() == arena_buffers_) return;
    arena_buffers_ = arena_.buffers().size();
    std::size_t bytes = 0;
    for (const BufferRef& buffer : arena_.buffers()) bytes += buffer.capacity();
    account_.keep(bytes - arena_bytes_);
    arena_bytes_ = bytes;
}

std::uint32_t GroupState::merge(const GroupState& other) {
    const std::uint32_t known = table_.size();
    std::vector<std::uint32_t> numbers;
    table_.put_all(other.table_, numbers);
    start_groups(known);
    for (std::uint32_t from = 0; from < other.table_.size(); ++from) {
        const std::uint32_t into = numbers[from];
        auto& first = table_.payload_as<std::uint64_t>(into);
        first = std::min(first, other.first_seen(from));
        for (std::size_t i = 0; i < layout_->aggregates().size(); ++i) {
            const std::uint32_t offset = layout_->state_offset(i);
            layout_->aggregates()[i].overload->merge(table_.payload(into) + offset, other.table_.payload(from) + offset,
                                                     arena_);
        }
    }
    count_arena();
    return table_.size() - known;
}

}  // namespace etl
