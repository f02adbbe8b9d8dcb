#include "data/text_output.hpp"

#include <algorithm>

namespace etl {

void TextOutput::start() {
    buffer_ = memory_->take(usual_bytes_);
    at = buffer_.data();
    end_ = at + buffer_.capacity();
}

void TextOutput::grow(std::size_t bytes) {
    const std::size_t used = size();
    BufferRef larger = memory_->take(std::max(2 * buffer_.capacity(), used + bytes));
    std::memcpy(larger.data(), buffer_.data(), used);
    buffer_ = std::move(larger);
    at = buffer_.data() + used;
    end_ = buffer_.data() + buffer_.capacity();
}

BufferRef TextOutput::take() {
    usual_bytes_ = std::max(usual_bytes_, size() + size() / 16);
    at = end_ = nullptr;
    return std::move(buffer_);
}

}  // namespace etl
