#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace etl {

class Memory;

/// Counts the references to a buffer: 64-byte aligned, 64 bytes readable before and behind it, writable behind.
/// The last one gives it back to the Memory that it came from, which must outlive it.
class BufferRef {
  public:
    BufferRef() = default;
    BufferRef(const BufferRef& other) noexcept : head_(other.head_) { retain(); }
    BufferRef(BufferRef&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
    BufferRef& operator=(BufferRef other) noexcept {
        std::swap(head_, other.head_);
        return *this;
    }
    ~BufferRef() { release(); }

    char* data() const noexcept;
    std::size_t capacity() const noexcept;
    explicit operator bool() const noexcept { return head_ != nullptr; }

    struct Head {
        std::atomic<std::uint32_t> references;
        std::uint32_t size_class;
        std::size_t capacity;
        Memory* owner;
    };

  private:
    friend class Memory;
    explicit BufferRef(Head* head) noexcept : head_(head) {}
    void retain() const noexcept {
        if (head_ != nullptr) head_->references.fetch_add(1, std::memory_order_relaxed);
    }
    void release() noexcept;
    Head* head_ = nullptr;
};

/// The memory of one run: buffers recycled by size class, and the account that `memory` bounds. Thread-safe.
class Memory {
  public:
    /// limit_bytes 0: no limit.
    explicit Memory(std::size_t limit_bytes = 0);
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    /// At least that many bytes. Always succeeds (std::bad_alloc apart); counted in used_bytes, not against the limit.
    BufferRef take(std::size_t bytes);
    /// Counts bytes that a blocking stage wants to keep. False: that would pass the limit, nothing was counted.
    bool reserve(std::size_t bytes);
    void release(std::size_t bytes);
    /// Counts them whatever the limit: for who looks at is_over() and then keeps less.
    void count(std::size_t bytes) { reserved_.fetch_add(bytes, std::memory_order_relaxed); }
    /// Whether what is counted, and so much more, passes the limit.
    bool is_over(std::size_t more_bytes = 0) const { return limit_ != 0 && reserved_bytes() + more_bytes > limit_; }

    std::size_t limit_bytes() const { return limit_; }
    std::size_t reserved_bytes() const { return reserved_.load(std::memory_order_relaxed); }
    /// Bytes of the buffers handed out.
    std::size_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
    std::size_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }

  private:
    friend class BufferRef;
    void give_back(BufferRef::Head* head) noexcept;
    struct FreeLists;
    std::unique_ptr<FreeLists> free_;
    std::size_t limit_;
    std::atomic<std::size_t> reserved_{0};
    std::atomic<std::size_t> used_{0};
    std::atomic<std::size_t> peak_{0};
};

/// Bump allocation out of a Memory's buffers, for what a batch needs as long as it lives. One thread at a time.
class Arena {
  public:
    explicit Arena(Memory& memory) : memory_(&memory) {}
    /// 64-byte aligned if bytes >= 64, else 16; with 64 readable and writable bytes behind what was asked for.
    void* take(std::size_t bytes);
    template <typename T>
    T* array(std::size_t count) {
        return static_cast<T*>(take(count * sizeof(T)));
    }
    /// Room for at most that many bytes, not aligned, with 64 more writable; commit_bytes(end) keeps what was used of
    /// it and must come before anything else is taken.
    char* reserve_bytes(std::size_t most);
    void commit_bytes(char* end) { at_ = end; }
    /// Keeps a reference to every buffer taken so far in `keep`; what was filled is let go, the arena starts a new one
    /// where the current one is nearly full, else goes on in it.
    void hand_over(std::vector<BufferRef>& keep);
    /// Buffers taken elsewhere that must live as long as what was taken here.
    void keep(std::vector<BufferRef>&& buffers);
    Memory& memory() const { return *memory_; }
    /// What it holds now.
    const std::vector<BufferRef>& buffers() const { return buffers_; }

  private:
    char* start_buffer(std::size_t bytes);
    Memory* memory_;
    std::vector<BufferRef> buffers_;
    char* at_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace etl
