#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/byte_reader.hpp"

namespace etl {

/// What the readers of packed files share: the packed bytes, piece by piece, and what is said where they are wrong.
class UnpackingReader : public ByteReader {
  public:
    void interrupt() noexcept final {
        interrupted_.store(true, std::memory_order_relaxed);
        packed_->interrupt();
    }
    std::uint64_t bytes_read() const noexcept final { return packed_->bytes_read(); }

  protected:
    /// format: as messages call it.
    UnpackingReader(std::unique_ptr<ByteReader> packed, std::string name, const char* format);

    static constexpr std::size_t kBefore_bytes = 8;

    /// Valid until the next call; empty: the end, or interrupted. kBefore_bytes before it stand those that came before.
    /// Throws Error E407 at an end that is none.
    std::span<char> next_piece(bool may_end);
    /// Throws Error E407. left: bytes of the piece that were not taken.
    [[noreturn]] void fail(std::size_t left, const std::string& why) const;

  private:
    std::unique_ptr<ByteReader> packed_;
    std::string name_;
    const char* format_;
    std::vector<char> piece_;  // behind the end of the one before
    std::size_t size_bytes_ = 0;
    std::atomic<bool> interrupted_{false};
};

}  // namespace etl
