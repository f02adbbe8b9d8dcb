#pragma once

#include "data/batch.hpp"

namespace etl {

/// Where rows of one batch were read, asked in ascending order: the block's lines are counted once, not once a row as
/// Batch::origin_of does.
class RowOrigins {
  public:
    explicit RowOrigins(const Batch& batch) : batch_(batch) {}
    RowOrigin at(std::uint32_t row);

  private:
    const Batch& batch_;
    const char* counted_to_ = nullptr;
    std::uint64_t line_ = 0;
};

}  // namespace etl
