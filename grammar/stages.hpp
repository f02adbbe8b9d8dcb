#pragma once

#include <string_view>

#include "grammar/types.hpp"

/// The pieces that the syntax of a stage is made of: one rule a PartKind, and `stage`, which asks the parse state for
/// the spec of the stage's word and matches its parts in turn.
namespace etl::grammar {

struct word_list
    : node_of<NodeKind::name_list,
              bracketed<symbol<"(">, seq<spacing, name, star<spacing, comma, spacing, name>, spacing>, symbol<")">>> {};

// Which columns: `a, b`, `(a, b)`, `all text except (a, b)`, r"pattern"

struct except : node_of<NodeKind::selector_except, word<"except">, blanks, word_list> {};
struct selector_type
    : node_of<NodeKind::selector_type,
              not_at<sor<string<'e', 'x', 'c', 'e', 'p', 't'>, string<'i', 'n', 't', 'o'>>, word_end>, plain_word> {};
struct selector_all : node_of<NodeKind::selector_all, string<'a', 'l', 'l'>, word_end, opt<blanks, selector_type>,
                              opt<blanks, except>> {};
struct selector : sor<selector_all, word_list, raw_text, name> {
    static constexpr const char* expected = "columns";
};
struct picked_names : node_of<NodeKind::selector_names, names> {};
struct pick : sor<selector_all, word_list, raw_text, picked_names> {
    static constexpr const char* expected = "columns";
};

// `map`, `group by`

struct star_item : node_of<NodeKind::star, one<'*'>, opt<blanks, except>> {};
struct named_value : seq<at<name, blanks, assign_sign>, assign> {};
struct map_item : sor<star_item, named_value, path> {
    static constexpr const char* expected = "a column";
};
struct map_items : node_of<NodeKind::map_items, block<map_item, 1>> {};
struct group_key : sor<named_value, path> {
    static constexpr const char* expected = "a column";
};
struct group_keys : node_of<NodeKind::group_keys, group_key, star<next_in_list, group_key>> {};

// `cleanse`

struct rules_follow : seq<selector, blanks, one<':'>> {};
struct clean_rule : node_of<NodeKind::clean_rule, name, opt<arguments>> {
    static constexpr const char* expected = "a rule";
};
struct clean_item : node_of<NodeKind::clean_item, selector, blanks, symbol<":">, spacing, clean_rule,
                            star<next_in_list, not_at<rules_follow>, clean_rule>> {
    static constexpr const char* expected = "`columns: rule`";
};
struct clean_rules : node_of<NodeKind::clean_rules, block<clean_item, 1, rules_follow>> {};

// `validate`, `route`, `rename`, `sort`

struct check_action : sor<chosen<"warn">, chosen<"reject">, chosen<"fail">> {};
struct check
    : node_of<NodeKind::check, expression, spacing, word<"else">, spacing, expression, opt<blanks, check_action>> {
    static constexpr const char* expected = "`condition else \"message\"`";
};
struct checks : node_of<NodeKind::checks, block<check, 1>> {};
struct branch : node_of<NodeKind::branch, sor<else_arm, expression>, blanks, symbol<"->">, spacing, name> {
    static constexpr const char* expected = "`condition -> name`";
};
struct branches : node_of<NodeKind::branches, block<branch, 1>> {};
struct pair : node_of<NodeKind::pair, path, blanks, symbol<"->">, spacing, name> {};
struct pairs : node_of<NodeKind::pairs, pair, star<next_in_list, pair>> {};
struct sort_direction : sor<chosen<"asc">, chosen<"desc">> {};
struct sort_nulls : seq<word<"nulls">, blanks, sor<chosen<"first">, chosen<"last">>> {};
struct sort_key : node_of<NodeKind::sort_key, expression, opt<blanks, sort_direction>, opt<blanks, sort_nulls>> {};
struct sort_keys : node_of<NodeKind::sort_keys, sort_key, star<next_in_list, sort_key>> {};

// `into`, `lookup`, `dedupe`

struct by_names : seq<spacing, word<"by">, spacing, names> {};
struct delete_when
    : node_of<NodeKind::mode_delete_when, spacing, word<"delete">, spacing, word<"when">, spacing, expression> {};
struct replace_where : node_of<NodeKind::mode_where, spacing, word<"where">, spacing, expression> {};
struct history_at : node_of<NodeKind::mode_at, spacing, word<"at">, spacing, path> {};
struct mode
    : node_of<NodeKind::mode, sor<seq<chosen<"append">, opt<blanks, chosen<"always">>>,
                                  seq<chosen<"replace">, sor<seq<by_names, opt<delete_when>>, opt<replace_where>>>,
                                  seq<sor<chosen<"update">, chosen<"delete">>, by_names>,
                                  seq<chosen<"upsert">, by_names, opt<delete_when>>,
                                  seq<chosen<"history">, by_names, opt<history_at>>>> {
    static constexpr const char* expected = "a mode (append, replace, upsert by …)";
};
struct keep : node_of<NodeKind::keep, sor<chosen<"latest">, chosen<"earliest">>, spacing, expression> {};

template <NodeKind Kind, typename Rule>
struct listed : node_of<Kind, Rule> {};
using name_parts = listed<NodeKind::name_list, names>;
using path_parts = listed<NodeKind::name_list, paths>;

// A stage.

struct next_stage : seq<spacing, one<'|'>, spacing> {};
struct stage_word : node_of<NodeKind::name, sor<plain_name, quoted_name>> {};

/// The word of a stage, then what its spec says. The parse state must have
///   find_stage(std::string_view) -> const Spec*         // its parts: a range of {kind, word, required, repeated}
///   bool match_choice(const char*& at, const char* end, std::string_view words);  // one of them, parted by `|`; makes
///   a node bool match_word(const char*& at, const char* end, std::string_view word); void make_part_word(const char*
///   begin, const char* end); void make_part(std::size_t mark, std::size_t number, const char* begin, const char* end);
///   const char* unknown_stage(const char* begin, const char* end);   // notes it; says where the next stage begins
struct stage {
    using rule_t = stage;
    using subs_t = tao::pegtl::type_list<stage_word, arguments, assigns, pick, group_keys, clean_rules, checks,
                                         branches, pairs, sort_keys, columns, mode, keep, share>;
    static constexpr NodeKind node = NodeKind::stage;
    static constexpr const char* expected = "a stage";

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        auto rewind = in.template mark<rewind_mode::required>();
        const char* const begin = in.current();
        if (!Control<stage_word>::template match<A, rewind_mode::active, Action, Control>(in, state)) return false;
        const std::string_view name(begin, static_cast<std::size_t>(in.current() - begin));
        const auto* spec = state.find_stage(name);
        if (spec == nullptr) {
            if (in.current() != in.end() && *in.current() == '(')
                return rewind(Control<arguments>::template match<A, rewind_mode::active, Action, Control>(in, state));
            in.iterator() = state.unknown_stage(begin, in.current());
            return rewind(true);
        }
        std::size_t number = 0;
        for (const auto& part : spec->parts)
            if (!match_part<A, Action, Control>(in, state, part, number++)) return false;
        return rewind(true);
    }

  private:
    /// False: a required part is missing.
    template <apply_mode A, template <typename...> class Action, template <typename...> class Control, typename Input,
              typename State, typename Part>
    static bool match_part(Input& in, State& state, const Part& part, std::size_t number) {
        using Kind = decltype(part.kind);
        const char* const start = in.current();
        const std::size_t mark = state.mark();
        if (!Control<spacing>::template match<A, rewind_mode::active, Action, Control>(in, state)) return false;
        const char* const begin = in.current();
        bool matched = false;
        if (part.kind == Kind::word) {
            matched = state.match_choice(in.iterator(), in.end(), part.word);
        } else if (part.kind == Kind::keep || match_clause<A, Action, Control>(in, state, part.word)) {
            matched = match_value<A, Action, Control>(in, state, part);
        }
        if (matched) {
            state.make_part(mark, number, begin, in.current());
            return true;
        }
        state.drop(mark);
        in.iterator() = start;
        return !part.required;
    }

    /// The words before a value, "partition by", with the spaces behind them.
    template <apply_mode A, template <typename...> class Action, template <typename...> class Control, typename Input,
              typename State>
    static bool match_clause(Input& in, State& state, std::string_view words) {
        if (words.empty()) return true;
        const char* const begin = in.current();
        const char* end = begin;
        while (!words.empty()) {
            const std::string_view first = words.substr(0, words.find(' '));
            words.remove_prefix(first.size() < words.size() ? first.size() + 1 : first.size());
            if (!state.match_word(in.iterator(), in.end(), first)) return false;
            end = in.current();
            if (!Control<spacing>::template match<A, rewind_mode::active, Action, Control>(in, state)) return false;
        }
        state.make_part_word(begin, end);
        return true;
    }

    template <apply_mode A, template <typename...> class Action, template <typename...> class Control, typename Input,
              typename State, typename Part>
    static bool match_value(Input& in, State& state, const Part& part) {
        using Kind = decltype(part.kind);
        const auto value = [&]<typename Rule>(std::type_identity<Rule>) {
            return Control<Rule>::template match<A, rewind_mode::required, Action, Control>(in, state);
        };
        switch (part.kind) {
            case Kind::name:
                return part.repeated ? value(std::type_identity<name_parts>()) : value(std::type_identity<name>());
            case Kind::path:
                return part.repeated ? value(std::type_identity<path_parts>()) : value(std::type_identity<path>());
            case Kind::name_list: return value(std::type_identity<word_list>());
            case Kind::paths: return value(std::type_identity<path_parts>());
            case Kind::pick: return value(std::type_identity<pick>());
            case Kind::expr:
            case Kind::address: return value(std::type_identity<expression>());
            case Kind::sort_keys: return value(std::type_identity<sort_keys>());
            case Kind::assigns: return value(std::type_identity<assigns>());
            case Kind::map_items: return value(std::type_identity<map_items>());
            case Kind::group_keys: return value(std::type_identity<group_keys>());
            case Kind::columns: return value(std::type_identity<columns>());
            case Kind::clean_rules: return value(std::type_identity<clean_rules>());
            case Kind::checks: return value(std::type_identity<checks>());
            case Kind::branches: return value(std::type_identity<branches>());
            case Kind::pairs: return value(std::type_identity<pairs>());
            case Kind::list: return value(std::type_identity<list>());
            case Kind::type: return value(std::type_identity<seq<symbol<":">, spacing, type>>());
            case Kind::share: return value(std::type_identity<share>());
            case Kind::literal: return value(std::type_identity<literal>());
            case Kind::mode: return value(std::type_identity<mode>());
            case Kind::keep: return value(std::type_identity<seq<word<"keep">, blanks, keep>>());
            case Kind::word: break;
        }
        return false;
    }
};

/// What may stand behind a stage; looked at only.
struct declaration_word;
struct bar : one<'|'> {
    static constexpr const char* expected = "`|`";
};
struct stage_end : seq<spacing, sor<bar, eof, declaration_word>> {};

/// `| stage | stage …`; where a stage is wrong, reading goes on with the next one.
struct stages {
    using rule_t = stages;
    using subs_t = tao::pegtl::type_list<next_stage, stage, stage_end>;

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        const auto matches = [&]<typename Rule>(std::type_identity<Rule>) {
            return Control<Rule>::template match<A, rewind_mode::required, Action, Control>(in, state);
        };
        while (matches(std::type_identity<next_stage>())) {
            const char* const begin = in.current();
            const std::size_t mark = state.mark();
            if (matches(std::type_identity<stage>())) {
                const char* const end = in.current();
                const bool ends = matches(std::type_identity<stage_end>());
                in.iterator() = end;
                if (ends) continue;
            }
            if (A != apply_mode::action) return false;
            in.iterator() = state.resume_stage(begin, mark);
        }
        return true;
    }
};

}  // namespace etl::grammar
