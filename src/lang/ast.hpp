#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lang/ast_expression.hpp"

namespace etl {
struct StageSpec;
}

/// A .etl file as it was written: every node and every name has its place. The tree owns its nodes; nothing here knows
/// what a name means. Expressions are at most kMaxExprDepth deep, so recursive walks are safe.
namespace etl::ast {

struct Column;

/// `decimal(12, 2)?`, `list<text>`, `record { a: int }`, `enum("A", "B")`, `date`. An unknown word is kept as it is.
struct Type {
    Name name;  // `list`, `record`, `decimal`, `enum`, or any word
    SourceSpan span;
    bool nullable = false;
    std::vector<Type> element;         // list: one
    Block<Column> columns;             // record
    std::optional<Literal> precision;  // decimal(p, s): both; none for a bare `decimal`
    std::optional<Literal> scale;
    std::vector<Argument> choices;  // enum
    SourceSpan choices_span;
};

/// A column of a source, a target, a `cast` or a record type: `amount: decimal(12, 2) from "Betrag" "1.234,56" key`.
struct Column {
    Name name;
    Type type;
    std::optional<Literal> from;
    std::vector<Literal> formats;  // texts; several where they were written as a list
    bool formats_listed = false;   // written `[ ]`
    SourceSpan formats_span;       // of the list
    bool is_key = false;
    bool is_private = false;
    SourceSpan key_span;
    SourceSpan private_span;
    SourceSpan span;
};

// Values of the parts of a stage, one for each PartKind; Expr, Name, Path, Literal and Type stand above.

/// `all text except (a, b)`, `(a, b)`, `r"regex"`, `name`
struct Selector {
    enum class Kind : std::uint8_t { all, names, pattern };
    Kind kind = Kind::names;
    std::optional<Name> type;    // all: `all text`
    std::vector<Name> except;    // all
    std::vector<Name> names;     // names
    bool parenthesized = false;  // names: written `(a, b)`
    std::optional<Literal> pattern;
    SourceSpan span;
};

/// `order.id as-is`, `day = date(t)`, `*`, `* except (a, b)`; also a key of `group by`.
struct Item {
    enum class Kind : std::uint8_t { assign, path, star };
    Kind kind = Kind::assign;
    Name name;                 // assign
    ExprPtr value;             // assign
    Path path;                 // path
    std::vector<Name> except;  // star
    SourceSpan span;
};

/// `amount desc nulls first`
struct SortKey {
    ExprPtr value;
    std::optional<Name> direction;  // `asc` or `desc`
    std::optional<Name> nulls;      // `first` or `last`
    SourceSpan span;
};

/// A rule of `cleanse`: `trim`, `default("XX")`
struct CleanRule {
    Name name;
    bool has_arguments = false;  // written with `( )`
    std::vector<Argument> arguments;
    SourceSpan arguments_span;
    SourceSpan span;
};

/// `email, name: trim, lower` of `cleanse`
struct CleanItem {
    Selector selector;
    std::vector<CleanRule> rules;
    SourceSpan span;
};

/// `condition else "message" warn`
struct Check {
    ExprPtr condition;
    ExprPtr message;
    std::optional<Name> action;  // `warn`, `reject` or `fail`
    SourceSpan span;
};

/// `condition -> name`, `else -> name`
struct Branch {
    ExprPtr condition;  // null: `else`
    Name target;
    SourceSpan span;
};

/// `a -> b` of `rename`
struct Pair {
    Path from;
    Name to;
    SourceSpan span;
};

/// How `into` loads: `append always`, `replace where COND`, `upsert by K delete when COND`, `history by K at PATH`, ...
struct Mode {
    enum class Kind : std::uint8_t { append, replace, upsert, update, remove, history };
    Kind kind = Kind::append;
    SourceSpan word_span;
    bool always = false;     // append
    std::vector<Name> keys;  // behind `by`; empty without
    ExprPtr where;           // replace
    ExprPtr delete_when;     // upsert, replace by
    std::optional<Path> at;  // history
    SourceSpan span;
};

/// `latest E`, `earliest E`
struct Keep {
    bool latest = true;
    SourceSpan word_span;
    ExprPtr value;
    SourceSpan span;
};

/// The value of one part of a stage. Which alternative stands there follows from the part's kind:
/// word: Name (its spelling: `per run`); name: Name, repeated: Names; name_list: Names; path: Path, repeated: Paths;
/// paths: Paths; pick: Selector; expr, address, list: ExprPtr;
/// sort_keys, group_keys, pairs: the vectors; assigns, map_items, columns, clean_rules, checks, branches: the blocks;
/// type: Type; share, literal: Literal; mode: Mode; keep: Keep.
using Names = std::vector<Name>;
using Paths = std::vector<Path>;
struct StagePartValue {
    bool given = false;      // false: an optional part that was left out; value is empty then
    SourceSpan span;         // with its introducing word
    SourceSpan word_span;    // of the introducing word (`on`, `by`, ...); empty if the part has none
    bool is_listed = false;  // Names written `(a, b)`
    std::variant<std::monostate, Name, Names, Path, Paths, Selector, ExprPtr, std::vector<SortKey>, std::vector<Item>,
                 std::vector<Pair>, Block<Assign>, Block<Item>, Block<Column>, Block<CleanItem>, Block<Check>,
                 Block<Branch>, Type, Literal, Mode, Keep>
        value;
};

/// One stage of a chain. A stage that could not be read is kept, broken: what follows it in its chain cannot be judged.
struct Stage {
    Name word;
    SourceSpan span;
    const StageSpec* spec = nullptr;    // null: a call of a stage that the file declares, or an unknown or broken stage
    std::vector<StagePartValue> parts;  // as many as the spec has, in its order
    std::vector<Argument> arguments;    // of a call of a declared stage: `tidy(note)`
    SourceSpan arguments_span;
    bool is_call = false;
    bool is_broken = false;  // reported already; parts may be missing
};

/// `from NAME | stage | stage`
struct Chain {
    Name from;
    std::vector<Stage> stages;
    SourceSpan span;
};

// Declarations.

struct PipelineDecl {
    Name name;
    Block<Assign> settings;
};

struct ImportDecl {
    Literal path;
};

struct ParamDecl {
    Name name;
    Type type;
    ExprPtr default_value;  // null: none
};

struct ConnectionDecl {
    Name name;
    ExprPtr value;
};

/// A parameter of `fn` or `stage`; without a type it takes what it is given.
struct Formal {
    Name name;
    std::optional<Type> type;  // of a stage also the word `column`
    SourceSpan span;
};

struct FunctionDecl {
    Name name;
    std::vector<Formal> parameters;
    SourceSpan parameters_span;
    ExprPtr body;
};

struct StageDecl {
    Name name;
    std::vector<Formal> parameters;
    SourceSpan parameters_span;
    std::vector<Stage> stages;
};

/// `since E`, `until E`, `lag E`, `null include`, `changed fail`
struct IncrementalOption {
    enum class Kind : std::uint8_t { since, until, lag, null, changed };
    Kind kind = Kind::since;
    ExprPtr value;               // since, until, lag
    std::optional<Name> choice;  // null, changed
    SourceSpan span;
};

/// `key a, b`, `strict`, `split by COLUMN into N`, `incremental by COLUMN options`
struct SourceClause {
    enum class Kind : std::uint8_t { key, strict, split, incremental };
    Kind kind = Kind::key;
    std::vector<Name> names;                 // key: the columns; split, incremental: the one behind `by`
    std::optional<Literal> into;             // split
    std::vector<IncrementalOption> options;  // incremental
    SourceSpan span;
};

struct SourceDecl {
    Name name;
    ExprPtr address;
    std::optional<Block<Column>> columns;
    std::vector<SourceClause> clauses;
};

struct TargetDecl {
    Name name;
    ExprPtr address;
    std::optional<Block<Column>> columns;
};

struct FlowDecl {
    Name name;
    Chain chain;
};

/// A flow without a name; it ends in `into` or `route`.
struct ChainDecl {
    Chain chain;
};

/// `given orders = [...]`, `given "file.csv" = [...]`, `at "..."`, `run`, `expect loaded = [...]`
struct TestItem {
    enum class Kind : std::uint8_t { given, at, run, expect };
    Kind kind = Kind::run;
    std::optional<Path> path;        // given, expect
    std::optional<Literal> literal;  // given "file"; at
    ExprPtr value;                   // given, expect
    SourceSpan span;
};

struct TestDecl {
    Literal title;
    Block<TestItem> items;
};

struct Declaration {
    SourceSpan span;
    SourceSpan keyword_span;
    std::string doc;         // the text of the `##` lines right above, lines joined by line ends
    bool is_broken = false;  // reported already; parts may be missing
    std::variant<PipelineDecl, ImportDecl, ParamDecl, ConnectionDecl, FunctionDecl, StageDecl, SourceDecl, TargetDecl,
                 FlowDecl, ChainDecl, TestDecl>
        node;

    template <typename Node>
    const Node* as() const {
        return std::get_if<Node>(&node);
    }
};

struct Comment {
    SourceSpan span;        // from `#` to before the line end
    bool own_line = false;  // nothing but spaces stands before it
};

struct Edition {
    Literal number;
    SourceSpan span;
};

struct File {
    std::uint32_t file = 0;  // its number in SourceTexts
    std::optional<Edition> edition;
    std::vector<Declaration> declarations;  // broken ones included, as far as they could be read
    std::vector<Comment> comments;          // all, in order
};

/// The tree as text without places, for tests: equal for two files that mean the same.
std::string dump(const File& file);
/// `(or (< a 1) b)`
std::string dump(const Expr& expr);

}  // namespace etl::ast
