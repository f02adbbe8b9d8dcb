#include "runtime/spool.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "runtime/engine.hpp"

namespace etl {

void Spool::take_in() {
    Item item;
    while (ParcelPtr parcel = intake_.next()) {
        item.sequence = {parcel->sequence.lane, parcel->sequence.number, 0, true};
        try {
            keep(item, *parcel);
        } catch (...) {
            engine_.fail(*parcel->ticket, std::current_exception());
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
    for (Batch& batch : *batches) {
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
        if (!engine_.memory.reserve(bytes)) {
            const PlanEdge& edge = engine_.plan.edges[edge_];
            throw Error("E501", "the rows that wait before `" + engine_.plan.nodes[edge.to].bound.name +
                                    "` until its other side is complete need more than the pipeline's `memory` of " +
                                    format_bytes(engine_.memory.limit_bytes()));
        }
        item.kept_bytes += bytes;
        last_buffers_ = std::move(buffers);
        item.batches.push_back(std::move(batch));
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
        if (!parcel->ticket) break;
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
