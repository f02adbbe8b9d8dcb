#include "runtime/channel.hpp"

#if defined(__GNUC__) && !defined(__clang__) && defined(__SANITIZE_THREAD__)
#pragma GCC diagnostic ignored "-Wtsan"  // fences that the sanitizer does not model
#endif

#include <concurrentqueue.h>
#include <lightweightsemaphore.h>

#include <algorithm>
#include <atomic>
#include <new>

namespace etl {

namespace {

// Waiting threads leave the processor at once: a block takes far longer than a sleep, and cores are shared.
constexpr int kSpins = 0;
// More than there are threads of one side: wakes them all, for good, since each that is woken looks at the flags.
constexpr int kEverybody = 1 << 20;

}  // namespace

struct Channel::Queue {
    explicit Queue(std::uint32_t capacity) : parcels(capacity), room(static_cast<int>(capacity), kSpins) {}
    moodycamel::ConcurrentQueue<Parcel*> parcels;
    moodycamel::LightweightSemaphore room;
    moodycamel::LightweightSemaphore filled{0, kSpins};
    std::atomic<std::int64_t> size{0};
    std::atomic<bool> closed{false};
    std::atomic<bool> given_up{false};
};

Channel::Channel(std::uint32_t capacity)
    : capacity_(std::max(1U, capacity)), queue_(std::make_unique<Queue>(capacity_)) {}

Channel::~Channel() {
    for (Parcel* parcel = nullptr; queue_->parcels.try_dequeue(parcel);) delete parcel;
}

bool Channel::push(ParcelPtr& parcel) {
    queue_->room.wait();
    if (queue_->given_up.load(std::memory_order_acquire)) return false;
    Parcel* const sent = parcel.release();
    if (!queue_->parcels.enqueue(sent)) {
        parcel.reset(sent);
        throw std::bad_alloc();
    }
    queue_->size.fetch_add(1, std::memory_order_release);
    queue_->filled.signal();
    return true;
}

void Channel::close() {
    queue_->closed.store(true, std::memory_order_release);
    queue_->filled.signal(kEverybody);
}

ParcelPtr Channel::pop() {
    queue_->filled.wait();
    while (!queue_->given_up.load(std::memory_order_acquire)) {
        Parcel* parcel = nullptr;
        if (queue_->parcels.try_dequeue(parcel)) {
            queue_->size.fetch_sub(1, std::memory_order_release);
            queue_->room.signal();
            return ParcelPtr(parcel);
        }
        // The queue may look empty for a moment while others take from it.
        if (queue_->size.load(std::memory_order_acquire) <= 0) break;
    }
    return nullptr;
}

bool Channel::ended() const {
    if (queue_->given_up.load(std::memory_order_acquire)) return true;
    return queue_->closed.load(std::memory_order_acquire) && queue_->size.load(std::memory_order_acquire) <= 0;
}

void Channel::give_up() {
    queue_->given_up.store(true, std::memory_order_release);
    queue_->room.signal(kEverybody);
    queue_->filled.signal(kEverybody);
}

void Channel::wake() { queue_->filled.signal(); }

std::uint32_t Channel::size() const {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(0, queue_->size.load(std::memory_order_relaxed)));
}

}  // namespace etl
