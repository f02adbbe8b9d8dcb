#pragma once

#include <functional>
#include <vector>

#include "data/gather.hpp"
#include "data/schema.hpp"
#include "runtime/reject_log.hpp"

namespace etl {

/// Makes batches of rejects: rows of rejects_schema().
class RejectRows {
  public:
    RejectRows(SchemaPtr schema, std::int64_t time_us, Memory& memory, std::function<void(Batch&&)> emit);

    void add(const RejectRecord& record);
    void flush();

  private:
    SchemaPtr schema_;
    std::int64_t time_us_;
    std::function<void(Batch&&)> emit_;
    std::vector<ColumnBuilder> columns_;
    std::uint32_t rows_ = 0;
};

}  // namespace etl
