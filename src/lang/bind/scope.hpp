#pragma once

#include <map>
#include <string>
#include <vector>

#include "component/stage_spec.hpp"
#include "data/schema.hpp"
#include "expr/expression.hpp"

namespace etl::bind {

struct Scope;

/// What a block of aggregates has gathered: its expressions are over `columns`, the keys first.
struct AggregateScope {
    const Scope* input = nullptr;  // what the arguments of aggregates see
    std::uint32_t keys = 0;
    Schema columns;  // the keys, then a column for each aggregate
    std::vector<BoundAggregate> aggregates;
};

/// What an expression may name.
struct Scope {
    const Schema* schema = nullptr;  // nullptr: no column; a field without a type is one that failed before
    std::string alias;               // what the one flow of the scope is called: `alias.x` is its column x
    bool open = false;               // there may be columns that are not known: an unknown name is no error
    bool has_meta = false;
    std::string no_meta;                  // why there is no meta here: "`group` stands before"
    std::string no_columns;               // why there is none: "an address is a constant of the run"
    std::vector<std::string> new_names;   // made in the same block: cannot be read in it
    std::vector<std::uint32_t> not_null;  // columns known to be there: ascending
    AggregateScope* aggregates = nullptr;
    const std::map<std::string, ExprPtr>* formals = nullptr;  // of `fn`: a failed argument is nullptr
};

}  // namespace etl::bind
