#include "runtime/spool.hpp"

#include <algorithm>

#include "component/record_runs.hpp"
#include "component/row_pages.hpp"
#include "component/row_reader.hpp"
#include "runtime/engine.hpp"

namespace etl {

namespace {

constexpr std::size_t kShare = 4;  // of the limit: as much waits in memory, the rest is for those that are waited for

const PlanNode& producer(const Engine& engine, std::uint32_t edge) {
    return engine.plan.nodes[engine.plan.edges[edge].from.node];
}

}  // namespace

Spool::Spool(Engine& engine, std::uint32_t edge, Driver& driver, const Stream& stream, Outlet delivery)
    : engine_(engine),
      edge_(edge),
      driver_(driver),
      intake_(MergeOrder::none, {&stream}, 0),
      delivery_(delivery),
      layouts_(producer(engine, edge).bound.outputs[engine.plan.edges[edge].from.port]) {}

void Spool::take_in() {
    Item item;
    while (ParcelPtr parcel = intake_.next()) {
        item.sequence = {parcel->sequence.lane, parcel->sequence.number, 0, true};
        item.known = parcel->ticket->known();
        item.path = parcel->ticket->path();
        try {
            keep(item, *parcel);
        } catch (...) {
            engine_.fail(*parcel->ticket, std::current_exception());
            // Nothing is to be made of a number without the batch that is lost, nor of those behind it.
            driver_.cut_from(driver_.key(item.sequence.lane, item.sequence.number));
        }
        if (!parcel->sequence.last) continue;
        const std::lock_guard lock(mutex_);
        items_.push_back(std::move(item));
        item = Item();
        changed_.notify_one();
    }
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
}

void Spool::keep(Item& item, Parcel& parcel) {
    auto* batches = std::get_if<std::vector<Batch>>(&parcel.content);
    if (batches == nullptr || parcel.ticket->driver().is_cut(*parcel.ticket) || driver_.was_cut()) return;
    for (Batch& batch : *batches) keep_batch(item, std::move(batch));
}

void Spool::keep_batch(Item& item, Batch&& batch) {
    std::vector<const char*> buffers;
    std::size_t bytes = 0;
    const auto count = [&](const BufferRef& buffer) {
        if (!buffer || std::find(buffers.begin(), buffers.end(), buffer.data()) != buffers.end()) return;
        buffers.push_back(buffer.data());
        if (std::find(last_buffers_.begin(), last_buffers_.end(), buffer.data()) == last_buffers_.end())
            bytes += buffer.capacity();
    };
    for (const BufferRef& buffer : batch.keep) count(buffer);
    for (const Column& column : batch.columns) count(column.keep);
    const Memory& memory = engine_.memory;
    const std::size_t limit = memory.limit_bytes();
    const bool is_much = limit != 0 && kept_bytes_.load() + bytes > limit / kShare;
    if (batch.selected.size != 0 && (is_much || memory.is_over(bytes))) {
        item.blocks.push_back(write_out(batch));
        Batch rest;
        rest.sequence = batch.sequence;
        rest.rejects = std::move(batch.rejects);
        item.batches.push_back(std::move(rest));
        return;
    }
    engine_.memory.count(bytes);
    kept_bytes_ += bytes;
    item.kept_bytes += bytes;
    last_buffers_ = std::move(buffers);
    item.blocks.emplace_back();
    item.batches.push_back(std::move(batch));
}

/// Its selected rows, one behind the other, in one block.
SpilledBlock Spool::write_out(const Batch& batch) {
    if (file_ == nullptr) file_ = std::make_unique<SpillFile>(spill_folder(engine_));
    StageMemory account(engine_.memory, "", StageMemory::Beyond::spilled);
    RowPages pages(layouts_, account);
    std::vector<const char*> stored(batch.selected.size);
    pages.append(batch, batch.selected, nullptr, stored.data());
    rows_.clear();
    for (const char* row : stored) {
        const std::size_t room = (reinterpret_cast<const StoredRow*>(row)->size + std::size_t{7}) / 8 * 8;
        rows_.insert(rows_.end(), row, row + room);
    }
    return file_->append(rows_);
}

void Spool::read_back(Item& item) {
    std::vector<char> rows, packed;
    Arena arena(engine_.memory);
    for (std::size_t i = 0; i < item.batches.size(); ++i) {
        const SpilledBlock& block = item.blocks[i];
        if (block.raw_bytes == 0) continue;
        rows.resize(block.raw_bytes + StageMemory::kMargin_bytes);
        file_->read(block, rows.data(), packed);
        std::vector<const char*> stored;
        for (std::size_t at = 0; at < block.raw_bytes;) {
            stored.push_back(rows.data() + at);
            at += (reinterpret_cast<const StoredRow*>(rows.data() + at)->size + std::size_t{7}) / 8 * 8;
        }
        RowReader(layouts_).read(stored, arena, item.batches[i]);
        arena.hand_over(item.batches[i].keep);
    }
}

bool Spool::next(Item& item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return given_up_ || closed_ || !items_.empty(); });
    if (given_up_ || items_.empty()) return false;
    item = std::move(items_.front());
    items_.pop_front();
    return true;
}

void Spool::give_out() {
    Item item;
    while (next(item)) {
        auto parcel = std::make_unique<Parcel>();
        parcel->ticket = driver_.take(item.sequence.lane, item.sequence.number);
        engine_.memory.release(item.kept_bytes);
        kept_bytes_ -= item.kept_bytes;
        if (!parcel->ticket) break;
        parcel->ticket->set_known(item.known);
        parcel->ticket->set_path(item.path);
        try {
            read_back(item);
        } catch (...) {
            engine_.fail(*parcel->ticket, std::current_exception());
            item.batches.clear();
        }
        parcel->sequence = item.sequence;
        parcel->edge = edge_;
        if (!item.batches.empty()) parcel->content = std::move(item.batches);
        delivery_.push(std::move(parcel), nullptr);
        item = Item();
    }
    delivery_.close();
}

void Spool::give_up() {
    intake_.give_up();
    std::deque<Item> dropped;
    const std::lock_guard lock(mutex_);
    given_up_ = true;
    dropped.swap(items_);
    changed_.notify_all();
}

}  // namespace etl
