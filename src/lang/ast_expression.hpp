#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source_text.hpp"

/// Names, literals and expressions of the syntax tree; see lang/ast.hpp.
namespace etl::ast {

inline constexpr unsigned kMaxExprDepth = 1000;

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// A name of a column, source, function, ...; text is decoded (no backquotes, no `$`).
struct Name {
    std::string text;
    SourceSpan span;
    bool is_param = false;  // written `$name`
};

/// `a.b.c`; at least one name.
struct Path {
    std::vector<Name> names;
    SourceSpan span;
};

/// Items between `{` and `}`; span reaches from brace to brace.
template <typename Item>
struct Block {
    SourceSpan span;
    std::vector<Item> items;
};

enum class LiteralKind : std::uint8_t { null, boolean, integer, decimal, floating, text, duration, size, range, share };

struct Literal {
    LiteralKind kind = LiteralKind::null;
    SourceSpan span;
    std::string spelling;        // as it was written, quotes included
    std::string text;            // text: decoded; integer, decimal, floating: without `_`; share: without `%`
    std::int64_t value = 0;      // boolean: 0 or 1; duration: milliseconds; size: bytes; range: its begin
    std::int64_t range_end = 0;  // range: its last value
    bool is_raw = false;         // text: r"..."; a pattern where one is expected
};

/// `name = value` in a block, a record or a list of settings.
struct Assign {
    Name name;
    ExprPtr value;
    SourceSpan span;
};

/// An argument of a call; a lambda is a value like any other.
struct Argument {
    std::optional<Name> name;
    ExprPtr value;
    SourceSpan span;
};

// The nodes of expressions, in the order of Expr::node.

/// `customer`, `` `Order ID` ``
struct Reference {
    Name name;
};

/// `$since`
struct Parameter {
    Name name;
};

/// `object.name`
struct Member {
    ExprPtr object;
    Name name;
};

/// `name(arguments)` or `object.name(arguments)`
struct Call {
    ExprPtr object;  // null for a plain call
    Name name;
    std::vector<Argument> arguments;
    SourceSpan arguments_span;  // from `(` to `)`
};

/// `object[index]`
struct Index {
    ExprPtr object;
    ExprPtr index;
};

enum class UnaryOp : std::uint8_t { negate, logical_not };

struct Unary {
    UnaryOp op;
    SourceSpan op_span;
    ExprPtr operand;
};

enum class BinaryOp : std::uint8_t {
    logical_or,
    logical_and,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
    coalesce,
    add,
    subtract,
    multiply,
    divide,
    modulo
};

struct Binary {
    BinaryOp op;
    SourceSpan op_span;
    ExprPtr left;
    ExprPtr right;
};

/// `operand is null`, `operand is not null`
struct IsNull {
    ExprPtr operand;
    bool negated = false;
    SourceSpan op_span;  // `is null`
};

/// `if condition then yes else no`
struct Conditional {
    ExprPtr condition;
    ExprPtr yes;
    ExprPtr no;
};

/// `"B", "C" -> 2`; of a match without a subject the patterns are conditions.
struct MatchArm {
    std::vector<ExprPtr> patterns;  // empty: `else`
    ExprPtr value;
    SourceSpan span;
};

struct Match {
    ExprPtr subject;  // null: `match { condition -> value }`
    Block<MatchArm> arms;
};

/// `{ a = 1, b = 2 }`
struct Record {
    Block<Assign> fields;
};

/// `[1, 2]`
struct List {
    std::vector<ExprPtr> items;
};

/// `i -> i.qty * i.price`, as an argument only
struct Lambda {
    Name parameter;
    ExprPtr body;
};

/// A part of an f-string: a text, or an expression with an optional format.
struct FStringPart {
    std::string text;  // decoded; only where value is null
    ExprPtr value;
    std::optional<Literal> format;
    SourceSpan span;
};

/// f"out/{$day: "%Y"}.csv"
struct FString {
    std::vector<FStringPart> parts;
};

struct Expr {
    SourceSpan span;              // with its parentheses
    SourceSpan inner;             // without them
    bool in_parentheses = false;  // written `( )`
    std::uint16_t depth = 1;      // levels of nodes, this one included
    std::variant<Literal, Reference, Parameter, Member, Call, Index, Unary, Binary, IsNull, Conditional, Match, Record,
                 List, Lambda, FString>
        node;

    /// The node if it is a Node, else nullptr.
    template <typename Node>
    const Node* as() const {
        return std::get_if<Node>(&node);
    }
};

}  // namespace etl::ast
