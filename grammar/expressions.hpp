#pragma once

#include "grammar/recovery.hpp"

/// Expressions. Only `and`, `or`, `??` and `.` may begin a line; every other operator ends one.
namespace etl::grammar {

struct expression;

/// An operator. Messages say "an operator" for all of them.
template <typename... Rules>
struct operator_of : node_of<NodeKind::word, Rules...> {
    static constexpr const char* expected = "an operator";
};
template <fixed_text Text>
struct symbol_operator : operator_of<typename chars_of<Text>::rule> {};
template <fixed_text Text>
struct word_operator : operator_of<typename chars_of<Text>::rule, word_end> {};

// `f(a, n = 1, i -> i.x)`

struct lambda : node_of<NodeKind::lambda, name, blanks, symbol<"->">, spacing, expression> {};
struct assign_sign : seq<one<'='>, not_at<one<'='>>> {
    static constexpr const char* expected = "`=`";
};
struct argument_name : seq<at<name, blanks, assign_sign>, name, blanks, assign_sign, spacing> {};
struct argument : node_of<NodeKind::argument,
                          sor<seq<at<name, blanks, symbol<"->">>, lambda>, seq<opt<argument_name>, expression>>> {
    static constexpr const char* expected = "an argument";
};
template <typename Item>
struct comma_list : opt<Item, star<spacing, comma, spacing, Item>, opt<spacing, comma>> {};
struct arguments
    : node_of<NodeKind::arguments, bracketed<one<'('>, seq<spacing, comma_list<argument>, spacing>, symbol<")">>> {};

// `{ a = 1, b = 2 }`, `[1, 2]`

struct assign : node_of<NodeKind::assign, name, blanks, assign_sign, spacing, expression> {
    static constexpr const char* expected = "`name = value`";
};
struct assigns : node_of<NodeKind::assigns, block<assign>> {};
struct record : node_of<NodeKind::record, block<assign>> {};
struct list
    : node_of<NodeKind::list, bracketed<symbol<"[">, seq<spacing, comma_list<expression>, spacing>, symbol<"]">>> {
    static constexpr const char* expected = "a list `[ ]`";
};

// f"{$day: "%Y"}"

struct hole_end : one<'}'> {
    static constexpr const char* expected = "`}`";
};
struct hole_start : one<'{'> {};
struct format_hole
    : node_of<
          NodeKind::format_hole,
          bracketed<hole_start, seq<spacing, expression, spacing, opt<one<':'>, blanks, text, spacing>>, hole_end>> {};
struct format_piece
    : node_of<NodeKind::format_piece,
              plus<sor<string<'{', '{'>, string<'}', '}'>, escape, not_one<'{', '}', '"', '\\', '\n'>>>> {};
struct format_end : one<'"'> {
    static constexpr const char* expected = "`\"`";
};
struct format_text
    : node_of<NodeKind::format_text, string<'f', '"'>, star<sor<format_piece, format_hole>>, format_end> {};

// `if c then a else b`, `match x { "A" -> 1, else -> 0 }`

struct condition : node_of<NodeKind::condition, word<"if">, spacing, expression, spacing, word<"then">, spacing,
                           expression, spacing, word<"else">, not_at<blanks, string<'-', '>'>>, spacing, expression> {};
struct else_arm : node_of<NodeKind::else_arm, word<"else">> {};
struct match_arm : node_of<NodeKind::match_arm, sor<else_arm, seq<expression, star<next_in_list, expression>>>, blanks,
                           symbol<"->">, spacing, expression> {
    static constexpr const char* expected = "`value -> result`";
};
struct match_start : at<match_arm> {};
struct match_arms : node_of<NodeKind::match_arms, block<match_arm, 1, match_start>> {};
struct match_expression
    : node_of<NodeKind::match, word<"match">, spacing, opt<not_at<one<'{'>>, expression, spacing>, match_arms> {};

// Operators, tightest first.

struct reference : node_of<NodeKind::reference, name, opt<arguments>> {};
struct parentheses
    : node_of<NodeKind::parentheses, bracketed<symbol<"(">, seq<spacing, expression, spacing>, symbol<")">>> {};
struct primary
    : sor<literal, format_text, parameter, condition, match_expression, record, list, parentheses, reference> {};
struct member : node_of<NodeKind::member, one<'.'>, name, opt<arguments>> {};
struct index : node_of<NodeKind::index, bracketed<one<'['>, seq<spacing, expression, spacing>, symbol<"]">>> {};
struct postfix : fold_of<NodeKind::postfix, primary, star<sor<seq<spacing, member>, index>>> {};
struct minus_sign : seq<one<'-'>, not_at<one<'>'>>> {};
struct unary;
struct minus : node_of<NodeKind::minus, minus_sign, blanks, nested<unary>> {};
struct unary : sor<minus, postfix> {
    static constexpr const char* expected = "an expression";
};
struct product_operator : operator_of<one<'*', '/', '%'>> {};
struct product : fold_of<NodeKind::product, unary, star<blanks, product_operator, spacing, unary>> {};
struct sum_operator : operator_of<sor<one<'+'>, minus_sign>> {};
struct sum : fold_of<NodeKind::sum, product, star<blanks, sum_operator, spacing, product>> {};
struct coalesce : fold_of<NodeKind::coalesce, sum, star<spacing, symbol_operator<"??">, spacing, sum>> {};
struct is_operator : operator_of<string<'i', 's'>, word_end> {};
struct null_test : node_of<NodeKind::null_test, is_operator, blanks, opt<chosen<"not">, blanks>, word<"null">> {};
struct in_operator : operator_of<opt<string<'n', 'o', 't'>, word_end, blanks>, string<'i', 'n'>, word_end> {};
struct compare_operator
    : operator_of<sor<string<'=', '='>, string<'!', '='>, string<'<', '='>, string<'>', '='>, one<'<', '>'>>> {};
struct comparison : fold_of<NodeKind::comparison, coalesce,
                            opt<blanks, sor<null_test, seq<sor<in_operator, compare_operator>, spacing, coalesce>>>> {};
struct negation;
struct not_expression : node_of<NodeKind::negation, word<"not">, spacing, nested<negation>> {};
struct negation : sor<not_expression, comparison> {
    static constexpr const char* expected = "an expression";
};
struct conjunction : fold_of<NodeKind::conjunction, negation, star<spacing, word_operator<"and">, spacing, negation>> {
};
struct disjunction
    : fold_of<NodeKind::disjunction, conjunction, star<spacing, word_operator<"or">, spacing, conjunction>> {};
struct expression : nested<disjunction> {
    static constexpr const char* expected = "an expression";
};

}  // namespace etl::grammar
