#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/registry.hpp"
#include "component/stage.hpp"
#include "data/schema.hpp"
#include "expr/evaluator.hpp"
#include "expr/expression.hpp"

namespace etl {

/// What stands at a place of a stage's syntax; a rule of the grammar each.
enum class PartKind : std::uint8_t {
    word,         // one of the words in `word`, separated by |: "left|inner"
    name,         // a name
    name_list,    // (a, b)
    path,         // a.b
    paths,        // a, b.c
    pick,         // a, b or a selector
    expr,         // an expression
    sort_keys,    // a, b desc nulls first
    assigns,      // { a = e, b = f }
    map_items,    // { a, b = e, * except (c) }
    group_keys,   // a, day = date(t)
    columns,      // { a: type "format" }
    clean_rules,  // { selector: rule, rule(x) }
    checks,       // { cond else "message" warn }
    branches,     // { cond -> name, else -> name }
    pairs,        // a -> b, c -> d
    list,         // [1, 2]
    type,         // : type
    share,        // 1%
    literal,      // 7d
    address,      // a target's name or an address expression
    mode,         // append | replace … | upsert by K …
    keep,         // keep latest|earliest expr
};

/// What the names in a part mean.
enum class PartRole : std::uint8_t {
    plain,
    input,   // of kind name or paths: a source or flow that becomes the stage's next input
    alias,   // of kind name: what the input before it is called
    output,  // of kind branches: names of the flows that the ports become
};

/// Which columns the expressions of a part see.
enum class PartScope : std::uint8_t {
    input,      // those of input 0
    joined,     // those of input 0, then those of the named input under its name or alias
    named,      // those of the named input only
    aggregate,  // aggregates over input 0, and the group's keys
    constant,   // none: known when the pipeline is checked
};

/// One place in a stage's syntax, in order. A stage's parts follow its word: `join [left] X [as c] on COND`.
struct StagePart {
    PartKind kind;
    std::string_view word = {};  // the keyword before the value: "by", "on", "as"; of kind word: the choices
    bool required = true;
    bool repeated = false;  // separated by commas
    PartRole role = PartRole::plain;
    PartScope scope = PartScope::input;
};

struct BoundName {
    std::string name;
    SourceSpan span;
};

/// `name = value`; also a key of group, a converted column of cast, the rules of one column of cleanse (composed into
/// one expression, first rule innermost).
struct BoundAssign {
    std::string name;
    SourceSpan span;  // of the name
    ExprPtr value;
};

struct BoundSortKey {
    ExprPtr value;
    bool descending = false;
    bool nulls_first = false;
};

enum class CheckAction : std::uint8_t { warn, reject, fail };

struct BoundCheck {
    ExprPtr condition;
    ExprPtr message;  // of type text
    CheckAction action = CheckAction::reject;
    SourceSpan span;  // of the condition
};

struct BoundBranch {
    ExprPtr condition;  // nullptr: else
    std::string name;   // "discard": filtered
    SourceSpan span;
};

struct BoundRename {
    std::uint32_t column;
    std::string name;
    SourceSpan span;
};

struct BoundKeep {
    bool latest = true;
    ExprPtr value;
};

/// The block of `group` (and of what else aggregates): results are expressions over the keys, then the aggregates.
struct BoundAggregates {
    std::vector<BoundAggregate> aggregates;
    std::vector<BoundAssign> results;
};

using BoundPart = std::variant<std::monostate,              // an optional part that is not there
                               std::vector<BoundName>,      // word, name, name_list
                               std::vector<std::uint32_t>,  // path, paths, pick: columns of the part's scope
                               ExprPtr,                     // expr, literal, share
                               std::vector<BoundAssign>,    // assigns, map_items, group_keys, columns, clean_rules
                               std::vector<BoundSortKey>,   // sort_keys
                               std::vector<BoundCheck>,     // checks
                               std::vector<BoundBranch>,    // branches
                               std::vector<BoundRename>,    // pairs
                               BoundKeep,                   // keep
                               BoundAggregates>;            // assigns of scope aggregate

/// An input of a stage: 0 is the flow itself.
struct StageInput {
    SchemaPtr schema;
    std::string name;  // of a named one: its alias, else its name
    SourceSpan span;
};

/// What a stage is given when it is bound: names, types and nulls are checked.
struct StageArguments {
    SourceSpan span;          // of the whole stage
    std::uint32_t stage = 0;  // the node's number, for rejects
    std::vector<StageInput> inputs;
    std::vector<BoundPart> parts;  // one for each of the spec's

    bool has(std::size_t part) const { return !std::holds_alternative<std::monostate>(parts[part]); }
    template <typename T>
    const T& get(std::size_t part) const {
        return std::get<T>(parts[part]);
    }
    /// The chosen word of a part of kind word, "" if it is not there.
    std::string_view word(std::size_t part) const {
        return has(part) ? std::string_view(get<std::vector<BoundName>>(part).front().name) : std::string_view();
    }
};

/// What a stage does with its columns, for the planner: which ones it must have as typed values and which it only
/// passes on (those may come raw from the source and stay so up to the target).
struct ColumnFlow {
    std::vector<std::vector<bool>> reads;  // by input, by column: evaluated as a typed value
    std::vector<std::int32_t> passes;      // by output column: the column of input 0 that it is, or -1
};

struct BoundStage {
    std::shared_ptr<StageOperator> op;
    std::vector<SchemaPtr> outputs;       // by port
    std::vector<std::string> port_names;  // by port; empty for a stage with one output
    ColumnFlow flow;
    /// What it was bound to, set by the binder: for those who show what it does.
    std::shared_ptr<const std::vector<BoundPart>> parts;
    /// A limit or the like: "below an incremental source this is an error".
    bool needs_whole_input = false;
};

/// One output with input 0's columns, all passed on and none read; op is still to be set.
BoundStage pass_through(const StageArguments& arguments);

/// nullptr op after a diagnostic.
using BindStage = BoundStage (*)(const StageArguments& arguments, Diagnostics& diagnostics);

struct StageExample {
    std::string_view text;     // a stage as written: "filter amount > 0"
    std::string_view summary;  // what it does
};

/// A stage of the language. Registered by the file that implements it.
struct StageSpec {
    std::string_view name;
    std::string_view summary;  // one sentence
    std::span<const StagePart> parts;
    std::span<const StageExample> examples;
    BindStage bind;          // nullptr for `into`, which the binder resolves through connectors and formats
    bool ends_flow = false;  // into, route
};

}  // namespace etl
