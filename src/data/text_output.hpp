#pragma once

#include <cstddef>
#include <cstring>

#include "data/memory.hpp"

namespace etl {

/// A text that grows in a buffer.
class TextOutput {
  public:
    explicit TextOutput(Memory& memory) : memory_(&memory) {}
    /// Starts anew with room for about as much as before.
    void start();
    /// Makes room for that many bytes and 64 more, which may be written over.
    void need(std::size_t bytes) {
        if (static_cast<std::size_t>(end_ - at) < bytes) grow(bytes);
    }
    std::size_t size() const { return static_cast<std::size_t>(at - buffer_.data()); }
    const char* data() const { return buffer_.data(); }
    void cut(std::size_t size) { at = buffer_.data() + size; }
    BufferRef take();

    char* at = nullptr;

  private:
    void grow(std::size_t bytes);
    Memory* memory_;
    BufferRef buffer_;
    char* end_ = nullptr;
    std::size_t usual_bytes_ = 64 * 1024;
};

/// Returns the end of the copy. For short texts faster than std::memcpy.
inline char* copy_short(char* out, const char* from, std::size_t size) {
    if (size > 64) {
        std::memcpy(out, from, size);
    } else if (size >= 16) {
        for (std::size_t at = 0; at + 16 <= size; at += 16) std::memcpy(out + at, from + at, 16);
        std::memcpy(out + size - 16, from + size - 16, 16);
    } else if (size >= 8) {
        std::memcpy(out, from, 8);
        std::memcpy(out + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        std::memcpy(out, from, 4);
        std::memcpy(out + size - 4, from + size - 4, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i) out[i] = from[i];
    }
    return out + size;
}

}  // namespace etl
