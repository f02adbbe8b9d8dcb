#include "runtime/ordered_point.hpp"

#include <algorithm>

namespace etl {

OrderedPoint::OrderedPoint(MergeOrder merge, std::vector<const Stream*> streams, std::uint32_t most_parts)
    : merge_(merge), most_parts_(most_parts), inputs_(streams.size()) {
    for (std::size_t i = 0; i < streams.size(); ++i) inputs_[i].stream = streams[i];
}

bool OrderedPoint::push(std::uint32_t input, ParcelPtr& parcel, Waiter* waiter) {
    std::unique_lock lock(mutex_);
    const Sequence sequence = parcel->sequence;
    const std::pair key{sequence.number, sequence.lane};
    // Where branches meet again, a worker that waited at the second would keep back what the first waits for.
    const bool may_wait = most_parts_ > 0 && (merge_ != MergeOrder::by_number || input == 0);
    const auto is_full = [&] {
        const auto at = inputs_[input].waiting.find(key);
        return may_wait && !given_up_ && at != inputs_[input].waiting.end() && at->second.size() >= most_parts_;
    };
    if (is_full()) {
        ++waiters_;
        lock.unlock();
        if (waiter != nullptr) waiter->begin_wait();
        lock.lock();
        taken_.wait(lock, [&] { return !is_full(); });
        --waiters_;
        if (waiter != nullptr) {
            lock.unlock();
            waiter->end_wait();
            lock.lock();
        }
    }
    if (given_up_) return false;
    const bool awaited = is_awaited(input, sequence);
    inputs_[input].waiting[key].push_back(std::move(parcel));
    lock.unlock();
    if (awaited) arrived_.notify_one();
    return true;
}

bool OrderedPoint::is_awaited(std::uint32_t input, const Sequence& sequence) const {
    // With several lanes the place may stand at a lane that has ended: the taker skips it when it looks.
    const Input& at = inputs_[input];
    const Place& place = merge_ == MergeOrder::by_number ? inputs_[0].place : at.place;
    return input == turn_ && (at.stream->lanes() > 1 || sequence.number <= place.number);
}

void OrderedPoint::close(std::uint32_t input) {
    {
        const std::lock_guard lock(mutex_);
        inputs_[input].closed = true;
    }
    arrived_.notify_one();
}

void OrderedPoint::give_up() {
    std::vector<Input> dropped;
    {
        const std::lock_guard lock(mutex_);
        given_up_ = true;
        // Parcels settle their tickets when they go: not under the lock.
        for (Input& input : inputs_) {
            dropped.push_back({input.stream, std::move(input.waiting), {}, true});
            input.waiting.clear();
        }
    }
    arrived_.notify_all();
    taken_.notify_all();
}

void OrderedPoint::look_again() {
    {
        const std::lock_guard lock(mutex_);
    }
    arrived_.notify_one();
}

std::uint32_t OrderedPoint::waiting() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const Input& input : inputs_) count += input.waiting.size();
    return static_cast<std::uint32_t>(count);
}

ParcelPtr OrderedPoint::next() {
    std::unique_lock lock(mutex_);
    ParcelPtr parcel;
    Found found = Found::ended;
    arrived_.wait(lock, [&] { return given_up_ || (found = take(parcel)) != Found::later; });
    const bool wake = waiters_ > 0;
    lock.unlock();
    if (wake) taken_.notify_all();
    return parcel;
}

OrderedPoint::Found OrderedPoint::take(ParcelPtr& parcel) {
    return merge_ == MergeOrder::by_number ? take_by_number(parcel) : take_in_turn(parcel);
}

OrderedPoint::Found OrderedPoint::take_in_turn(ParcelPtr& parcel) {
    for (; turn_ < inputs_.size(); ++turn_) {
        Input& input = inputs_[turn_];
        while (true) {
            const bool more = skip_ended_lanes(*input.stream, input.place);
            bool last = false;
            if (more) parcel = pop(input, input.place, last);
            if (parcel != nullptr) {
                if (last) advance(*input.stream, input.place);
                return Found::parcel;
            }
            if (!input.closed) return Found::later;
            if (input.waiting.empty()) break;
            // What is missing in a closed input was dropped with a run that has failed.
            const auto [number, lane] = input.waiting.begin()->first;
            input.place = {number, lane};
        }
    }
    return Found::ended;
}

OrderedPoint::Found OrderedPoint::take_by_number(ParcelPtr& parcel) {
    // All inputs carry one stream, so its lanes end for all of them alike; their common place is that of input 0.
    Place& place = inputs_[0].place;
    const Stream& stream = *inputs_[0].stream;
    while (true) {
        const bool more = skip_ended_lanes(stream, place);
        for (; more && turn_ < inputs_.size(); ++turn_) {
            Input& input = inputs_[turn_];
            bool last = false;
            parcel = pop(input, place, last);
            if (parcel == nullptr && !input.closed) return Found::later;
            if (parcel == nullptr) continue;
            if (last && turn_ + 1 < inputs_.size()) parcel->sequence.last = false;
            if (last) ++turn_;
            if (turn_ == inputs_.size()) {
                turn_ = 0;
                advance(stream, place);
            }
            return Found::parcel;
        }
        turn_ = 0;
        const bool closed =
            std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.closed; });
        const bool empty =
            std::all_of(inputs_.begin(), inputs_.end(), [](const Input& input) { return input.waiting.empty(); });
        if (closed && empty) return Found::ended;
        if (!more && !closed) return Found::later;
        advance(stream, place);
    }
}

bool OrderedPoint::skip_ended_lanes(const Stream& stream, Place& place) const {
    for (std::uint32_t skipped = 0; skipped <= stream.lanes(); ++skipped) {
        if (place.number < stream.end(place.lane)) return true;
        advance(stream, place);
    }
    return false;
}

ParcelPtr OrderedPoint::pop(Input& input, const Place& place, bool& last) {
    const auto at = input.waiting.find({place.number, place.lane});
    if (at == input.waiting.end() || at->second.empty()) return nullptr;
    ParcelPtr parcel = std::move(at->second.front());
    at->second.pop_front();
    last = parcel->sequence.last;
    if (at->second.empty()) input.waiting.erase(at);
    return parcel;
}

void OrderedPoint::advance(const Stream& stream, Place& place) {
    if (++place.lane < stream.lanes()) return;
    place.lane = 0;
    ++place.number;
}

}  // namespace etl
