#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "data/column.hpp"
#include "data/decimal.hpp"

namespace etl {

/// One value outside of a column: a constant of a pipeline, a cell of a test. Its type says how to read it:
/// integer, date, timestamp and duration as int64, decimal as Int128 (scaled), list and record as items.
struct Value {
    const DataType* type = nullptr;
    std::variant<std::monostate, bool, std::int64_t, double, Int128, std::string, std::vector<Value>>
        data;  // monostate: null

    bool is_null() const { return std::holds_alternative<std::monostate>(data); }
};

/// A constant column of that value; its bytes live in the arena.
Column constant_column(const Value& value, Arena& arena);
/// The value at a row of a column of any encoding but raw.
Value value_at(const Column& column, std::uint32_t row);

}  // namespace etl
