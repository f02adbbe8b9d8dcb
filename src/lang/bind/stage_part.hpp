#pragma once

#include <variant>

#include "lang/ast.hpp"

namespace etl::bind {

/// The first part of that kind that the stage was given; null if it has none.
template <typename Value>
const Value* part_of(const ast::Stage& stage) {
    for (const ast::StagePartValue& part : stage.parts)
        if (part.given)
            if (const auto* value = std::get_if<Value>(&part.value)) return value;
    return nullptr;
}

}  // namespace etl::bind
