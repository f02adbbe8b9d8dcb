#pragma once

#include <type_traits>

#include "grammar/lexical.hpp"

/// Rules with a match() of their own: brackets, nesting, and items after which reading goes on where one is wrong.
///
/// They talk to the parse state, which must have
///   bool enter(const char* at); void leave();        // one level of nesting more; false: too deep, noted
///   void open(const char* at); void close();         // an opening bracket, until its rule ends
///   std::size_t mark(); void drop(std::size_t mark); // the nodes made since
///   // These note what is wrong behind begin and say where reading goes on.
///   const char* resume_item(const char* begin, const char* from);  // the separator or `}` behind from that ends the
///                                                                  // item; nullptr: the block does not end
///   const char* resume_stage(const char* begin, std::size_t mark);
///   const char* resume_declaration(const char* begin);
namespace etl::grammar {

using tao::pegtl::apply_mode;
using tao::pegtl::rewind_mode;

/// Calls a function when it goes out of scope.
template <typename Function>
class at_exit {
  public:
    explicit at_exit(Function function) : function_(function) {}
    ~at_exit() { function_(); }
    at_exit(const at_exit&) = delete;
    at_exit& operator=(const at_exit&) = delete;

  private:
    Function function_;
};

/// Rule, one level deeper.
template <typename Rule>
struct nested {
    using rule_t = nested;
    using subs_t = tao::pegtl::type_list<Rule>;

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        if (!state.enter(in.current())) return false;
        const at_exit leave([&] { state.leave(); });
        return Control<Rule>::template match<A, M, Action, Control>(in, state);
    }
};

/// Open, Rule, Close; messages about a missing Close point to Open.
template <typename Open, typename Rule, typename Close>
struct bracketed {
    using rule_t = bracketed;
    using subs_t = tao::pegtl::type_list<Open, Rule, Close>;

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        auto rewind = in.template mark<M>();
        const char* const begin = in.current();
        if (!Control<Open>::template match<A, rewind_mode::active, Action, Control>(in, state)) return false;
        state.open(begin);
        const at_exit close([&] { state.close(); });
        return rewind(Control<seq<Rule, Close>>::template match<A, rewind_mode::active, Action, Control>(in, state));
    }
};

struct block_end : seq<spacing, symbol<"}">> {};

/// `{ Item separator Item … }`. Where an item is wrong, reading goes on behind the next separator; one that is a comma
/// counts only before Resume. Least: how many items there must be, 0 or 1.
template <typename Item, int Least = 0, typename Resume = success>
struct block {
    using rule_t = block;
    using subs_t = tao::pegtl::type_list<symbol<"{">, Item, separator, block_end>;

    template <apply_mode A, rewind_mode M, template <typename...> class Action, template <typename...> class Control,
              typename Input, typename State>
    static bool match(Input& in, State& state) {
        auto rewind = in.template mark<rewind_mode::required>();
        const auto matches = [&]<typename Rule>(std::type_identity<Rule>) {
            return Control<Rule>::template match<A, rewind_mode::required, Action, Control>(in, state);
        };
        const char* const opened = in.current();
        if (!matches(std::type_identity<symbol<"{">>())) return false;
        state.open(opened);
        const at_exit close([&] { state.close(); });
        if (!matches(std::type_identity<spacing>())) return false;
        if (Least == 0 && matches(std::type_identity<symbol<"}">>())) return rewind(true);
        for (;;) {
            const char* const begin = in.current();
            const std::size_t mark = state.mark();
            if (matches(std::type_identity<Item>())) {
                if (matches(std::type_identity<block_end>())) return rewind(true);
                if (matches(std::type_identity<separator>())) {
                    if (matches(std::type_identity<symbol<"}">>())) return rewind(true);
                    continue;
                }
            }
            if (A != apply_mode::action) return false;
            state.drop(mark);
            if (!recover<Action, Control>(in, state, begin)) return false;
            if (matches(std::type_identity<block_end>())) return rewind(true);
            if (!matches(std::type_identity<separator>())) return false;
            if (matches(std::type_identity<symbol<"}">>())) return rewind(true);
        }
    }

  private:
    /// Goes to the separator or `}` that ends the wrong item.
    template <template <typename...> class Action, template <typename...> class Control, typename Input, typename State>
    static bool recover(Input& in, State& state, const char* begin) {
        using goes_on = at<separator, Resume>;
        for (const char* from = begin;; ++from) {
            from = state.resume_item(begin, from);
            if (from == nullptr) return false;
            in.iterator() = from;
            if (*from != ',') return true;
            if (Control<goes_on>::template match<apply_mode::nothing, rewind_mode::required, Action, Control>(in,
                                                                                                              state))
                return true;
        }
    }
};

}  // namespace etl::grammar
