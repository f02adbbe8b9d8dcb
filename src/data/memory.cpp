#include "data/memory.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <new>
#include <thread>

#if defined(__SANITIZE_ADDRESS__)
#define ETL_RECYCLE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ETL_RECYCLE 0
#endif
#endif
#ifndef ETL_RECYCLE
#define ETL_RECYCLE 1
#endif

namespace etl {

namespace {

constexpr std::size_t kMargin_bytes = 64;
constexpr std::size_t kSmallest_bytes = 4096;
constexpr std::size_t kLargestRecycled_bytes = 64ULL << 20;
constexpr std::uint32_t kClasses = 4 * (26 - 12) + 1;
constexpr std::uint32_t kUnclassed = UINT32_MAX;
constexpr std::size_t kArenaChunk_bytes = 256 * 1024 - 2 * kMargin_bytes;

struct SizeClass {
    std::uint32_t number;
    std::size_t capacity;
};

/// Four steps from each power of two to the next, from 4 KiB.
SizeClass class_of(std::size_t bytes) {
    if (bytes <= kSmallest_bytes) return {0, kSmallest_bytes};
    if (bytes > kLargestRecycled_bytes)
        return {kUnclassed, (bytes + kMargin_bytes - 1) / kMargin_bytes * kMargin_bytes};
    const auto power = static_cast<std::uint32_t>(std::bit_width(bytes - 1)) - 1;
    const std::size_t quarter = (std::size_t{1} << power) / 4;
    const auto steps = static_cast<std::uint32_t>((bytes - 4 * quarter + quarter - 1) / quarter);
    return {(power - 12) * 4 + steps, (4 + steps) * quarter};
}

class SpinLock {
  public:
    void lock() noexcept {
        while (held_.test_and_set(std::memory_order_acquire))
            while (held_.test(std::memory_order_relaxed)) std::this_thread::yield();
    }
    void unlock() noexcept { held_.clear(std::memory_order_release); }

  private:
    std::atomic_flag held_;
};

char* data_of(BufferRef::Head* head) noexcept { return reinterpret_cast<char*>(head) + kMargin_bytes; }

/// A free buffer holds the address of the next one where its values stood.
BufferRef::Head*& next_of(BufferRef::Head* head) noexcept {
    return *reinterpret_cast<BufferRef::Head**>(data_of(head));
}

}  // namespace

static_assert(sizeof(BufferRef::Head) <= kMargin_bytes);

struct Memory::FreeLists {
    struct alignas(64) List {
        SpinLock lock;
        BufferRef::Head* first = nullptr;
    };
    std::array<List, kClasses> lists;
};

char* BufferRef::data() const noexcept { return data_of(head_); }
std::size_t BufferRef::capacity() const noexcept { return head_->capacity; }

void BufferRef::release() noexcept {
    if (head_ == nullptr || head_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    head_->owner->give_back(head_);
}

Memory::Memory(std::size_t limit_bytes) : free_(std::make_unique<FreeLists>()), limit_(limit_bytes) {}

Memory::~Memory() {
    for (auto& list : free_->lists)
        while (list.first != nullptr) {
            auto* head = list.first;
            list.first = next_of(head);
            std::free(head);
        }
}

BufferRef Memory::take(std::size_t bytes) {
    const SizeClass size = class_of(bytes);
    BufferRef::Head* head = nullptr;
    if (size.number != kUnclassed) {
        auto& list = free_->lists[size.number];
        list.lock.lock();
        head = list.first;
        if (head != nullptr) list.first = next_of(head);
        list.lock.unlock();
    }
    if (head == nullptr) {
        void* fresh = std::aligned_alloc(kMargin_bytes, size.capacity + 2 * kMargin_bytes);
        if (fresh == nullptr) throw std::bad_alloc();
        head = new (fresh) BufferRef::Head{0, size.number, size.capacity, this};
    }
    head->references.store(1, std::memory_order_relaxed);
    const std::size_t used = used_.fetch_add(size.capacity, std::memory_order_relaxed) + size.capacity;
    std::size_t peak = peak_.load(std::memory_order_relaxed);
    while (used > peak && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
    }
    return BufferRef(head);
}

void Memory::give_back(BufferRef::Head* head) noexcept {
    used_.fetch_sub(head->capacity, std::memory_order_relaxed);
    // Under AddressSanitizer every buffer is freed, so that a use behind its life is found.
    if (head->size_class == kUnclassed || ETL_RECYCLE == 0) {
        std::free(head);
        return;
    }
    auto& list = free_->lists[head->size_class];
    list.lock.lock();
    next_of(head) = list.first;
    list.first = head;
    list.lock.unlock();
}

bool Memory::reserve(std::size_t bytes) {
    const std::size_t reserved = reserved_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (limit_ == 0 || reserved <= limit_) return true;
    reserved_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
}

void Memory::release(std::size_t bytes) { reserved_.fetch_sub(bytes, std::memory_order_relaxed); }

char* Arena::start_buffer(std::size_t bytes) {
    // What is large gets a buffer of its own, so that the rest of the current one is not lost.
    const bool own = bytes > kArenaChunk_bytes / 4;
    buffers_.push_back(memory_->take(own ? bytes : kArenaChunk_bytes));
    char* data = buffers_.back().data();
    if (!own) {
        at_ = data;
        end_ = data + buffers_.back().capacity();
        // The current buffer stands last.
    } else if (at_ != nullptr && buffers_.size() > 1) {
        std::swap(buffers_.back(), buffers_[buffers_.size() - 2]);
    }
    return data;
}

void* Arena::take(std::size_t bytes) {
    const std::size_t alignment = bytes >= 64 ? 64 : 16;
    const std::size_t wanted = bytes + kMargin_bytes;
    auto aligned = (reinterpret_cast<std::uintptr_t>(at_) + alignment - 1) & ~(alignment - 1);
    if (at_ == nullptr || aligned + wanted > reinterpret_cast<std::uintptr_t>(end_)) {
        char* data = start_buffer(wanted);
        if (data != at_) return data;
        aligned = reinterpret_cast<std::uintptr_t>(data);
    }
    at_ = reinterpret_cast<char*>(aligned + wanted);
    return reinterpret_cast<void*>(aligned);
}

char* Arena::reserve_bytes(std::size_t most) {
    if (at_ != nullptr && static_cast<std::size_t>(end_ - at_) >= most) return at_;
    if (most > kArenaChunk_bytes / 4) {
        // A buffer of its own becomes the current one: what is not used of it serves the next.
        buffers_.push_back(memory_->take(most));
        at_ = buffers_.back().data();
        end_ = at_ + buffers_.back().capacity();
        return at_;
    }
    return start_buffer(most);
}

void Arena::keep(std::vector<BufferRef>&& buffers) {
    // In front: the current buffer stands last.
    buffers_.insert(buffers_.begin(), std::make_move_iterator(buffers.begin()), std::make_move_iterator(buffers.end()));
}

void Arena::hand_over(std::vector<BufferRef>& keep) {
    if (buffers_.empty()) return;
    const bool full = at_ == nullptr || static_cast<std::size_t>(end_ - at_) < kArenaChunk_bytes / 4;
    if (full) {
        for (auto& buffer : buffers_) keep.push_back(std::move(buffer));
        buffers_.clear();
        at_ = end_ = nullptr;
        return;
    }
    keep.insert(keep.end(), buffers_.begin(), buffers_.end());
    BufferRef current = std::move(buffers_.back());
    buffers_.clear();
    buffers_.push_back(std::move(current));
}

}  // namespace etl
