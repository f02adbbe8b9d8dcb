#include "component/stage_memory.hpp"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "base/error.hpp"
#include "base/quantity.hpp"

namespace etl {

namespace {

constexpr std::size_t kPage_bytes = 4096;  // of the system
constexpr std::size_t kSmallShare = 32;    // of the limit: 1/32 is a small part

std::size_t whole_pages(std::size_t bytes) { return (bytes + kPage_bytes - 1) / kPage_bytes * kPage_bytes; }

constexpr int kAccess = PROT_READ | PROT_WRITE;
constexpr int kPrivate = MAP_PRIVATE | MAP_ANONYMOUS;

void* map(std::size_t bytes) { return ::mmap(nullptr, bytes, kAccess, kPrivate, -1, 0); }

/// The same bytes in a larger mapping, elsewhere if need be.
void* remap(void* data, std::size_t bytes, std::size_t wanted) {
#ifdef __SANITIZE_THREAD__
    // ThreadSanitizer does not see mremap: it would hold what another thread did at the new place before against us.
    void* const fresh = map(wanted);
    if (fresh == MAP_FAILED) return fresh;
    std::memcpy(fresh, data, bytes);
    ::munmap(data, bytes);
    return fresh;
#else
    return ::mremap(data, bytes, wanted, MREMAP_MAYMOVE);
#endif
}

}  // namespace

void StageMemory::keep(std::size_t bytes) {
    if (beyond_ == Beyond::spilled)
        memory_->count(bytes);
    else if (!memory_->reserve(bytes))
        refuse();
    kept_bytes_ += bytes;
}

// What is a small part of the limit would make small runs and free little: somebody else keeps the rest.
bool StageMemory::should_spill(std::size_t more_bytes) const {
    return memory_->is_over(more_bytes) && kept_bytes_ >= memory_->limit_bytes() / kSmallShare;
}

void StageMemory::refuse() const {
    throw Error("E501", "`" + stage_ + "` needs more than the " + format_bytes(memory_->limit_bytes()) +
                            " of memory that the run may keep; give it more with the setting `memory`, or keep "
                            "fewer rows or columns before this stage");
}

void StageMemory::let_go(std::size_t bytes) {
    memory_->release(bytes);
    kept_bytes_ -= bytes;
}

// The system gives all its pages at once: a fault for each costs half as much again as clearing it.
StagePage::StagePage(StageMemory& memory, std::size_t bytes)
    : memory_(&memory), mapped_bytes_(whole_pages(bytes + StageMemory::kMargin_bytes)) {
    memory.keep(mapped_bytes_);
    void* const mapped = ::mmap(nullptr, mapped_bytes_, kAccess, kPrivate | MAP_POPULATE, -1, 0);
    if (mapped == MAP_FAILED) {
        memory.let_go(mapped_bytes_);
        throw std::bad_alloc();
    }
    data_ = static_cast<char*>(mapped);
}

StagePage::~StagePage() {
    if (data_ == nullptr) return;
    ::munmap(data_, mapped_bytes_);
    memory_->let_go(mapped_bytes_);
}

GrowingBytes& GrowingBytes::operator=(GrowingBytes&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(data_, other.data_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    return *this;
}

void GrowingBytes::grow(std::size_t bytes, Use use) {
    if (bytes <= capacity_bytes()) return;
    const std::size_t wanted = whole_pages(bytes + StageMemory::kMargin_bytes);
    memory_->keep(wanted - mapped_bytes_);
    void* const grown = data_ == nullptr ? map(wanted) : remap(data_, mapped_bytes_, wanted);
    if (grown == MAP_FAILED) {
        memory_->let_go(wanted - mapped_bytes_);
        throw std::bad_alloc();
    }
    data_ = static_cast<char*>(grown);
#ifdef MADV_POPULATE_WRITE
    if (use == Use::soon) ::madvise(data_ + mapped_bytes_, wanted - mapped_bytes_, MADV_POPULATE_WRITE);
#endif
    mapped_bytes_ = wanted;
}

void GrowingBytes::reset() noexcept {
    if (data_ == nullptr) return;
    ::munmap(data_, mapped_bytes_);
    memory_->let_go(mapped_bytes_);
    data_ = nullptr;
    mapped_bytes_ = 0;
}

}  // namespace etl
