#pragma once

#include <cstddef>
#include <tao/pegtl.hpp>
#include <utility>

#include "grammar/nodes.hpp"

/// Names, literals, spaces and line ends.
///
/// A rule may carry two constants that the parser reads: `node`, the kind of tree node that it makes, and `expected`,
/// what a message says was expected where it does not match. A rule whose `fold` is true makes a node only if it would
/// have more than one child.
namespace etl::grammar {

using tao::pegtl::at;
using tao::pegtl::bof;
using tao::pegtl::digit;
using tao::pegtl::eof;
using tao::pegtl::failure;
using tao::pegtl::not_at;
using tao::pegtl::not_one;
using tao::pegtl::one;
using tao::pegtl::opt;
using tao::pegtl::plus;
using tao::pegtl::ranges;
using tao::pegtl::rep;
using tao::pegtl::seq;
using tao::pegtl::sor;
using tao::pegtl::star;
using tao::pegtl::string;
using tao::pegtl::success;
using tao::pegtl::until;
using tao::pegtl::xdigit;

template <NodeKind Kind, typename... Rules>
struct node_of : seq<Rules...> {
    static constexpr NodeKind node = Kind;
};

template <NodeKind Kind, typename... Rules>
struct fold_of : seq<Rules...> {
    static constexpr NodeKind node = Kind;
    static constexpr bool fold = true;
};

/// A literal as a template argument: word<"from">.
template <std::size_t N>
struct fixed_text {
    char chars[N];
    static constexpr std::size_t size = N - 1;
    consteval fixed_text(const char (&text)[N]) {
        for (std::size_t i = 0; i < N; ++i) chars[i] = text[i];
    }
};

template <fixed_text Text, typename Positions = std::make_index_sequence<Text.size>>
struct chars_of;

template <fixed_text Text, std::size_t... I>
struct chars_of<Text, std::index_sequence<I...>> {
    using rule = string<Text.chars[I]...>;
    static constexpr char quoted[] = {'`', Text.chars[I]..., '`', '\0'};
};

struct word_char : ranges<'a', 'z', 'A', 'Z', '0', '9', '_', '_'> {};
struct word_end : not_at<word_char> {};

/// A keyword: no letter, digit or `_` follows.
template <fixed_text Text>
struct word : seq<typename chars_of<Text>::rule, word_end> {
    static constexpr const char* expected = chars_of<Text>::quoted;
};

template <fixed_text Text>
struct symbol : chars_of<Text>::rule {
    static constexpr const char* expected = chars_of<Text>::quoted;
};

/// A keyword that is kept in the tree, since it chooses something.
template <fixed_text Text>
struct chosen : word<Text> {
    static constexpr NodeKind node = NodeKind::word;
};

// Spaces. `blanks` stays on the line, `spacing` crosses lines, `separator` parts the items of a { }.

struct comment : seq<one<'#'>, star<not_one<'\n'>>> {};
struct blanks : star<one<' ', '\t'>> {};
struct line_end : seq<blanks, opt<comment>, opt<one<'\r'>>, one<'\n'>> {};
struct spacing : seq<star<line_end>, blanks, opt<comment, eof>> {};

struct comma : one<','> {
    static constexpr const char* expected = "`,`";
};
struct separator_sign : sor<seq<one<','>, spacing>, seq<line_end, spacing>> {
    static constexpr const char* expected = "`,` or a line end";
};
struct separator : seq<blanks, separator_sign> {};

// Names.

struct reserved
    : seq<sor<string<'a', 'n', 'd'>, string<'o', 'r'>, string<'n', 'o', 't'>, string<'i', 'n'>, string<'i', 's'>,
              string<'n', 'u', 'l', 'l'>, string<'t', 'r', 'u', 'e'>, string<'f', 'a', 'l', 's', 'e'>, string<'i', 'f'>,
              string<'t', 'h', 'e', 'n'>, string<'e', 'l', 's', 'e'>, string<'m', 'a', 't', 'c', 'h'>>,
          word_end> {};
struct plain_word : seq<ranges<'a', 'z', 'A', 'Z', '_', '_'>, star<word_char>> {};
struct plain_name : seq<not_at<reserved>, not_at<one<'r', 'f'>, one<'"'>>, plain_word> {};
struct quoted_name : seq<one<'`'>, plus<not_one<'`', '\n'>>, one<'`'>> {};
struct dollar_name : seq<one<'$'>, plain_word> {};

struct name : node_of<NodeKind::name, sor<plain_name, quoted_name, dollar_name>> {
    static constexpr const char* expected = "a name";
};
struct parameter : node_of<NodeKind::parameter, dollar_name> {};
struct path : node_of<NodeKind::path, name, star<one<'.'>, name>> {};

struct next_in_list : seq<blanks, comma, spacing> {};
struct names : seq<name, star<next_in_list, name>> {};
struct paths : seq<path, star<next_in_list, path>> {};

// Literals.

struct digits : seq<digit, star<ranges<'0', '9', '_', '_'>>> {};
struct fraction : seq<one<'.'>, digits> {};
struct exponent : seq<one<'e', 'E'>, opt<one<'+', '-'>>, plus<digit>> {};
struct integer : node_of<NodeKind::number, digits, word_end> {
    static constexpr const char* expected = "a whole number";
};
struct number : node_of<NodeKind::number, digits, opt<fraction>, opt<exponent>, word_end> {};
struct range : node_of<NodeKind::range, digits, string<'.', '.'>, digits, word_end> {};
struct unit : sor<string<'m', 's'>, string<'K', 'B'>, string<'M', 'B'>, string<'G', 'B'>, string<'T', 'B'>,
                  one<'s', 'm', 'h', 'd', 'B'>> {};
struct quantity : node_of<NodeKind::quantity, plus<plus<digit>, opt<one<'.'>, plus<digit>>, unit>, word_end> {};
struct share_end : at<sor<one<' ', '\t', '\r', '\n', ',', ')', '}', ']', '#', '|'>, eof>> {};
struct share : node_of<NodeKind::share, plus<digit>, opt<one<'.'>, plus<digit>>, one<'%'>, share_end> {
    static constexpr const char* expected = "a share such as `1%`";
};
struct constant
    : node_of<NodeKind::constant,
              sor<string<'t', 'r', 'u', 'e'>, string<'f', 'a', 'l', 's', 'e'>, string<'n', 'u', 'l', 'l'>>, word_end> {
};

struct three_quotes : string<'"', '"', '"'> {};
struct long_text : seq<three_quotes, until<three_quotes>> {};
struct escape : seq<one<'\\'>, sor<one<'"', '\\', 'n', 'r', 't', 'b', 'f', '/', '0'>,
                                   seq<one<'u'>, sor<seq<one<'{'>, plus<xdigit>, one<'}'>>, rep<4, xdigit>>>>> {};
struct short_text : seq<one<'"'>, star<sor<escape, not_one<'"', '\\', '\n'>>>, one<'"'>> {};
struct text : node_of<NodeKind::text, sor<long_text, short_text>> {
    static constexpr const char* expected = "a text in quotes";
};
struct raw_text
    : node_of<NodeKind::raw_text, one<'r'>, sor<long_text, seq<one<'"'>, star<not_one<'"', '\n'>>, one<'"'>>>> {};

struct literal : sor<share, range, quantity, number, constant, raw_text, text> {
    static constexpr const char* expected = "a literal";
};

}  // namespace etl::grammar
