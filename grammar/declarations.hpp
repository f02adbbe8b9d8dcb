#pragma once

#include "grammar/stages.hpp"

/// A whole file and its declarations.
namespace etl::grammar {

struct chain : node_of<NodeKind::chain, word<"from">, spacing, name, stages> {};

struct equals : seq<spacing, assign_sign, spacing> {};

struct pipeline : node_of<NodeKind::pipeline, chosen<"pipeline">, spacing, name, spacing, assigns> {};
struct import : node_of<NodeKind::import, chosen<"import">, spacing, text> {};
struct param : node_of<NodeKind::param, chosen<"param">, spacing, name, blanks, symbol<":">, spacing, type,
                       opt<equals, expression>> {};
struct connection : node_of<NodeKind::connection, chosen<"connection">, spacing, name, equals, expression> {};

struct formal : node_of<NodeKind::formal, name, opt<blanks, symbol<":">, spacing, type>> {};
struct formals
    : node_of<NodeKind::formals,
              bracketed<symbol<"(">, seq<spacing, opt<formal, star<spacing, comma, spacing, formal>>, spacing>,
                        symbol<")">>> {};
struct function : node_of<NodeKind::function, chosen<"fn">, spacing, name, formals, equals, expression> {};
struct bar_ahead : at<one<'|'>> {
    static constexpr const char* expected = "`|`";
};
struct stage_declaration
    : node_of<NodeKind::stage_declaration, chosen<"stage">, spacing, name, formals, equals, bar_ahead, stages> {};

struct incremental_option
    : node_of<NodeKind::incremental_option,
              sor<seq<sor<chosen<"since">, chosen<"until">, chosen<"lag">>, spacing, expression>,
                  seq<chosen<"null">, blanks, sor<chosen<"include">, chosen<"exclude">>>,
                  seq<chosen<"changed">, blanks, sor<chosen<"fail">, chosen<"ignore">, chosen<"load">>>>> {
    static constexpr const char* expected = "an option of `incremental` (since, until, lag, null, changed)";
};
struct clause
    : node_of<NodeKind::clause,
              sor<seq<chosen<"key">, spacing, names>, chosen<"strict">,
                  seq<chosen<"split">, spacing, word<"by">, spacing, name, spacing, word<"into">, spacing, integer>,
                  seq<chosen<"incremental">, spacing, word<"by">, spacing, name, star<spacing, incremental_option>>>> {
    static constexpr const char* expected = "a clause (key, strict, split by, incremental by)";
};
struct source : node_of<NodeKind::source, chosen<"source">, spacing, name, equals, expression, opt<spacing, columns>,
                        star<spacing, clause>> {};
struct target : node_of<NodeKind::target, chosen<"target">, spacing, name, equals, expression, opt<spacing, columns>> {
};
struct flow : node_of<NodeKind::flow, chosen<"flow">, spacing, name, equals, chain> {};
struct chain_declaration : node_of<NodeKind::chain_declaration, chain> {};

struct test_item : node_of<NodeKind::test_item,
                           sor<seq<chosen<"given">, blanks, sor<text, path>, blanks, assign_sign, spacing, expression>,
                               seq<chosen<"at">, blanks, text>, chosen<"run">,
                               seq<chosen<"expect">, blanks, path, blanks, assign_sign, spacing, expression>>> {
    static constexpr const char* expected = "`given`, `expect`, `at` or `run`";
};
struct test_items : node_of<NodeKind::test_items, block<test_item>> {};
struct test : node_of<NodeKind::test, chosen<"test">, spacing, text, spacing, test_items> {};

struct declaration : sor<pipeline, import, param, connection, function, stage_declaration, source, target, flow,
                         chain_declaration, test> {
    static constexpr const char* expected = "a declaration";
};
struct declaration_word : sor<word<"pipeline">, word<"import">, word<"param">, word<"connection">, word<"fn">,
                              word<"stage">, word<"source">, word<"target">, word<"flow">, word<"from">, word<"test">> {
    static constexpr const char* expected = "a declaration";
};

struct edition : node_of<NodeKind::edition, word<"etl">, blanks, integer> {};
struct byte_order_mark : string<'\xEF', '\xBB', '\xBF'> {};

/// All declarations; where one is wrong, reading goes on with the next.
struct declarations {
    using rule_t = declarations;
    using subs_t = tao::pegtl::type_list<declaration, spacing>;

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        const auto matches = [&]<typename Rule>(std::type_identity<Rule>) {
            return Control<Rule>::template match<A, rewind_mode::required, Action, Control>(in, state);
        };
        while (!in.empty()) {
            const char* const begin = in.current();
            if (!matches(std::type_identity<declaration>())) in.iterator() = state.resume_declaration(begin);
            if (!matches(std::type_identity<spacing>())) return false;
        }
        return true;
    }
};

struct file : node_of<NodeKind::file, opt<byte_order_mark>, spacing, opt<edition, spacing>, declarations> {};

}  // namespace etl::grammar
