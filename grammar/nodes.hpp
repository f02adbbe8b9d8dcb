#pragma once

#include <cstdint>

namespace etl::grammar {

/// What a matched piece of a .etl file is; the parser makes the syntax tree of these.
/// Those marked "or its only child" are left out where they would have one child and say nothing.
enum class NodeKind : std::uint8_t {
    file,
    broken,  // stands for what could not be read and was reported

    // words
    name,
    word,  // a keyword that chooses something, an operator
    path,
    name_list,

    // literals
    share,
    range,
    quantity,
    number,
    constant,
    text,
    raw_text,
    format_text,
    format_piece,
    format_hole,

    // expressions
    disjunction,  // operand op operand op ...; or its only child, as the ones below
    conjunction,
    negation,    // not, operand
    comparison,  // left, null_test | op right
    null_test,
    coalesce,
    sum,
    product,
    minus,      // -, operand
    postfix,    // primary, then members and indexes
    member,     // name, arguments?
    index,      // expression
    reference,  // name, arguments?
    parameter,
    parentheses,
    condition,
    match,  // subject?, match_arms
    match_arms,
    match_arm,  // patterns or else_arm, value
    else_arm,
    record,
    list,
    arguments,
    argument,  // name?, value
    lambda,    // name, body

    // types and columns
    type,
    nullable,
    column,
    column_from,
    column_format,

    // blocks and values of stages
    assign,
    assigns,
    star,
    map_items,
    group_keys,
    selector_all,
    selector_names,
    selector_except,
    selector_type,
    clean_rules,
    clean_item,
    clean_rule,
    checks,
    check,
    branches,
    branch,
    pairs,
    pair,
    sort_keys,
    sort_key,
    columns,
    mode,
    mode_where,
    mode_delete_when,
    mode_at,
    keep,
    stage,
    part,
    part_word,
    chain,

    // declarations
    edition,
    pipeline,
    import,
    param,
    connection,
    function,
    stage_declaration,
    formals,
    formal,
    source,
    clause,
    incremental_option,
    target,
    flow,
    chain_declaration,
    test,
    test_items,
    test_item,
};

}  // namespace etl::grammar
