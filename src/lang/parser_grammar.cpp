#include "lang/parser_grammar.hpp"

#include "grammar/declarations.hpp"
#include "lang/parser_state.hpp"

namespace etl {

namespace {

namespace pegtl = tao::pegtl;

/// Makes nodes, drops those of a rule that failed, and notes what was expected where.
template <typename Rule>
struct TreeControl : pegtl::normal<Rule> {
    template <pegtl::apply_mode A, pegtl::rewind_mode M, template <typename...> class Action,
              template <typename...> class Control, typename Input>
    static bool match(Input& in, ParseState& state) {
        const char* const begin = in.current();
        const std::size_t mark = state.mark();
        const ParseState::Reach reach = state.reach();
        const bool matched = pegtl::match<Rule, A, M, Action, Control>(in, state);
        if constexpr (A == pegtl::apply_mode::action) {
            if (!matched) {
                state.drop(mark);
                if constexpr (requires { Rule::expected; }) state.missed(begin, Rule::expected, reach);
            } else if constexpr (requires { Rule::fold; }) {
                state.make_node(Rule::node, mark, begin, in.current(), true);
            } else if constexpr (requires { Rule::node; }) {
                state.make_node(Rule::node, mark, begin, in.current(), false);
            }
            if constexpr (std::is_same_v<Rule, grammar::comment>)
                if (matched) state.add_comment(begin, in.current());
        }
        return matched;
    }
};

}  // namespace

void match_file(ParseState& state, const char* begin, const char* end) {
    using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*>;
    Input in(begin, end, "");
    // What is wrong is in the state's diagnostics; the rule itself matches any text.
    (void)pegtl::parse<grammar::file, pegtl::nothing, TreeControl>(in, state);
}

}  // namespace etl
