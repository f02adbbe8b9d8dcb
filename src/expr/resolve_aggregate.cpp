#include "expr/match.hpp"
#include "expr/resolution.hpp"
#include "expr/resolve.hpp"

namespace etl {

bool is_aggregate(std::string_view name) { return Registry<AggregateSpec>::find(name) != nullptr; }

std::optional<BoundAggregate> resolve_aggregate(std::string_view name, std::vector<ExprPtr> arguments, SourceSpan call,
                                                PrepareContext& context, Diagnostics& diagnostics) {
    const AggregateSpec* spec = Registry<AggregateSpec>::find(name);
    if (spec == nullptr) return std::nullopt;
    std::vector<BoundArgument> bound;
    for (ExprPtr& argument : arguments) {
        if (argument == nullptr) return std::nullopt;
        bound.push_back({{}, {}, std::move(argument)});
    }
    std::vector<std::span<const Parameter>> signatures;
    for (const AggregateOverload& overload : spec->overloads) signatures.push_back(overload.parameters);
    BoundAggregate aggregate;
    const int chosen = match_parameters(name, signatures, bound, call, context, diagnostics, aggregate.args);
    if (chosen < 0) return std::nullopt;
    const std::vector<Argument> described = describe(aggregate.args);
    const AggregateOverload* overload = &spec->overloads[static_cast<std::size_t>(chosen)];
    while (overload->takes != nullptr && !overload->takes(described)) ++overload;
    aggregate.spec = spec;
    aggregate.overload = overload;
    aggregate.span = call;
    aggregate.type = overload->result(described, call, diagnostics);
    if (aggregate.type == nullptr) return std::nullopt;
    const std::size_t errors = diagnostics.errors();
    if (overload->prepare != nullptr)
        aggregate.prepared = overload->prepare(described, aggregate.type, context, diagnostics);
    if (diagnostics.errors() != errors) return std::nullopt;
    return aggregate;
}

}  // namespace etl
