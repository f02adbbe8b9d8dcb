#include "expr/row_origins.hpp"

#include <algorithm>

namespace etl {

RowOrigin RowOrigins::at(std::uint32_t row) {
    if (batch_.row_origins != nullptr || batch_.records == nullptr || batch_.origin.line == 0)
        return batch_.origin_of(row);
    const RecordIndex& records = *batch_.records;
    const char* const begin = records.block + records.record_begin(batch_.record_number(row));
    if (counted_to_ == nullptr) {
        counted_to_ = records.block + records.record_begin(0);
        line_ = batch_.origin.line;
    }
    if (begin < counted_to_) return batch_.origin_of(row);
    line_ += static_cast<std::uint64_t>(std::count(counted_to_, begin, '\n'));
    counted_to_ = begin;
    return {batch_.origin.source, batch_.origin.file, line_};
}

}  // namespace etl
