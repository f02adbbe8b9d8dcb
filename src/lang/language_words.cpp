#include "lang/language_words.hpp"

namespace etl {

namespace {

constexpr Example kAnd[] = {
    {"true and 1 == 2", "false"}, {"false and null_if(1, 1) == 1", "false"}, {"true and null_if(1, 1) == 1", "null"}};
constexpr Example kOr[] = {
    {"false or 1 == 1", "true"}, {"true or null_if(1, 1) == 1", "true"}, {"false or null_if(1, 1) == 1", "null"}};
constexpr Example kCoalesce[] = {{"null ?? 5", "5"}, {"3 ?? 5", "3"}, {R"(try(int("x")) ?? 0 + 1)", "1"}};
constexpr Example kIf[] = {{R"(if 2 > 1 then "many" else "one")", R"("many")"},
                           {R"(if null_if(1, 1) == 1 then "yes" else "no")", R"("no")"}};
constexpr Example kMatch[] = {{R"(match "DR" { "D", "DR" -> -1, else -> 1 })", "-1"},
                              {R"(match { 5 < 3 -> "small", else -> "large" })", R"("large")"},
                              {R"(match 3 { 1 -> "one" })", "null"}};
constexpr Example kTry[] = {
    {R"(try(int("12")))", "12"}, {R"(try(int("twelve")))", "null"}, {"try(1 / 0) ?? 0", "0.000000"}};

constexpr LanguageWord kWords[] = {
    {"and", "a and b", "Whether both conditions are true; b is worked out only where a is not false.", kAnd},
    {"or", "a or b", "Whether one of two conditions is true; b is worked out only where a is not true.", kOr},
    {"??", "a ?? b", "a, or b where a is null. It binds looser than `+` and tighter than a comparison.", kCoalesce},
    {"if", "if CONDITION then a else b", "One of two values; a condition that is null counts as false.", kIf},
    {"match", "match [VALUE] { a, b -> x, else -> y }",
     "The value of the first arm that takes VALUE, or without one of the first whose condition is true; null where "
     "there "
     "is none.",
     kMatch},
    {"try", "try(a)", "a, or null where a cannot be worked out: a conversion, a division by zero, an overflow.", kTry},
    {"env", "env(\"NAME\")", "A variable of the environment, as it is when the run begins."},
    {"secret", "secret(\"name\")",
     "The variable ETL_SECRET_NAME; it stands in addresses and connections, and is shown nowhere."},
};

}  // namespace

std::span<const LanguageWord> language_words() { return kWords; }

}  // namespace etl
