#include "expr/expression.hpp"

namespace etl {
namespace {

// NOLINTNEXTLINE(performance-unnecessary-value-param): the type of all rewrites
ExprPtr start_of_run(std::vector<ExprPtr> /*arguments*/, SourceSpan call, PrepareContext& /*context*/,
                     Diagnostics& /*diagnostics*/) {
    auto node = std::make_shared<BoundExpr>();
    node->kind = ExprKind::meta;
    node->meta = MetaField::time;
    node->type = simple_type(TypeKind::timestamp);
    node->span = call;
    return node;
}

constexpr Overload kOverloads[] = {{.rewrite = start_of_run}};
constexpr Example kExamples[] = {{"now() >= now()", "true"}};
constexpr FunctionSpec kSpec{.name = "now",
                             .category = "date and time",
                             .summary = "The instant at which the run began; the same in all of its rows.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
