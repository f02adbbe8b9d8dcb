#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_type.hpp"

namespace etl {

struct Field {
    std::string name;
    const DataType* type = nullptr;
    std::string qualifier;    // the joined name of a column that a join brought: read as qualifier.name; else empty
    bool is_private = false;  // masked in rejects, logs and previews
};

/// The columns behind a stage. Never changed once shared.
struct Schema {
    std::vector<Field> fields;

    std::uint32_t size() const { return static_cast<std::uint32_t>(fields.size()); }
    /// The column's number; an empty qualifier finds the flow's own columns only.
    std::optional<std::uint32_t> find(std::string_view name, std::string_view qualifier = {}) const;
    /// Names as a person would write them ("id", "customers.name").
    std::vector<std::string> names() const;
};

using SchemaPtr = std::shared_ptr<const Schema>;

}  // namespace etl
