#include "expr/expression.hpp"
#include "expr/resolve.hpp"

// coalesce, default and null_if: other ways to write ?? and if.

namespace etl {
namespace {

ExprPtr first_of(std::vector<ExprPtr> arguments, SourceSpan call, PrepareContext& context, Diagnostics& diagnostics) {
    ExprPtr value = arguments.back();
    for (std::size_t i = arguments.size() - 1; i-- > 0;)
        value = resolve_coalesce(arguments[i], std::move(value), call, context, diagnostics, "the values");
    return value;
}

/// With the message of what was called.
ExprPtr equals(const ExprPtr& value, const ExprPtr& other, SourceSpan call, PrepareContext& context,
               Diagnostics& diagnostics) {
    Diagnostics said;
    ExprPtr equal = resolve_call("==", {{{}, {}, value}, {{}, {}, other}}, call, call, context, said);
    for (Diagnostic& diagnostic : said.sorted()) {
        if (diagnostic.message.starts_with("`==`")) diagnostic.message.replace(0, 4, "`null_if`");
        diagnostics.add(std::move(diagnostic));
    }
    return equal;
}

ExprPtr null_where_equal(std::vector<ExprPtr> arguments, SourceSpan call, PrepareContext& context,
                         Diagnostics& diagnostics) {
    const ExprPtr& value = arguments[0];
    ExprPtr equal = equals(value, arguments[1], call, context, diagnostics);
    if (equal == nullptr) return nullptr;
    return resolve_choose({std::move(equal), constant_expr({with_nullable(value->type, true), {}}, call), value}, call,
                          context, diagnostics);
}

constexpr Parameter kSeveral[] = {
    {"value", TypePattern::any},
    {.name = "other", .pattern = TypePattern::any, .repeated = true},
};
constexpr Overload kCoalesceOverloads[] = {{.parameters = kSeveral, .rewrite = first_of}};
constexpr Example kCoalesceExamples[] = {{"coalesce(null, 5, 7)", "5"}, {"coalesce(null, null)", "null"}};
constexpr FunctionSpec kCoalesce{.name = "coalesce",
                                 .category = "conversion",
                                 .summary = "The first of several values that is not null.",
                                 .overloads = kCoalesceOverloads,
                                 .examples = kCoalesceExamples};
const Registration<FunctionSpec> kCoalesceRegistration{kCoalesce};

constexpr Parameter kPair[] = {{"value", TypePattern::any}, {"other", TypePattern::any}};
constexpr Overload kDefaultOverloads[] = {{.parameters = kPair, .rewrite = first_of}};
constexpr Example kDefaultExamples[] = {{R"(default(null, "XX"))", R"("XX")"}, {R"(default("DE", "XX"))", R"("DE")"}};
constexpr FunctionSpec kDefault{.name = "default",
                                .category = "conversion",
                                .summary = "The value, or another one where it is null.",
                                .overloads = kDefaultOverloads,
                                .examples = kDefaultExamples};
const Registration<FunctionSpec> kDefaultRegistration{kDefault};

constexpr Overload kNullIfOverloads[] = {{.parameters = kPair, .rewrite = null_where_equal}};
constexpr Example kNullIfExamples[] = {{R"(null_if("n/a", "n/a"))", "null"}, {"null_if(5, 0)", "5"}};
constexpr FunctionSpec kNullIf{.name = "null_if",
                               .category = "conversion",
                               .summary = "The value, or null where it equals another.",
                               .overloads = kNullIfOverloads,
                               .examples = kNullIfExamples};
const Registration<FunctionSpec> kNullIfRegistration{kNullIf};

}  // namespace
}  // namespace etl
