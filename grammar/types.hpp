#pragma once

#include "grammar/expressions.hpp"

/// Types and the columns that have them.
namespace etl::grammar {

struct type;
struct column;

struct type_word : node_of<NodeKind::name, plain_word> {};
template <fixed_text Text>
struct type_name : node_of<NodeKind::name, typename chars_of<Text>::rule> {};

struct list_type
    : seq<type_name<"list">, spacing, bracketed<one<'<'>, seq<spacing, nested<type>, spacing>, symbol<">">>> {};
struct columns : node_of<NodeKind::columns, block<column>> {};
struct record_type : seq<type_name<"record">, spacing, at<one<'{'>>, nested<columns>> {};
struct decimal_type
    : seq<type_name<"decimal">,
          bracketed<one<'('>, seq<spacing, integer, spacing, comma, spacing, integer, spacing>, symbol<")">>> {};
struct enum_type : seq<type_name<"enum">, arguments> {};
struct nullable : node_of<NodeKind::nullable, one<'?'>> {};
struct type : node_of<NodeKind::type, sor<list_type, record_type, decimal_type, enum_type, type_word>, opt<nullable>> {
    static constexpr const char* expected = "a type";
};

struct column_from : node_of<NodeKind::column_from, word<"from">, blanks, text> {};
struct column_format : node_of<NodeKind::column_format, sor<raw_text, text, list>> {
    static constexpr const char* expected = "a format";
};
struct column_mark : sor<chosen<"key">, chosen<"private">, column_from, column_format> {};
struct column : node_of<NodeKind::column, name, blanks, symbol<":">, spacing, type, star<blanks, column_mark>> {
    static constexpr const char* expected = "a column `name: type`";
};

}  // namespace etl::grammar
