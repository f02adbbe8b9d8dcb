#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/declarations.hpp"
#include "tests/unit/catch.hpp"

// What the rules with a match() of their own are made of, for the analysis.
namespace tao::pegtl {

template <typename Name, typename Rule>
struct analyze_traits<Name, etl::grammar::nested<Rule>> : analyze_traits<Name, typename seq<Rule>::rule_t> {};

template <typename Name, typename Open, typename Rule, typename Close>
struct analyze_traits<Name, etl::grammar::bracketed<Open, Rule, Close>>
    : analyze_traits<Name, typename seq<Open, Rule, Close>::rule_t> {};

template <typename Name, typename Item, int Least, typename Resume>
struct analyze_traits<Name, etl::grammar::block<Item, Least, Resume>>
    : analyze_traits<Name, typename seq<etl::grammar::symbol<"{">, star<Item, etl::grammar::separator>,
                                        etl::grammar::block_end>::rule_t> {};

template <typename Name>
struct analyze_traits<Name, etl::grammar::stage>
    : analyze_traits<
          Name, typename seq<
                    etl::grammar::stage_word,
                    star<sor<etl::grammar::arguments, etl::grammar::assigns, etl::grammar::pick,
                             etl::grammar::map_items, etl::grammar::group_keys, etl::grammar::clean_rules,
                             etl::grammar::checks, etl::grammar::branches, etl::grammar::pairs, etl::grammar::sort_keys,
                             etl::grammar::columns, etl::grammar::mode, etl::grammar::keep, etl::grammar::literal,
                             etl::grammar::type, etl::grammar::word_list, etl::grammar::path_parts>>>::rule_t> {};

template <typename Name>
struct analyze_traits<Name, etl::grammar::stages>
    : analyze_traits<Name, typename star<etl::grammar::next_stage, etl::grammar::stage>::rule_t> {};

template <typename Name>
struct analyze_traits<Name, etl::grammar::declarations>
    : analyze_traits<Name, typename star<etl::grammar::declaration, etl::grammar::spacing>::rule_t> {};

}  // namespace tao::pegtl

TEST_CASE("no rule of the grammar calls itself before it has read something, or repeats nothing for ever") {
    CHECK(tao::pegtl::analyze<etl::grammar::file>() == 0);
}
