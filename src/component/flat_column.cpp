#include "component/flat_column.hpp"

#include <cassert>

#include "data/gather.hpp"
#include "data/unpack.hpp"

namespace etl {

Column flat_column(const Batch& batch, const Column& column, Arena& arena) {
    if (column.encoding == Encoding::flat || column.encoding == Encoding::constant) return column;
    if (column.encoding == Encoding::dictionary) return flatten(column, batch.rows, arena);
    static const ColumnFormat kPlain;
    Column flat;
    std::vector<ParseFailure> failures;
    unpack(column, {batch.records, batch.record_of, batch.rows, batch.selected},
           column.format == nullptr ? kPlain : *column.format, arena, flat, failures);
    assert(failures.empty());
    return flat;
}

}  // namespace etl
