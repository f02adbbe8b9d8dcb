#include "stages/group/group_state.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "component/record_keys.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kOrder_bytes = 8;
constexpr std::size_t kLeastArena_bytes = 1UL << 20;  // what a group may keep under any limit

}  // namespace

GroupLayout::GroupLayout(std::vector<BoundAggregate> aggregates) : aggregates_(std::move(aggregates)) {
    payload_bytes_ = kOrder_bytes;
    for (const BoundAggregate& aggregate : aggregates_) {
        offsets_.push_back(payload_bytes_);
        payload_bytes_ += static_cast<std::uint32_t>((aggregate.overload->state_bytes + 7) / 8 * 8);
    }
}

void GroupLayout::init(char* payload) const {
    first_seen(payload) = UINT64_MAX;
    for (std::size_t i = 0; i < aggregates_.size(); ++i) aggregates_[i].overload->init(payload + offsets_[i]);
}

void GroupLayout::merge(char* into, const char* from, Arena& arena) const {
    std::uint64_t other = 0;
    std::memcpy(&other, from, sizeof other);
    first_seen(into) = std::min(first_seen(into), other);
    for (std::size_t i = 0; i < aggregates_.size(); ++i)
        aggregates_[i].overload->merge(into + offsets_[i], from + offsets_[i], arena);
}

void GroupLayout::save(const char* payload, std::string& saved) const {
    saved.append(payload, kOrder_bytes);
    for (std::size_t i = 0; i < aggregates_.size(); ++i) {
        const AggregateOverload& overload = *aggregates_[i].overload;
        if (overload.save == nullptr) {
            saved.append(payload + offsets_[i], overload.state_bytes);
            continue;
        }
        const std::size_t place = saved.size();
        saved.resize(place + sizeof(std::uint64_t));
        overload.save(payload + offsets_[i], saved);
        const std::uint64_t bytes = saved.size() - place - sizeof bytes;
        std::memcpy(saved.data() + place, &bytes, sizeof bytes);
    }
}

void GroupLayout::load(char* payload, std::string_view saved, Arena& arena) const {
    init(payload);
    std::memcpy(payload, saved.data(), kOrder_bytes);
    std::size_t at = kOrder_bytes;
    for (std::size_t i = 0; i < aggregates_.size(); ++i) {
        const AggregateOverload& overload = *aggregates_[i].overload;
        std::uint64_t bytes = overload.state_bytes;
        if (overload.save == nullptr) {
            std::memcpy(payload + offsets_[i], saved.data() + at, bytes);
        } else {
            std::memcpy(&bytes, saved.data() + at, sizeof bytes);
            at += sizeof bytes;
            overload.load(payload + offsets_[i], saved.substr(at, bytes), arena);
        }
        at += bytes;
    }
}

GroupState::GroupState(const GroupLayout& layout, std::uint32_t key_bytes, const RunContext& run, std::string label)
    : layout_(&layout),
      run_(&run),
      account_(run.memory, std::move(label), StageMemory::Beyond::spilled),
      table_(key_bytes, layout.payload_bytes(), account_),
      arena_(run.memory) {}

std::uint32_t GroupState::add(const KeyBatch* keys, const std::vector<Column>& inputs, Selection rows,
                              std::uint32_t row_count, std::uint64_t order) {
    if (rows.size == 0) return 0;
    if (table_.size() != 0 && account_.should_spill(keys == nullptr ? 0 : table_.growth_bytes(rows.size))) spill();
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
    const std::uint32_t added = table_.size() - known;
    if (account_.should_spill()) spill();
    return added;
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
    for (std::uint32_t group = first; group < table_.size(); ++group) layout_->init(table_.payload(group));
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
    account_.let_go(arena_bytes_);
    account_.keep(bytes);
    arena_bytes_ = bytes;
}

std::uint32_t GroupState::merge(const GroupState& other) {
    const std::uint32_t known = table_.size();
    std::vector<std::uint32_t> numbers;
    table_.put_all(other.table_, numbers);
    start_groups(known);
    for (std::uint32_t from = 0; from < other.table_.size(); ++from)
        layout_->merge(table_.payload(numbers[from]), other.table_.payload(from), arena_);
    count_arena();
    return table_.size() - known;
}

void GroupState::add_saved(const KeyBatch& keys, const std::vector<std::string_view>& saved) {
    numbers_.resize(keys.count);
    table_.put(keys, numbers_.data());
    for (std::uint32_t i = 0; i < keys.count; ++i) layout_->load(table_.payload(numbers_[i]), saved[i], arena_);
    count_arena();
}

bool GroupState::lacks_room(const GroupState* other) const {
    constexpr std::size_t kItems_bytes = 32;  // of a group, to sort it by its place
    return account_.should_spill(other == nullptr ? table_.size() * kItems_bytes
                                                  : table_.growth_bytes(other->table_.size()));
}

// What one group alone keeps does not become less on disk.
void GroupState::spill() {
    if (table_.size() == 0) return;
    if (table_.size() == 1 && arena_bytes_ > std::max(run_->memory.limit_bytes(), kLeastArena_bytes)) account_.refuse();
    if (file_ == nullptr) file_ = make_spill_file(*run_);
    RunWriter writer(file_, spill_sizes(run_->memory).block_bytes);
    std::string key, saved;
    table_.visit_by_hash([&](std::uint32_t hash, std::uint32_t group) {
        spell_hashed_key(hash, table_.key(group), key);
        saved.clear();
        layout_->save(table_.payload(group), saved);
        writer.add(key, saved);
    });
    runs_.push_back(writer.finish());
    table_.clear();
    arena_ = Arena(run_->memory);
    arena_buffers_ = 0;
    account_.let_go(std::exchange(arena_bytes_, 0));
}

}  // namespace etl
